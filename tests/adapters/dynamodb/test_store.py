"""What only this store does: one call each way, answers that get lost, throttling, pages."""

from functools import partial
from random import Random

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from chalicelib.adapters.aws.clients import ATTEMPTS
from chalicelib.adapters.dynamodb.items import MAX_ITEM, size, to_item
from chalicelib.adapters.dynamodb.store import TRUSTED_SECONDS, DynamoStore
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.ports import (
    MAX_BODY,
    MAX_NAME,
    CommandId,
    Conflict,
    Damaged,
    History,
    Reused,
    Unavailable,
    verify,
)
from chalicelib.eventlog.transact import transact
from tests.eventlog.notes import DECIDER, Noted, request

from ..commits import add, at_once, command, keys
from .edge import TABLE, Edge, answers, create_table, emulated, fails, lands_but, lands_but_answers

TIMED_OUT = ReadTimeoutError(endpoint_url="https://dynamodb")
THROTTLED = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TransactionInProgressException",
]


@pytest.fixture
def client():
    with emulated() as client:
        yield client


@pytest.fixture
def edge(client):
    return Edge(client)


@pytest.fixture
def store(client, edge):
    return DynamoStore(client, TABLE)


@pytest.fixture
def pauses(monkeypatch):
    """How long botocore wanted to wait before each attempt after the first."""
    wanted: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", wanted.append)
    return wanted


def note(store, stream, key):
    return transact(store, DECIDER, stream, request(key), lambda _: [Noted(text=key)])


def calls(edge, job):
    edge.calls.clear()
    job()
    return edge.calls


def test_a_command_is_one_query_and_one_put(store, edge):
    for key in ("first", "second"):
        assert calls(edge, partial(note, store, "case-1", key)) == ["Query", "PutItem"]


def test_a_command_that_was_taken_before_is_one_query(store, edge):
    note(store, "case-1", "first")
    assert calls(edge, partial(note, store, "case-1", "first")) == ["Query"]


# What can be appended to without looking, and what cannot.


def test_a_history_that_was_loaded_is_appended_to_without_looking_again(store, edge):
    add(store, "case-1", "submit")
    loaded = store.load("case-1")
    assert calls(edge, partial(add, store, loaded, "accept")) == ["PutItem"]


@pytest.mark.parametrize("read", ["cut short", "by another", "long ago"])
def test_any_other_history_is_compared_with_what_is_stored(client, edge, read):
    clock = [0.0]
    store = DynamoStore(client, TABLE, now=lambda: clock[0])
    add(DynamoStore(client, TABLE), "case-1", "submit")
    if read == "long ago":
        history = store.load("case-1")
        clock[0] = TRUSTED_SECONDS
    else:
        history = DynamoStore(client, TABLE).load("case-1")
    if read == "cut short":
        add(DynamoStore(client, TABLE), "case-1", "accept")
        history = store.load("case-1").until(history.commits[0])
        with pytest.raises(Conflict):
            add(store, history, "decide")
        return
    assert calls(edge, partial(add, store, history, "accept")) == ["GetItem", "PutItem"]
    assert keys(store.load("case-1")) == ["submit", "accept"]


def test_what_a_process_remembers_of_a_stream_is_appended_to_without_looking_again(store, edge):
    first = add(store, "case-1", "submit")
    remembered = History("case-1", (first,))
    known = store.load("case-1", remembered)
    assert known is remembered
    assert calls(edge, partial(add, store, known, "accept")) == ["PutItem"]


def test_of_a_stream_that_is_known_only_its_end_is_read_again(store, edge):
    for n in range(4):
        add(store, "case-1", f"import-{n}", body=Random(n).randbytes(MAX_BODY))  # noqa: S311
    known = store.load("case-1")
    assert calls(edge, lambda: store.load("case-1")) == ["Query"] * 2
    assert calls(edge, lambda: store.load("case-1", known)) == ["Query"]


def test_a_history_of_another_stream_is_refused(store):
    add(store, "case-1", "submit")
    with pytest.raises(Conflict):
        add(store, History("case-2", store.load("case-1").commits), "accept")
    assert store.load("case-2") == History("case-2")


def test_a_history_of_another_table_is_refused(client, store):
    create_table(client, "elsewhere")
    other = DynamoStore(client, "elsewhere")
    add(other, "case-1", "submit", length=3)
    with pytest.raises(Conflict):
        add(store, other.load("case-1"), "accept")
    assert store.load("case-1") == History("case-1")


