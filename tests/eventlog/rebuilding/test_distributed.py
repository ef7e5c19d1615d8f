"""A view rebuilt in many steps is the view that one pass over the log makes, whatever happens."""

from collections.abc import Iterable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.adapters.dynamodb.views import DynamoViews
from chalicelib.adapters.s3.shuffle import S3Shuffle
from chalicelib.eventlog.consumers import Subscriber, catch_up, live
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding import distributed
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.rebuilding.distributed import Distributed, start, step
from chalicelib.eventlog.rebuilding.rebuilds import NoView, rebuild
from chalicelib.eventlog.rebuilding.shuffle import commits_file, commits_of
from chalicelib.eventlog.retries import retry, skip
from chalicelib.eventlog.views.port import Entry, Overtaken, Projection
from chalicelib.triggers import rebuilding
from tests.counts import often

from ... import cloud
from ...adapters.dynamodb.views_table import TABLE, dynamodb
from .. import following
from ..following import (
    TALLY,
    Garbled,
    Noted,
    content,
    garbled,
    live_through,
    noted,
    open_town,
    record,
    record_bytes,
    submitted,
    to_skip,
)


class Memory:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, name: str, body: bytes, /) -> bool:
        return self.files.setdefault(name, body) is body

    def get(self, name: str, /) -> bytes | None:
        return self.files.get(name)

    def names(self, prefix: str, /) -> list[str]:
        return [one for one in self.files if one.startswith(prefix)]

    def delete(self, names: Iterable[str], /) -> None:
        for one in list(names):
            self.files.pop(one, None)


class Crash(BaseException):
    """Not an Exception, so that no error handling takes it for its own."""


class Dying:
    """Dies at the `n`th call, before or after it took effect."""

    def __init__(self, target: Any, fuse: list[int], *, after: bool) -> None:
        self._target, self._fuse, self._after = target, fuse, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fuse[0] -= 1
            if self._fuse[0] == 0 and not self._after:
                raise Crash
            result = method(*args, **kwargs)
            if self._fuse[0] == 0:
                raise Crash
            return result

        return call


# Its rows have events of several streams, its streams go to several rows, and what is missing in a
# row decides whether a later event of another stream can be taken: it is built in order.
def _ladder(row: Any, event: Any) -> Any:
    rung = (row or {"rung": 0})["rung"]
    if isinstance(event.data, Garbled) and rung % 2 == 0:
        raise ValueError("not on this rung")
    return {"rung": rung + 1, "last": event.version}


def _by_version(event: Any) -> str | None:
    if isinstance(event.data, Noted) and event.data.text.endswith("7"):
        raise LookupError("no row for sevens")
    case = event.stream.startswith("case-") and event.version % 4
    return f"row-{event.version % 3}" if case else None


LADDER = Projection(
    "ladder", "1", _by_version, _ladder, lambda row: [Entry("rung", "", f"{row['rung']:05d}")]
)
WORK = following.WORK._replace(by_stream=True)
JOURNAL = following.JOURNAL._replace(by_stream=True)
# It has rows of many streams after all.
MISTAKEN = TALLY._replace(name="mistaken", by_stream=True)
ALL = (WORK, JOURNAL, TALLY, LADDER, MISTAKEN)


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


def among(town, shuffle, *, events=7, views=None, follow=0.0):
    return Distributed(town.source, views or town.views, shuffle, ALL, events, 2 * events, follow)


def run(out, *messages, limit=100_000):
    """The queue as it should be: everything once, in order."""
    queue = list(messages)
    for _ in range(limit):
        if not queue:
            return
        queue += step(out, queue.pop(0))
    raise AssertionError("it never comes to an end")


def run_badly(out, first, rnd, crashes=0.15):
    """Messages come in any order and twice, and steps die at any of their calls."""
    queue = [first]
    for _ in range(100_000):
        if not queue:
            return
        message = queue.pop(rnd.randrange(len(queue)))
        if rnd.random() < 0.15:
            queue.append(message)
        shaky = out
        if rnd.random() < crashes:
            fuse, after = [rnd.randint(1, 25)], rnd.random() < 0.5
            shaky = out._replace(
                shuffle=Dying(out.shuffle, fuse, after=after),
                views=Dying(out.views, fuse, after=after),
            )
        try:
            queue += step(shaky, message)
        except (Crash, Overtaken, TypeError, ValueError):
            queue.append(message)  # it was not deleted, so it comes again
    raise AssertionError("it never comes to an end")


def rebuilt(town, view):
    rebuild([view], Feed(town.source, 50), town.views)
    return content(town.views, [view.name])


