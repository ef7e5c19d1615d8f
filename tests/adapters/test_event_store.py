"""What every EventStore does. A new adapter is done when it passes this file and test_log.py."""

from functools import partial
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.eventlog.ports import (
    GENESIS,
    MAX_BODY,
    CommandId,
    Commit,
    Conflict,
    History,
    Reused,
    TooLarge,
    verify,
)
from chalicelib.eventlog.transact import transact
from tests.counts import often
from tests.eventlog.notes import DECIDER, Noted, request

from .commits import add, at_once, command, keys, unplaced


def test_an_unknown_stream_is_empty(store):
    assert store.load("case-1") == History("case-1")


def test_a_commit_comes_back_as_it_was_appended(store):
    one = add(store, "case-1", "submit", length=2, body=b'{"events":[1,2]}')
    two = add(store, "case-1", "accept", body=b'{"events":[3]}')
    assert [unplaced(one), unplaced(two)] == [*map(unplaced, store.load("case-1").commits)]
    assert (one.version, one.length, two.version) == (1, 2, 3)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", '{"text":"办件 🏛 \u0000"}'.encode(), bytes(range(256)) * 1200],
    ids=["nothing", "empty object", "unicode", "300 KB"],
)
def test_bytes_come_back_exactly(store, body):
    add(store, "case-1", "submit", body=body)
    assert store.load("case-1").commits[0].body == body


@pytest.mark.parametrize("name", ["case-湛江", "case-🏛", "case-' OR 1=1 --", "case-%"])
def test_names_come_back_exactly(store, name):
    add(store, name, f"{name}:submit")
    assert keys(store.load(name)) == [f"{name}:submit"]
    assert store.load("case-") == History("case-")


def test_a_stale_append_is_refused_and_nothing_is_written(store):
    stale = store.load("case-1")
    add(store, "case-1", "submit")
    with pytest.raises(Conflict) as refused:
        add(store, stale, "accept", length=3)
    assert (refused.value.stream, refused.value.version) == ("case-1", 0)
    assert keys(store.load("case-1")) == ["submit"]


def test_an_append_past_the_end_is_refused_and_leaves_no_hole(store):
    elsewhere = History("case-1").following(command("submit"), 5, b"{}")
    with pytest.raises(Conflict):
        add(store, History("case-1", (elsewhere,)), "accept")
    assert store.load("case-1") == History("case-1")


def test_a_history_of_the_right_length_with_other_events_is_refused(store):
    add(store, "case-1", "submit", body=b'{"ours":1}')
    elsewhere = History("case-1").following(command("send"), 1, b'{"theirs":1}')
    with pytest.raises(Conflict):
        add(store, History("case-1", (elsewhere,)), "accept")
    assert keys(store.load("case-1")) == ["submit"]


@pytest.mark.parametrize("length", [1, 1000])
def test_a_commit_is_stored_whole(store, length):
    body = b'{"n":1234567}' * length
    add(store, "case-1", "import", length=length, body=body)
    (commit,) = store.load("case-1").commits
    assert (commit.length, commit.last_version, commit.body) == (length, length, body)
    assert add(store, "case-1", "submit").version == length + 1


@pytest.mark.parametrize("length", [1, 1000])
def test_a_commit_is_refused_whole(store, place, length):
    stale = store.load("case-1")
    add(store, "case-1", "submit")
    with pytest.raises(Conflict):
        add(store, stale, "import", length=length, body=b'{"n":1234567}' * length)
    place.settle()
    assert (store.load("case-1").version, place.log.head()) == (1, 1)


def test_the_same_command_again_returns_the_first_commit(store):
    first = add(store, "case-1", "submit")
    add(store, "case-1", "accept")
    assert unplaced(add(store, "case-1", "submit")) == unplaced(first)
    assert keys(store.load("case-1")) == ["submit", "accept"]


def test_the_same_command_again_on_a_stale_history_returns_the_first_commit(store):
    stale = store.load("case-1")
    first = add(store, "case-1", "submit")
    add(store, "case-1", "accept")
    assert unplaced(add(store, stale, "submit")) == unplaced(first)
    assert keys(store.load("case-1")) == ["submit", "accept"]


def test_the_same_command_sent_eight_times_at_once_is_done_once(store):
    history = store.load("case-1")
    sent = at_once([partial(add, store, history, "submit")] * 8)
    assert {unplaced(commit) for commit in sent} == set(map(unplaced, store.load("case-1").commits))