def test_a_history_from_before_a_restore_is_refused(client, edge):
    clock = [0.0]
    store = DynamoStore(client, TABLE, now=lambda: clock[0])
    add(store, "case-1", "submit")
    add(store, "case-1", "accept")
    ahead = store.load("case-1")
    client.delete_item(TableName=TABLE, Key={"stream": {"S": "case-1"}, "version": {"N": "2"}})
    clock[0] = TRUSTED_SECONDS
    with pytest.raises(Conflict):
        add(store, ahead, "decide")
    assert keys(store.load("case-1")) == ["submit"]


def test_a_history_that_ends_inside_a_commit_is_refused(store):
    add(store, "case-1", "submit", length=3)
    (commit,) = store.load("case-1").commits
    with pytest.raises(Conflict):
        add(store, History("case-1", (commit._replace(length=2),)), "accept")
    assert keys(store.load("case-1")) == ["submit"]


def test_a_history_that_was_made_by_hand_and_is_stale_returns_what_its_command_did(store):
    add(store, "case-1", "submit")
    stale = History("case-1", tuple(store.load("case-1").commits))
    first = add(store, "case-1", "accept")
    add(store, "case-1", "decide")
    assert add(store, stale, "accept") == first


def test_the_history_of_an_embedded_store_is_the_same_history(store, tmp_path):
    embedded = SqliteStore(tmp_path / "events.db")
    for key in ("submit", "accept"):
        add(embedded, "case-1", key)
        add(store, "case-1", key)
    assert add(store, embedded.load("case-1"), "decide").version == 3
    embedded.close()
    verify(store.load("case-1"))


# The answer is lost.


@pytest.mark.parametrize(
    "fault",
    [
        lands_but(TIMED_OUT),
        lands_but_answers(500, "InternalServerError"),
        lands_but_answers(503, "ServiceUnavailable"),
    ],
    ids=["time-out", "500", "503"],
)
def test_a_write_that_landed_before_its_answer_was_lost_is_recognised(store, edge, pauses, fault):
    history = store.load("case-1")
    edge.faults = [fault]
    assert calls(edge, partial(add, store, history, "submit")) == ["PutItem", "PutItem"]
    assert keys(store.load("case-1")) == ["submit"]


@pytest.mark.parametrize("lost", [lands_but, fails], ids=["landed", "not landed"])
def test_an_unknown_outcome_is_safe_to_send_again(store, edge, pauses, lost):
    history = store.load("case-1")
    edge.faults = [lost(TIMED_OUT)] + [fails(TIMED_OUT)] * (ATTEMPTS - 1)
    with pytest.raises(Unavailable, match="send the same command again, under the same id"):
        add(store, history, "submit")
    sent_again = add(store, history, "submit")
    assert store.load("case-1").commits == (sent_again,)


def test_an_unknown_outcome_that_landed_is_found_behind_later_commits(store, edge, pauses):
    history = store.load("case-1")
    edge.faults = [lands_but(TIMED_OUT)] + [fails(TIMED_OUT)] * (ATTEMPTS - 1)
    with pytest.raises(Unavailable):
        add(store, history, "submit")
    add(store, "case-1", "accept")
    assert add(store, history, "submit") == store.load("case-1").commits[0]
    with pytest.raises(Reused):
        store.append(history, CommandId("submit", b"other"), 1, b"{}")
    with pytest.raises(Conflict):
        add(store, history, "decide")
    assert keys(store.load("case-1")) == ["submit", "accept"]


def test_a_command_that_landed_behind_another_on_the_same_history_is_found(store, edge):
    stale = store.load("case-1")
    add(store, "case-1", "submit")
    accepted = add(store, "case-1", "accept")
    assert calls(edge, partial(add, store, stale, "accept")) == ["PutItem", "Query"]
    assert add(store, stale, "accept") == accepted


def test_nothing_is_read_after_a_refusal_by_its_own_commit(store, edge):
    stale = store.load("case-1")
    add(store, "case-1", "submit")
    assert calls(edge, partial(add, store, stale, "submit")) == ["PutItem"]


# The service is busy or cannot be reached.