@settings(max_examples=often(800), deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(ALL), st.sampled_from([0.0, 0.05, 0.3]))
def test_whatever_happens_to_its_steps_the_view_is_that_of_an_ordinary_rebuild(
    tmp_path_factory, seed, view, poison
):
    rnd = Random(seed)  # noqa: S311 - reproducible on purpose
    town = open_town(tmp_path_factory.mktemp("town"))
    live_through(town.store, rnd.randint(0, 80), seed=seed, poison=poison)
    catch_up(view, town.feed, town.views)
    for position in list(town.views.blocked(live(view, town.views)).values())[::2]:
        skip(view, town.source, town.views, to_skip(position))
    expected = rebuilt(town, view)
    before = live(view, town.views)
    memory = Memory()
    run_badly(among(town, memory, events=rnd.randint(1, 60)), start(view.name, "r1"), rnd)
    assert live(view, town.views) != before
    assert content(town.views, [view.name]) == expected
    assert "r1/done" in memory.files
    town.close()


def steps_of(out, view):
    """The kinds of the steps that a rebuild takes."""
    queue, kinds = [start(view.name, "r1")], []
    while queue:
        kinds.append(queue[0]["step"])
        queue += step(out, queue.pop(0))
    return kinds


def test_a_view_of_one_stream_a_row_is_folded_in_parts(town):
    live_through(town.store, 20)
    kinds = steps_of(among(town, Memory()), WORK)
    assert set(kinds) == {"plan", "map", "fold", "finish"}
    assert min(kinds.count("map"), kinds.count("fold")) > 1


def test_a_view_that_is_wrong_about_its_rows_is_rebuilt_in_the_order_of_the_log(town):
    live_through(town.store, 60, poison=0.1)
    expected = rebuilt(town, MISTAKEN)
    kinds = steps_of(among(town, Memory()), MISTAKEN)
    assert "fold" in kinds
    assert "follow" in kinds
    assert content(town.views, ["mistaken"]) == expected
    assert [row[0] for row in town.views._query("SELECT state FROM generations")].count("live") == 1


def test_a_message_of_the_partitions_is_late_once_the_view_is_built_in_order(town):
    live_through(town.store, 60)
    expected = rebuilt(town, MISTAKEN)
    out, queue, came = among(town, Memory()), [start("mistaken", "r1")], []
    while "follow" not in [message["step"] for message in queue]:
        came.append(queue.pop(0))
        queue += step(out, came[-1])
    for message in came:
        assert {one["step"] for one in step(out, message)} == {"follow"}
    run(out, *queue)
    assert content(town.views, ["mistaken"]) == expected


def test_in_the_order_of_the_log_a_step_goes_on_where_the_one_before_ended(town, monkeypatch):
    live_through(town.store, 60, poison=0.1)
    expected = rebuilt(town, LADDER)
    monkeypatch.setattr(distributed, "Feed", lambda source: Feed(source, 20))
    kinds = steps_of(among(town, Memory()), LADDER)
    assert kinds == ["plan", *["follow"] * 4]
    assert content(town.views, ["ladder"]) == expected


def test_of_two_workers_in_the_order_of_the_log_one_goes_on(town):
    live_through(town.store, 20)
    catch_up(LADDER, town.feed, town.views)
    before, out = live(LADDER, town.views), among(town, Memory())
    (following,) = step(out, start("ladder", "r1"))
    town.views.commit, commit = overtaken, town.views.commit
    assert step(out, following) == []
    town.views.commit = commit
    assert live(LADDER, town.views) == before
    run(out, following)
    assert live(LADDER, town.views) != before


def overtaken(*_batch):
    raise Overtaken


def test_a_commit_across_the_end_of_a_range_is_taken_once(town):
    for n in range(9):
        record(town.store, f"case-{n % 4}", *[noted] * (n % 4 + 1))
    expected = rebuilt(town, JOURNAL)
    for size in range(1, 12):
        run(among(town, Memory(), events=size), start("journal", f"r{size}"))
        assert content(town.views, ["journal"]) == expected


@pytest.mark.parametrize("size", range(1, 9))
def test_an_event_that_fails_in_a_commit_across_the_end_of_a_range_is_parked(town, size):
    record(town.store, "case-1", submitted)
    record(town.store, "case-2", submitted, noted, noted, garbled, noted)
    record(town.store, "case-1", noted)
    expected = rebuilt(town, WORK)
    run(among(town, Memory(), events=size), start("work", "r1"))
    assert content(town.views, ["work"]) == expected


def test_what_comes_while_it_runs_is_taken_over_too(town):
    record(town.store, "case-1", submitted)
    out = among(town, Memory())
    queue = step(out, start("work", "r1"))
    record(town.store, "case-1", noted)
    run(out, *queue)
    assert town.views.get("work", "case-1")["notes"] == ["called back"]
    assert list(differences(WORK, town.feed, town.views)) == []


