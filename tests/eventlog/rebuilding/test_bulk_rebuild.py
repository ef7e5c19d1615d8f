"""Views rebuilt in parts are the views that live ones are."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from random import Random
from typing import Any

import pytest

from chalicelib.eventlog.consumers import catch_up, live
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding.bulk_rebuild import (
    Changed,
    Crew,
    Done,
    Order,
    Worker,
    build,
    commits_of,
)
from chalicelib.eventlog.rebuilding.rebuilds import Stopped, rebuild
from chalicelib.eventlog.retries import skip
from chalicelib.eventlog.views.port import SMALL_ROW, Entry, Overtaken, Projection

from ..following import (
    JOURNAL,
    TALLY,
    WORK,
    Garbled,
    Town,
    content,
    garbled,
    live_through,
    noted,
    open_town,
    record,
    submitted,
    to_skip,
)


def in_parts(view: Projection) -> Projection:
    return view._replace(by_stream=True)


LISTED = JOURNAL._replace(name="listed", entries=lambda row: [Entry("all", "", str(len(row)))])
VIEWS = [in_parts(WORK), TALLY, in_parts(JOURNAL), in_parts(LISTED)]
NAMES = [view.name for view in VIEWS]


@pytest.fixture
def town(tmp_path) -> Iterator[Town]:
    town = open_town(tmp_path)
    yield town
    town.close()


def crew(
    town: Town,
    views: Sequence[Projection],
    told: list[Sequence[Done]],
    kept_rows: int = 1000,
) -> Crew:
    """Three workers one after the other, in this process; `told` gets what they say."""

    def run(
        orders: Sequence[Order], progress: Callable[[int], None], stop: Callable[[], bool]
    ) -> list[Done]:
        done = [
            build(worker(town, kept_rows), one, views, commits_of(town.store, one, progress))
            for one in orders
            if not stop()
        ]
        told.append(done)
        return done

    return Crew(3, run, worth=1)


def worker(town: Town, kept_rows: int = 1000) -> Worker:
    def write(changes: Sequence[Changed]) -> None:
        town.views.write(changes, nullcontext())

    return Worker(town.source, town.views, write, kept_rows)


def rebuilt(town: Town, views: Sequence[Projection], **options: int) -> set[str]:
    """Rebuild; the names of the views that were not fit for it."""
    told: list[Sequence[Done]] = []
    rebuild(views, Feed(town.source), town.views, crew=crew(town, views, told, **options))
    (done,) = told
    return {name for one in done for name in one.unfit}


def lived(town: Town, views: Sequence[Projection], *, poison: float = 0.0) -> None:
    live_through(town.store, 1500, poison=poison)
    for view in views:
        catch_up(view, Feed(town.source), town.views)


def rows(town: Town, name: str) -> Any:
    return content(town.views, [name])[name]


@pytest.mark.parametrize("kept_rows", [1000, 5])
def test_views_built_in_parts_equal_the_live_ones(town, kept_rows):
    """With 5 rows at a time in memory, nearly all are written and read many times."""
    lived(town, VIEWS)
    before, old = content(town.views, NAMES), [live(view, town.views) for view in VIEWS]
    assert rebuilt(town, VIEWS, kept_rows=kept_rows) == set()
    assert content(town.views, NAMES) == before
    assert all(live(view, town.views) not in old for view in VIEWS)


@pytest.mark.parametrize("kept_rows", [1000, 5])
def test_what_cannot_be_taken_is_parked_as_in_the_live_view(town, kept_rows):
    lived(town, VIEWS, poison=0.05)
    rnd = Random(3)  # noqa: S311 - reproducible on purpose
    for view in VIEWS[:3]:
        for position in town.views.blocked(live(view, town.views)).values():
            if rnd.random() < 0.3:
                skip(view, town.source, town.views, to_skip(position))
    for view in VIEWS:
        catch_up(view, town.feed, town.views)
    before = content(town.views, NAMES)
    assert len(before["work"][2]) > 100
    assert rebuilt(town, VIEWS, kept_rows=kept_rows) == set()
    assert content(town.views, NAMES) == before


def test_a_view_whose_rows_are_of_many_streams_after_all_is_built_in_order(town):
    mistaken = in_parts(TALLY)
    lived(town, [mistaken])
    before = rows(town, "tally")
    assert rebuilt(town, [mistaken]) == {"tally"}
    assert rows(town, "tally") == before


def test_a_row_that_another_worker_wrote_is_not_gone_on_with(town):
    def mostly_own(event):
        return "all" if isinstance(event.data, Garbled) else JOURNAL.key(event)

    mistaken = in_parts(JOURNAL)._replace(key=mostly_own)
    live_through(town.store, 1500)
    for number in range(9):
        record(town.store, f"case-{number}", garbled)
    catch_up(mistaken, town.feed, town.views)
    before = rows(town, "journal")
    assert rebuilt(town, [mistaken], kept_rows=1) == {"journal"}
    assert rows(town, "journal") == before


def test_views_that_fold_alike_and_cannot_list_alike_are_built_in_order(town):
    def picky(row):
        if len(row["lines"]) > 20:
            raise ValueError("too long for this list")
        return [Entry("all", "", "x")]

    views = [in_parts(JOURNAL), in_parts(JOURNAL)._replace(name="picky", entries=picky)]
    lived(town, views)
    before = content(town.views, ["journal", "picky"])
    assert before["picky"][2]
    assert not before["journal"][2]
    assert rebuilt(town, views) == {"journal", "picky"}
    assert content(town.views, ["journal", "picky"]) == before


@pytest.mark.parametrize("key", [7, "", "a\0b", "x" * 1001, ("case",), "\ud800"])
@pytest.mark.parametrize("kept_rows", [1000, 1])
def test_an_event_without_a_proper_key_is_parked_as_in_the_live_view(town, key, kept_rows):
    def often(event):
        return key if isinstance(event.data, Garbled) else JOURNAL.key(event)

    view = in_parts(JOURNAL)._replace(key=often)
    live_through(town.store, 300)
    for number in range(4):
        record(town.store, f"case-{number}", garbled)
        record(town.store, f"case-{number}", noted)
    catch_up(view, town.feed, town.views)
    before = rows(town, "journal")
    assert len(before[2]) == 8
    assert rebuilt(town, [view], kept_rows=kept_rows) == set()
    assert rows(town, "journal") == before


def test_an_event_whose_key_cannot_be_told_is_parked_as_in_the_live_view(town):
    def failing(event):
        if isinstance(event.data, Garbled):
            raise KeyError("no row")
        return JOURNAL.key(event)

    view = in_parts(JOURNAL)._replace(key=failing)
    live_through(town.store, 300)
    record(town.store, "case-1", garbled, noted)
    catch_up(view, town.feed, town.views)
    before = rows(town, "journal")
    assert len(before[2]) == 2
    assert rebuilt(town, [view], kept_rows=1) == set()
    assert rows(town, "journal") == before


def test_a_view_that_cannot_list_a_small_row_is_built_in_order(town):
    def no_third(row):
        if len(row["lines"]) == 3:
            raise ValueError("three is a bad number")
        return [Entry("all", "", "x")]

    view = in_parts(JOURNAL)._replace(entries=no_third)
    record(town.store, "case-1", submitted, noted, noted)
    record(town.store, "case-2", submitted)
    catch_up(view, Feed(town.source), town.views)
    before = rows(town, "journal")
    assert before[2]
    assert rebuilt(town, [view]) == {"journal"}
    assert rows(town, "journal") == before


def test_a_large_row_is_looked_at_after_each_event(town):
    """What outgrew its list and shrank again is parked as in the live view."""

    def long(row, event):
        count = 1 if row is None else row["count"] + 1
        text = "x" * (SMALL_ROW if count == 3 else 10)
        return {"count": count, "text": text}

    view = in_parts(JOURNAL)._replace(
        evolve=long, entries=lambda row: [Entry("all", "", row["text"])]
    )
    record(town.store, "case-1", submitted, noted, noted)
    record(town.store, "case-1", noted)
    record(town.store, "case-2", submitted)
    catch_up(view, Feed(town.source), town.views)
    before = without_lines(rows(town, "journal"))
    assert len(before[2]) == 2
    assert rebuilt(town, [view]) == set()
    assert without_lines(rows(town, "journal")) == before


def test_an_event_that_changes_a_row_before_it_fails_leaves_it_as_it_was(town):
    def careless(row, event):
        if isinstance(event.data, Garbled):
            return {**row, "lines": {1, 2}, "bad": object()}
        return JOURNAL.evolve(row, event)

    view = in_parts(JOURNAL)._replace(evolve=careless)
    record(town.store, "case-1", submitted, noted)
    record(town.store, "case-1", garbled)
    record(town.store, "case-1", noted)
    catch_up(view, town.feed, town.views)
    before = without_lines(rows(town, "journal"))
    assert rebuilt(town, [view]) == set()
    assert without_lines(rows(town, "journal")) == before


def without_lines(content: Any) -> Any:
    """The two ways of folding find what is no JSON in lines of their own."""
    position, stored, parked = content
    failures = [one.failure and one.failure._replace(where="") for one in parked]
    return position, stored, [one.position for one in parked], failures


def test_who_is_told_to_stop_leaves_the_live_views_as_they_were(town):
    lived(town, VIEWS)
    before = [live(view, town.views) for view in VIEWS]
    with pytest.raises(Stopped):
        rebuild(VIEWS, Feed(town.source), town.views, crew=crew(town, VIEWS, []), stop=lambda: True)
    assert [live(view, town.views) for view in VIEWS] == before
    states = [state for (state,) in town.views._query("SELECT state FROM generations")]
    assert "building" not in states


def test_events_that_come_meanwhile_are_in_the_rebuilt_view(town):
    lived(town, VIEWS)
    told: list[Sequence[Done]] = []
    three = crew(town, VIEWS, told)

    def meanwhile(orders, progress, stop):
        record(town.store, "case-new", submitted)
        return three.run(orders, progress, stop)

    rebuild(VIEWS, Feed(town.source), town.views, crew=three._replace(run=meanwhile))
    assert town.views.get("work", "case-new") is not None
    assert town.views.position("journal") == town.store.head()


def test_nothing_is_written_into_a_rebuild_that_was_given_up(town):
    lived(town, VIEWS)
    view = in_parts(WORK)
    generation = town.views.begin_rebuild(view.name, view.signature)
    town.views.abandon(generation)
    order = Order((generation,), (frozenset(),), town.store.head(), 0, 1)
    commits = commits_of(town.store, order, lambda _: None)
    with pytest.raises(Overtaken):
        build(worker(town), order, [view], commits)


def test_the_progress_runs_to_the_end_of_the_log(town):
    lived(town, VIEWS)
    seen: list[tuple[int, int]] = []
    rebuild(
        VIEWS,
        Feed(town.source),
        town.views,
        crew=crew(town, VIEWS, []),
        progress=lambda *at: seen.append(at),
    )
    assert seen[-1] == (town.store.head(), town.store.head())