@pytest.mark.parametrize("fresh", [True, False], ids=["on what is there", "on a stale history"])
def test_a_command_id_used_for_another_body_is_refused(store, fresh):
    stale = store.load("case-1")
    add(store, "case-1", "submit", body=b'{"item":"shop sign"}')
    with pytest.raises(Reused):
        add(store, "case-1" if fresh else stale, "submit", body=b'{"item":"fire"}')
    assert keys(store.load("case-1")) == ["submit"]


def test_a_command_id_belongs_to_its_stream(store):
    add(store, "case-1", "submit", body=b'{"item":"shop sign"}')
    add(store, "case-2", "submit", body=b'{"item":"fire"}')
    assert keys(store.load("case-1")) == keys(store.load("case-2")) == ["submit"]


def test_what_would_not_fit_the_smallest_store_is_refused(store):
    add(store, "case-1", "submit", body=bytes(MAX_BODY))
    with pytest.raises(TooLarge):
        add(store, "case-1", "accept", body=bytes(MAX_BODY + 1))
    assert keys(store.load("case-1")) == ["submit"]


def test_of_sixteen_appends_to_one_version_one_wins(store):
    history = store.load("case-1")
    commands = [f"command-{n}" for n in range(16)]
    sent = at_once([partial(add, store, history, key) for key in commands])
    won = [outcome for outcome in sent if isinstance(outcome, Commit)]
    assert sum(isinstance(outcome, Conflict) for outcome in sent) == 15
    assert [commit.command.id for commit in won] == keys(store.load("case-1"))


def test_sixteen_threads_on_one_stream_lose_nothing_and_leave_no_hole(store):
    def note(key):
        return transact(store, DECIDER, "case-1", request(key), lambda _: [Noted(text=key)])

    def job(thread):
        return lambda: [note(f"{thread}-{n}") for n in range(5)]

    outcomes = [one for done in at_once(map(job, range(16))) for one in done]
    history = store.load("case-1")
    expected = {f"{thread}-{n}" for thread in range(16) for n in range(5)}
    assert sorted(one.version for one in outcomes) == list(range(1, 81))
    assert set(keys(history)) == expected
    assert history.version == 80
    verify(history)


def test_the_chain_of_what_was_stored_is_whole(store):
    for n in range(5):
        add(store, "case-1", f"command-{n}", length=n + 1, body=b'{"n":%d}' % n)
    history = store.load("case-1")
    verify(history)
    assert len({GENESIS, *(commit.hash for commit in history.commits)}) == 6


def test_of_what_is_known_only_what_is_newer_is_read(store):
    add(store, "case-1", "submit")
    known = store.load("case-1")
    assert store.load("case-1", known) == known
    add(store, "case-1", "accept", length=2)
    add(store, "case-1", "finish")
    newer = store.load("case-1", known)
    assert newer == store.load("case-1")
    assert newer.commits[0] is known.commits[0]


def test_what_is_known_of_nothing_is_nothing(store):
    known = store.load("case-1")
    add(store, "case-1", "submit")
    assert store.load("case-1", known) == store.load("case-1")


def test_what_is_known_of_another_past_is_read_anew(store):
    add(store, "case-1", "submit", body=b'{"one":1}')
    add(store, "case-1", "accept")
    forged = History("case-1").following(command("other"), 1, b"{}")
    assert store.load("case-1", History("case-1", (forged,))) == store.load("case-1")


def test_what_is_known_of_more_than_there_is_is_read_anew(store):
    add(store, "case-1", "submit")
    history = store.load("case-1")
    ahead = History("case-1", (*history.commits, history.following(command("lost"), 1, b"{}")))
    assert store.load("case-1", ahead) == history
    add(store, "case-1", "accept")
    assert store.load("case-1", ahead) == store.load("case-1")


_streams = count()
_appends = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d"]),  # the command
        st.integers(0, 1),  # its body
        st.integers(1, 3),  # how many events
        st.integers(0, 2),  # how many commits the history lags behind
    ),
    max_size=12,
)


@given(_appends)
@settings(
    max_examples=often(800),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_is_appended_in_whatever_order_the_stream_is_what_was_acknowledged(store, appends):
    stream = f"case-{next(_streams)}"
    told: list[Commit] = []
    for key, body, length, lag in appends:
        full = store.load(stream)
        seen = History(stream, full.commits[: max(0, len(full.commits) - lag)])
        known = [commit for commit in told if commit.command.id == key]
        asked = CommandId(key, bytes([body]))
        try:
            commit = store.append(seen, asked, length, b'{"n":%d}' % body)
        except Conflict:
            assert seen.version < full.version
            assert not known
        except Reused:
            assert known[0].command != asked
        else:
            assert not known or unplaced(commit) == known[0]
            told += [] if known else [unplaced(commit)]
    assert [*map(unplaced, store.load(stream).commits)] == told
    verify(store.load(stream))