def test_a_skip_while_it_runs_holds_afterwards(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    out = among(town, Memory())
    queue = step(out, start("work", "r1"))
    skip(WORK, town.source, town.views, to_skip(2))
    run(out, *queue)
    assert town.views.parked(live(WORK, town.views)) == []
    assert town.views.get("work", "case-1")["notes"] == ["called back"]


def test_what_was_parked_can_be_retried_after_it(town):
    mended: list[bool] = []

    def evolve(row, event):
        if isinstance(event.data, Garbled) and not mended:
            raise ValueError("not yet")
        return JOURNAL.evolve(row, event)

    journal = JOURNAL._replace(evolve=evolve)
    record(town.store, "case-1", noted, garbled, noted)
    record_bytes(town.store, "case-2", b"\xff{broken", 2)
    out = among(town, Memory())._replace(projections=(journal,))
    run(out, start("journal", "r1"))
    assert [one.position for one in town.views.parked(live(journal, town.views))] == [2, 3, 4, 5]
    mended.append(True)
    assert retry(journal, town.source, town.views) == (2, 2)
    assert [line[0] for line in town.views.get("journal", "case-1")["lines"]] == [1, 2, 3]


def test_after_a_lost_message_the_plan_sent_again_goes_on(town):
    live_through(town.store, 40, poison=0.1)
    expected = rebuilt(town, WORK)
    first, memory = start("work", "r1"), Memory()
    out = among(town, memory)
    queue = [first]
    for _ in range(500):
        if f"{first['rebuild']}/done" in memory.files:
            break
        message = (queue or [first]).pop()
        queue = step(out, message)[:1]  # all others are lost
    assert content(town.views, ["work"]) == expected


def test_a_message_of_a_rebuild_that_is_over_or_unknown_does_nothing(town):
    record(town.store, "case-1", submitted)
    out = among(town, Memory())
    run(out, start("work", "r1"))
    over = live(WORK, town.views)
    assert step(out, start("work", "r1")) == []
    assert step(out, {"step": "load", "rebuild": "r1", "partition": 0}) == []
    assert step(out, {"step": "map", "rebuild": "r2", "range": 0}) == []
    assert live(WORK, town.views) == over


def test_a_rebuild_that_was_given_up_ends_quietly_and_leaves_the_live_view(town):
    live_through(town.store, 20)
    catch_up(WORK, town.feed, town.views)
    before, memory = content(town.views, ["work"]), Memory()
    out = among(town, memory)
    queue = step(out, start("work", "r1"))
    town.views.sweep(idle=-1)
    run(out, *queue)
    assert content(town.views, ["work"]) == before
    assert sorted(memory.files) == ["r1/done", "r1/planned"]


def test_another_release_gives_up_what_the_one_before_began(town):
    live_through(town.store, 20)
    catch_up(WORK, town.feed, town.views)
    before = live(WORK, town.views)
    out = among(town, Memory())
    queue = step(out, start("work", "r1"))
    run(out._replace(projections=[WORK._replace(signature="2")]), *queue)
    assert live(WORK, town.views) == before


def test_two_plans_of_one_rebuild_make_one_generation(town, monkeypatch):
    record(town.store, "case-1", submitted)
    memory = Memory()
    out = among(town, memory)
    begin, seen = town.views.begin_rebuild, list[int]()

    def slow(*args):
        if not seen:
            seen.append(1)
            run(out, start("work", "r1"), limit=1000)
        return begin(*args)

    monkeypatch.setattr(town.views, "begin_rebuild", slow)
    run(out, start("work", "r1"))
    town.views.sweep(idle=600)
    assert [row[0] for row in town.views._query("SELECT state FROM generations")] == ["live"]


@pytest.mark.parametrize("view", [WORK, LADDER, MISTAKEN], ids=lambda view: view.name)
def test_on_aws_too_it_is_the_view_of_an_ordinary_rebuild(town, view):
    rnd = Random(5)  # noqa: S311 - reproducible on purpose
    live_through(town.store, 40, seed=3, poison=0.1)
    expected = rebuilt(town, view)
    with dynamodb() as client:
        views: Any = DynamoViews(client, TABLE, grace=0)
        shuffle = S3Shuffle(cloud.client("s3"), cloud.bucket())
        run_badly(
            among(town, shuffle, events=25, views=views), start(view.name, "r1"), rnd, crashes=0.3
        )
        assert content(views, [view.name]) == expected
        assert "r1/done" in shuffle.names("")


# The queue


def test_the_queue_carries_a_rebuild_to_its_end(town):
    live_through(town.store, 20)
    memory: Any = Memory()
    queue = [rebuilding.begin(WORK)]
    while queue:
        queue += rebuilding.on_step(town, ALL, memory, queue.pop(0))
    assert {one.split("/")[1] for one in memory.files} == {"done", "planned"}
    assert town.views.position("work") == town.store.head()


def test_a_message_that_is_none_is_refused(town):
    for wrong in ({}, {"step": "map"}, {"step": "map", "rebuild": "r", "range": "0"}):
        with pytest.raises(ValidationError):
            rebuilding.on_step(town, ALL, Memory(), wrong)


def test_what_has_side_effects_is_not_rebuilt():
    with pytest.raises(NoView):
        rebuilding.begin(Subscriber("letters", lambda _: None))


def test_bodies_that_are_no_text_survive_the_shuffle(town):
    commit = record_bytes(town.store, "case-1", b"\xff\n\x00", 2)
    found = list(commits_of(commits_file([commit, commit])))
    assert [one.body for one in found] == [commit.body] * 2
    assert found[0][:3] == ("case-1", 1, 2)
    assert found[0].position == commit.position
