"""What only DynamoViews can be asked: commits in pieces, AWS on a bad day, what is left."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.adapters.dynamodb import (
    patience,
)
from chalicelib.adapters.dynamodb import (
    views as dynamodb_views,
)
from chalicelib.adapters.dynamodb import (
    views_generations as dynamodb_views_generations,
)
from chalicelib.adapters.dynamodb import (
    views_items as dynamodb_views_items,
)
from chalicelib.adapters.dynamodb.views import DynamoViews
from chalicelib.adapters.dynamodb.views_items import SHARDS
from chalicelib.eventlog.consumers import advance, catch_up, live
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.rebuilding.rebuilds import rebuild
from chalicelib.eventlog.retries import retry, skip
from chalicelib.eventlog.views.port import (
    Batch,
    Checkpoint,
    Entry,
    Overfull,
    Overtaken,
    Projection,
    ViewsError,
)

from ...eventlog.following import (
    JOURNAL,
    TALLY,
    WORK,
    Garbled,
    Withdrawn,
    content,
    garbled,
    live_through,
    noted,
    open_town,
    record,
    submitted,
    to_skip,
)
from ..test_views import FAILURE, START, cases, fill, parked, put
from .views_table import TABLE, dynamodb


@pytest.fixture
def client():
    with dynamodb() as client:
        yield client


@pytest.fixture
def views(client, monkeypatch):
    monkeypatch.setattr(patience, "sleep", lambda _: None)
    return DynamoViews(client, TABLE)


@pytest.fixture
def work(views):
    return views.create("work", "1")


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


def everything(client) -> list[Any]:
    return list(client.scan(TableName=TABLE)["Items"])


class Crash(BaseException):
    """The process dies: no error handling takes it for its own."""


@contextmanager
def dying(client, n: int, event: str) -> Iterator[list[str]]:
    """Nothing happens from the `n`th call on, or from behind it. Yields the calls."""
    calls: list[str] = []

    def count(model, **_: Any) -> None:
        calls.append(model.name)
        if len(calls) >= n:
            raise Crash

    client.meta.events.register(f"{event}.dynamodb", count)
    try:
        yield calls
    finally:
        client.meta.events.unregister(f"{event}.dynamodb", count)


# Commits in pieces


def many(count, **row):
    return [put(f"case-{n}", 9, ("due", "", f"{n:05d}"), **row) for n in range(count)]


def test_a_batch_of_more_changes_than_a_transaction_takes_is_committed(views, work):
    views.commit(work, Batch(START, 9, many(300), [parked(n) for n in range(1, 9)]))
    assert len(views.keys(work, "", 1000)) == 300
    assert cases(views.page("work", "due", "", limit=300)) == [f"case-{n}" for n in range(300)]
    assert len(views.parked(work)) == 8
    assert views.checkpoint(work).position == 9
    assert "unfinished" not in str(everything(views._table._client))


def test_a_commit_that_dies_after_any_call_is_completed_by_the_next_worker(town):
    """With more than one piece: rows made, changed and deleted, and parked events."""
    view = WORK
    live_through(town.store, 20, seed=4, poison=0.1)
    until = town.store.head()
    for n in range(30):
        record(town.store, f"case-9{n:04d}", submitted, noted)
    live_through(town.store, 15, seed=5, poison=0.1)
    for n in range(3):
        record(town.store, f"case-{n:05d}", Withdrawn(reason="moved"))
    catch_up(view, town.feed, town.views)
    expected = content(town.views, [view.name])
    n, died = 1, True
    while died:
        with dynamodb() as client:
            views: Any = DynamoViews(client, TABLE)
            catch_up(view, town.feed, views, until=until)
            died = dies(client, n, "after-call", lambda now=views: catch_up(view, town.feed, now))
            catch_up(view, town.feed, views)
            assert content(views, [view.name]) == expected
            n += 1
    assert n > 8


def dies(client, n, event, action) -> bool:
    try:
        with dying(client, n, event):
            action()
    except Crash:
        return True
    return False


def test_of_two_workers_in_pieces_only_the_last_to_begin_goes_on(views, work, client):
    other = DynamoViews(client, TABLE)
    transact, met = views._table.transact, list[Checkpoint]()

    def overtaken(writes):
        transact(writes)
        if not met:
            met.append(views.checkpoint(work))
            other.commit(work, Batch(met[0], 70, many(150, by="other")))

    views._table.transact = overtaken
    with pytest.raises(Overtaken):
        views.commit(work, Batch(START, 70, many(150, by="first"), [parked(n) for n in range(60)]))
    assert met == [Checkpoint(0, 1)]
    assert {views.get("work", f"case-{n}")["by"] for n in range(150)} == {"other"}


def test_of_a_batch_that_broke_off_nothing_is_retried_and_nothing_forgotten(town, views, client):
    """Were the parked event retried before its batch is completed, its row would miss others."""
    for n in range(40):
        record(town.store, f"case-{n}", submitted, noted, noted)
    record(town.store, "case-99", submitted, garbled, noted)
    tally = JOURNAL._replace(
        name="tally",
        key=lambda event: f"row-{(event.position or 0) % 60}",
        evolve=_picky_journal,
        entries=lambda row: [Entry("all", "", f"{n}") for n in range(len(row["lines"]))],
    )
    views.create("tally", "1")
    transact, calls = views._table.transact, []

    def dies_at_the_second(writes):
        calls.append(writes)
        if len(calls) == 2:
            raise Crash
        transact(writes)

    views._table.transact = dies_at_the_second
    with pytest.raises(Crash):
        catch_up(tally, town.feed, views)
    generation = live(tally, views)
    assert views.blocked(generation) == {"case-99": 122}
    assert views.parked(generation) == []
    assert retry(tally, town.source, views) == (0, 0)
    catch_up(tally, town.feed, views)
    assert [one.position for one in views.parked(generation)] == [122, 123]
    assert views.parked(generation)[0].failure is not None
    catch_up(tally, town.feed, town.views)
    assert content(views, ["tally"]) == content(town.views, ["tally"])


def _picky_journal(row, event):
    match event.data:
        case Garbled(text=text):
            raise LookupError(text)
        case _:
            return JOURNAL.evolve(row, event)


def test_rows_that_are_deleted_in_pieces_leave_nothing(views, work, client):
    views.commit(work, Batch(START, 9, many(120)))
    gone = [
        one._replace(
            was=9,
            kept=one.kept._replace(body=None, applied=10),
            added=frozenset(),
            removed=one.added,
        )
        for one in many(120)
    ]
    views.commit(work, Batch(views.checkpoint(work), 10, gone))
    left = {item["pk"]["S"].split("#")[0] for item in everything(client)}
    assert left == {"VIEW", "GENERATION", "GENERATIONS", "COUNTER"}


def test_a_retry_that_is_too_large_for_one_transaction_is_refused_whole(views, work):
    views.commit(work, Batch(START, 9, park=[parked(3, failure=FAILURE)]))
    with pytest.raises(Overfull):
        views.commit(work, Batch(Checkpoint(9, 0), None, many(60), unpark=[3]))
    assert views.keys(work, "", 10) == []
    assert len(views.parked(work)) == 1


def test_a_retry_of_many_large_events_goes_in_smaller_ones(town, views):
    mended: list[bool] = []

    def evolve(row, event):
        if not mended:
            raise ValueError("not yet")
        return {"n": event.version}

    wide = Projection(
        "wide",
        "1",
        lambda event: f"row-{event.version}",
        evolve,
        lambda row: [Entry("all", str(n), f"{row['n']}") for n in range(40)],
    )
    record(town.store, "case-1", *[noted] * 7)
    catch_up(wide, town.feed, views)
    mended.append(True)
    assert retry(wide, town.source, views) == (7, 0)
    assert len(views.keys(live(wide, views), "", 100)) == 7


def test_a_comparison_waits_for_a_commit_in_pieces(town, views, client, monkeypatch):
    for n in range(80):
        record(town.store, f"case-{n}", submitted)
    generation = views.create("work", "1")
    with pytest.raises(Crash), dying(client, 6, "before-call"):
        catch_up(WORK, town.feed, views)
    monkeypatch.setattr(dynamodb_views, "SETTLED_SECONDS", 0.1)
    with pytest.raises(Overtaken, match="broke off or goes on"):
        views.stored(generation, ["case-1"])
    catch_up(WORK, town.feed, views)
    assert list(differences(WORK, town.feed, views)) == []


# What could not be kept


def _text(event) -> str:
    return str(event.data.text)


@pytest.mark.parametrize(
    ("text", "error"),
    [("x" * 400_000, "bytes with its places"), ("x\0", "U\\+0000"), ("中" * 400, "too long")],
    ids=["large", "nul", "long name"],
)
def test_an_event_whose_row_could_not_be_kept_is_parked_and_no_other(town, views, text, error):
    def entries(row):
        return [Entry("all", "", row["text"])] if len(row["text"]) < 1000 else []

    notes = Projection(
        "notes",
        "1",
        lambda event: event.stream,
        lambda _, event: {"text": _text(event)},
        entries,
    )
    record(town.store, "case-1", noted.model_copy(update={"text": text[:370_000]}))
    if len(text) > 370_000:
        notes = notes._replace(evolve=lambda _, event: {"text": _text(event) * 2})
    record(town.store, "case-2", noted)
    for place in (town.views, views):
        catch_up(notes, town.feed, place)
        waiting = place.parked(live(notes, place))
        assert [one.stream for one in waiting] == ["case-1"]
        assert waiting[0].failure.kind == "Unstorable"
        assert place.get("notes", "case-2") is not None
        assert re.search(error, waiting[0].failure.message)


def test_the_largest_row_in_the_most_places_is_kept(town, views):
    def evolve(_row, event):
        return {"text": "中" * 100_000, "n": event.version}

    large = Projection(
        "large",
        "1",
        lambda event: event.stream,
        evolve,
        lambda row: [Entry("all", f"{n}", f"{row['n']}-{'s' * 600}") for n in range(48)],
    )
    record(town.store, "case-1", noted)
    catch_up(large, town.feed, views)
    record(town.store, "case-1", noted)
    catch_up(large, town.feed, views)
    row = views.get("large", "case-1")
    assert (len(row["text"]), row["n"]) == (100_000, 2)
    assert views.page("large", "all", "47").rows == [row]
    assert views.parked(live(large, views)) == []


# AWS on a bad day


class Bad:
    """A client whose call `name` gives `answers` first, one after the other."""

    def __init__(self, client, name, *answers):
        self._client, self._name, self._answers = client, name, list(answers)
        self.asked: list[Any] = []

    def __getattr__(self, name):
        if name != self._name:
            return getattr(self._client, name)
        return self._call

    def _call(self, **request):
        self.asked.append(request)
        answer = self._answers.pop(0) if self._answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer(request)
        return getattr(self._client, self._name)(**request)


def cancelled(client, *reasons):
    return client.exceptions.TransactionCanceledException(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": one} for one in reasons],
        },
        "TransactWriteItems",
    )


def test_a_transaction_that_met_another_one_is_tried_again(client, views, work):
    conflict = cancelled(client, "None", "TransactionConflict")
    bad: Any = Bad(client, "transact_write_items", conflict, conflict)
    fill(DynamoViews(bad, TABLE), work, put("case-1", 1))
    assert len(bad.asked) == 3
    assert views.get("work", "case-1") == {"case": "case-1"}


@pytest.mark.parametrize(
    ("reason", "error", "message"),
    [
        ("TransactionConflict", Overtaken, "read again"),
        ("ThrottlingError", ViewsError, "too busy; try again later"),
        ("ValidationError", ViewsError, TABLE),
    ],
)
def test_a_transaction_that_never_gets_through_says_so(views, work, reason, error, message):
    client = views._table._client
    bad: Any = Bad(client, "transact_write_items", *[cancelled(client, reason)] * 20)
    with pytest.raises(error, match=message):
        fill(DynamoViews(bad, TABLE), work, put("case-1", 1))
    assert views.checkpoint(work) == START


def test_a_request_that_was_lost_with_its_answer_is_an_error_that_names_the_table(client, views):
    lost = ReadTimeoutError(endpoint_url="https://dynamodb")
    bad: Any = Bad(client, "get_item", lost)
    with pytest.raises(ViewsError, match=f"{TABLE}.*may be sent again"):
        DynamoViews(bad, TABLE).get("work", "case-1")


def test_a_table_that_is_not_there_is_an_error_that_says_where_to_look(client):
    with pytest.raises(ViewsError, match="BANJIAN_VIEWS_TABLE"):
        DynamoViews(client, "another").live("work")


def test_keys_that_were_left_over_are_asked_for_again(client, views, work):
    fill(views, work, *many(3))

    def one_only(request):
        keys = request["RequestItems"][TABLE]["Keys"]
        rest = {TABLE: {"Keys": keys[1:], "ConsistentRead": True}}
        some = client.batch_get_item(RequestItems={TABLE: {"Keys": keys[:1]}})
        return {"Responses": some["Responses"], "UnprocessedKeys": rest}

    def none(request):
        return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}

    bad: Any = Bad(client, "batch_get_item", one_only, none, none)
    assert len(DynamoViews(bad, TABLE).kept(work, ["case-0", "case-1", "case-2"])) == 3
    never: Any = Bad(client, "batch_get_item", *[none] * 20)
    with pytest.raises(ViewsError, match="too busy"):
        DynamoViews(never, TABLE).kept(work, ["case-0"])


def test_deletes_that_were_left_over_are_sent_again(client, views, work):
    beside = views.begin_rebuild("work", "1")
    fill(views, beside, *many(5))
    views.abandon(beside)

    def none(request):
        return {"UnprocessedItems": request["RequestItems"]}

    bad: Any = Bad(client, "batch_write_item", none, none)
    DynamoViews(bad, TABLE).sweep()
    assert views.keys(beside, "", 10) == []


def test_an_update_that_met_a_transaction_is_tried_again(client, views, work):
    busy = ClientError({"Error": {"Code": "TransactionConflictException"}}, "UpdateItem")
    bad: Any = Bad(client, "update_item", busy, busy)
    DynamoViews(bad, TABLE).touch(work)
    assert len(bad.asked) == 3


# Long lists


def test_pages_of_more_than_a_megabyte_are_read_to_their_end(views, work):
    large = "x" * 900
    rows = [
        put(f"case-{n:04d}", 9, ("all", "", f"{n:04d}{large}"), text=large) for n in range(1300)
    ]
    views.commit(work, Batch(START, 9, rows))
    page = views.page("work", "all", "", limit=1290)
    assert cases(page) == [f"case-{n:04d}" for n in range(1290)]
    rest = views.page("work", "all", "", limit=1290, after=page.cursor)
    assert cases(rest) == [f"case-{n:04d}" for n in range(1290, 1300)]
    assert len(views.keys(work, "", 2000)) == 1300


def test_a_row_that_has_left_a_list_since_is_not_shown_in_it(views, work, client):
    fill(views, work, put("case-1", 1, ("due", "", "a")), put("case-2", 1, ("due", "", "b")))
    query = client.query

    def late(**request):
        found = query(**request)
        if not moved:
            moved.append(True)
            fill(views, work, put("case-1", 2, was=1, removed=[("due", "", "a")]))
        return found

    moved: list[bool] = []
    bad: Any = Bad(client, "query", lambda request: late(**request))
    assert cases(DynamoViews(bad, TABLE).page("work", "due", "")) == ["case-2"]


# What is left behind


def test_rows_of_a_view_that_was_replaced_are_kept_for_those_who_read_them(client):
    now = [1000.0]
    views = DynamoViews(client, TABLE, grace=60, clock=lambda: now[0])
    work = views.create("work", "1")
    fill(views, work, put("case-1", 1))
    beside = views.begin_rebuild("work", "1")
    fill(views, beside, put("case-1", 1))
    assert views.swap(beside, work, views.checkpoint(work))
    now[0] += 59
    views.sweep()
    assert views.keys(work, "", 10) == ["case-1"]
    now[0] += 1
    views.sweep()
    assert views.keys(work, "", 10) == []
    assert views.get("work", "case-1") is not None


def test_a_sweep_that_dies_at_any_call_is_completed_by_the_next(client, views, work):
    before = len(everything(client))
    n, died = 1, True
    while died:
        beside = views.begin_rebuild("work", "1")
        views.load(beside, 0, many(SHARDS))
        views.seal(beside, 2)
        views.commit(beside, Batch(START, 2, park=[parked(1)]))
        views.abandon(beside)
        eager: Any = DynamoViews(client, TABLE, grace=0)
        died = dies(client, n, "before-call", eager.sweep)
        eager.sweep()
        assert len(everything(client)) == before
        n += 8
    assert n > 20


def test_a_load_that_comes_late_does_not_bring_back_what_was_deleted_since(views, work):
    beside = views.begin_rebuild("work", "1")
    views.load(beside, 0, [put("case-1", 1)])
    touch, late = dynamodb_views_generations.touch, list[bool]()

    def meanwhile(*args, **kwargs):
        there = touch(*args, **kwargs)
        if not late:
            late.append(True)
            views.seal(beside, 1)
            views.commit(beside, Batch(START, 1))
            gone = put("case-1", 2, was=1)
            views.commit(
                beside,
                Batch(Checkpoint(1, 0), 2, [gone._replace(kept=gone.kept._replace(body=None))]),
            )
        return there

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dynamodb_views_generations, "touch", meanwhile)
        with pytest.raises(Overtaken):
            views.load(beside, 0, [put("case-1", 1)])
    assert views.keys(beside, "", 10) == []


# The whole


def test_a_rebuild_gives_what_was_kept_up_and_both_are_what_sqlite_has(town, client):
    views: Any = DynamoViews(client, TABLE, grace=0)
    live_through(town.store, 120, seed=6, poison=0.05)
    feed = Feed(town.source, 17)
    for view in (WORK, TALLY):
        while advance(view, feed, views):
            pass
        for position in list(views.blocked(live(view, views)).values())[::2]:
            skip(view, town.source, views, to_skip(position))
        catch_up(view, town.feed, town.views)
        retry(view, town.source, town.views)
    for view in (WORK, TALLY):  # a skip is an event too
        catch_up(view, town.feed, views)
        catch_up(view, town.feed, town.views)
    names = [WORK.name, TALLY.name]
    assert content(views, names) == content(town.views, names)
    rebuild([WORK, TALLY], town.feed, views)
    assert content(views, names) == content(town.views, names)
    assert [list(differences(view, town.feed, views)) for view in (WORK, TALLY)] == [[], []]


# What is parked


def test_what_a_batch_reads_of_the_parked_does_not_grow_with_it(views, client):
    """Of 10, of 1,000 and of 10,000: at most one page, and then each stream of the batch."""
    generation = views.create("work", "1")
    streams = {"case-1", "old-5", "old-7~"}
    read: dict[int, int] = {}
    for many in (10, 1_000, 10_000):
        _park_old(client, generation, many)
        counted: Any = Counting(client)
        asked = DynamoViews(counted, TABLE)
        assert asked.blocked(generation, streams) == {"old-5": 5}
        read[many] = counted.items
        assert counted.calls <= 1 + len(streams)
    assert read[10] == 10
    assert read[1_000] == read[10_000] <= dynamodb_views.FEW + len(streams)


def _park_old(client, generation, many):
    partition = dynamodb_views_items.waiting_partition(generation.id)
    rows = [dynamodb_views_items.key(partition, f"old-{n}\0{n:020}") for n in range(many)]
    for at in range(0, many, 25):
        puts = [{"PutRequest": {"Item": one}} for one in rows[at : at + 25]]
        client.batch_write_item(RequestItems={TABLE: puts})


class Counting:
    """How many items queries of it have given out."""

    def __init__(self, client):
        self._client, self.items, self.calls = client, 0, 0

    def __getattr__(self, name):
        return getattr(self._client, name)

    def query(self, **request):
        found = self._client.query(**request)
        self.items += len(found["Items"])
        self.calls += 1
        return found