@pytest.mark.parametrize("code", THROTTLED)
def test_throttling_is_waited_out_with_jitter(store, edge, pauses, code):
    history = store.load("case-1")
    edge.faults = [answers(400, code)] * (ATTEMPTS - 1)
    assert calls(edge, partial(add, store, history, "submit")) == ["PutItem"] * ATTEMPTS
    assert keys(store.load("case-1")) == ["submit"]
    assert len(set(pauses)) == ATTEMPTS - 1
    assert all(0 <= pause <= 2**n for n, pause in enumerate(pauses))


@pytest.mark.parametrize(
    "fault",
    [
        *(answers(400, code) for code in THROTTLED),
        answers(500, "InternalServerError"),
        answers(503, "ServiceUnavailable"),
        fails(ConnectTimeoutError(endpoint_url="https://dynamodb")),
    ],
    ids=[*THROTTLED, "500", "503", "unreachable"],
)
def test_what_does_not_end_is_unavailable_and_nothing_is_written(store, edge, pauses, fault):
    history = store.load("case-1")
    edge.faults = [fault] * ATTEMPTS
    with pytest.raises(Unavailable, match="case-1 may not have got version 1 in table events"):
        add(store, history, "submit")
    edge.faults = [fault] * ATTEMPTS
    with pytest.raises(Unavailable, match="case-1 cannot be read from table events; try again"):
        store.load("case-1")
    assert store.load("case-1") == History("case-1")


def test_a_table_that_is_not_there_is_named(client, edge):
    with pytest.raises(Unavailable, match="from table nowhere"):
        DynamoStore(client, "nowhere").load("case-1")


# Size.


def test_a_long_stream_is_read_page_by_page(store, edge):
    noise = Random(2)  # noqa: S311 - what cannot be compressed, not a secret
    for n in range(6):
        add(store, "case-1", f"import-{n}", length=50, body=noise.randbytes(MAX_BODY))
    assert calls(edge, lambda: verify(store.load("case-1"))) == ["Query"] * 3
    assert store.load("case-1").version == 300
    assert keys(History("case-1", tuple(store.load("case-1").commits)))[-1] == "import-5"


def test_newer_commits_are_those_that_begin_past_a_version(store):
    for n in range(4):
        add(store, "case-1", f"command-{n}", length=2)
    commits = store.load("case-1").commits
    assert [*store.newer("case-1", 4)] == [*commits[2:]]
    assert [*store.newer("case-1", 8)] == [*store.newer("case-2", 0)] == []


def test_the_largest_commit_is_stored(store):
    noise = Random(3).randbytes(MAX_BODY)  # noqa: S311 - as above
    longest = "case-" + "x" * (MAX_NAME - 5)
    made = store.append(History(longest), command("k" * MAX_NAME, noise), 1, noise)
    assert size(to_item(made)) <= MAX_ITEM
    assert store.load(longest).commits[0].body == noise


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME + 1)], ids=["empty", "too long"])
def test_a_stream_that_cannot_be_stored_is_empty_and_takes_nothing(store, edge, name):
    assert calls(edge, lambda: store.load(name)) == []
    assert store.load(name) == History(name)


def test_what_is_stored_and_is_no_commit_is_damaged(client, store):
    client.put_item(
        TableName=TABLE, Item={"stream": {"S": "case-1"}, "version": {"N": "1"}, "x": {"S": ""}}
    )
    with pytest.raises(Damaged, match="case-1"):
        store.load("case-1")
    with pytest.raises(Damaged, match="case-1"):
        add(store, History("case-1"), "submit")


def until_taken(send):
    while True:
        try:
            return send()
        except Unavailable:
            continue


def test_sixteen_writers_whose_answers_get_lost_lose_nothing_and_leave_no_hole(store, edge, pauses):
    edge.faults = [lands_but(TIMED_OUT), answers(400, THROTTLED[0]), fails(TIMED_OUT)] * 3

    def job(n):
        return lambda: until_taken(lambda: note(store, "case-1", f"command-{n}"))

    outcomes = at_once(map(job, range(16)))
    assert edge.faults == []
    history = store.load("case-1")
    assert sorted(commit.version for commit in history.commits) == list(range(1, 17))
    assert sorted(keys(history)) == sorted(f"command-{n}" for n in range(16))
    verify(history)
    assert not [one for one in outcomes if isinstance(one, Exception)]
