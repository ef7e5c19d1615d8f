"""One command against one stream, whatever others do meanwhile."""

from contextlib import closing
from datetime import timedelta

import pytest

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.codec import decode
from chalicelib.eventlog.envelope import Circumstances, Happened
from chalicelib.eventlog.ports import Conflict, Reused
from chalicelib.eventlog.transact import ATTEMPTS, Outcome, Stale, transact
from chalicelib.kernel.actor import Actor, Channel, Role

from .notes import CLERK, DECIDER, NOON, Noted, request


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "events.db", synchronous="OFF")) as opened:
        yield opened


def run(store, asked, decide):
    return transact(store, DECIDER, "case-1", asked, decide)


def note(store, key, *, to=None):
    return run(to or store, request(key), lambda _: [Noted(text=key)])


class Overtaken:
    """A store in which others append, `times` times, between our reading and our appending."""

    def __init__(self, store, times):
        self._store, self.left = store, times

    def load(self, stream, known=None, /):
        return self._store.load(stream, known)

    def append(self, history, command, length, body, /):
        if self.left:
            self.left -= 1
            note(self._store, f"other-{self.left}")
        return self._store.append(history, command, length, body)


def test_a_command_answers_with_the_stream_right_after_it(store):
    note(store, "one")
    outcome = run(store, request("two"), lambda _: [Noted(text="a"), Noted(text="b")])
    assert outcome == Outcome(3, 3, ("one", "a", "b"))


def test_a_command_decides_on_all_that_was_recorded(store):
    note(store, "one")
    run(store, request("two"), lambda notes: [Noted(text=f"behind {notes}")])
    assert store.load("case-1").version == 2
    assert run(store, request("three"), lambda _: []).state == ("one", "behind ('one',)")


def test_a_command_with_nothing_to_do_writes_nothing(store):
    note(store, "one")
    assert run(store, request("two"), lambda _: []) == Outcome(1, 1, ("one",))
    assert run(store, request("two"), lambda _: [Noted(text="two")]).state == ("one", "two")


def test_nothing_to_do_on_an_empty_stream_is_nothing_at_all(store):
    assert run(store, request("one"), lambda _: []) == Outcome(0, None, ())


def test_a_refusal_writes_nothing(store):
    def refuse(_notes):
        raise LookupError

    with pytest.raises(LookupError):
        run(store, request("one"), refuse)
    assert store.load("case-1").version == 0


def test_a_command_that_was_overtaken_decides_anew_on_what_is_there_then(store):
    outcome = run(
        Overtaken(store, 2), request("ours"), lambda notes: [Noted(text=f"behind {len(notes)}")]
    )
    assert outcome == Outcome(3, 3, ("other-1", "other-0", "behind 2"))


def test_a_command_that_is_overtaken_again_and_again_gives_up(store, monkeypatch):
    monkeypatch.setattr("chalicelib.eventlog.transact.sleep", lambda _: None)
    with pytest.raises(Conflict):
        note(store, "ours", to=Overtaken(store, ATTEMPTS))
    assert store.load("case-1").version == ATTEMPTS
    assert note(store, "ours", to=Overtaken(store, 0)).version == ATTEMPTS + 1


def test_the_same_command_again_gives_the_first_outcome_whatever_came_later(store):
    first = note(store, "one")
    note(store, "two")
    again = run(store, request("one"), lambda _: [Noted(text="never")])
    assert again == first._replace(repeated=True)
    assert store.load("case-1").version == 2


def test_the_same_command_sent_twice_at_once_answers_with_what_was_recorded(store):
    def meanwhile(_notes):
        run(store, request("one"), lambda _: [Noted(text="the faster")])
        note(store, "two")
        return [Noted(text="the slower")]

    assert run(store, request("one"), meanwhile) == Outcome(1, 1, ("the faster",), repeated=True)
    assert store.load("case-1").version == 2


def test_a_command_id_used_for_something_else_is_refused(store):
    run(store, request("one", "a shop sign"), lambda _: [Noted(text="one")])
    with pytest.raises(Reused):
        run(store, request("one", "a fire exit"), lambda _: [Noted(text="two")])


def test_a_caller_who_has_seen_the_newest_version_is_let_through(store):
    note(store, "one")
    outcome = run(store, request("two", version={1}), lambda _: [Noted(text="two")])
    assert outcome.version == 2


def test_a_caller_who_has_seen_an_older_version_is_told_the_current_one(store):
    note(store, "one")
    note(store, "two")
    with pytest.raises(Stale, match="case-1 is at version 2, not 1") as stale:
        run(store, request("three", version={1}), lambda _: [Noted(text="three")])
    assert stale.value.current == 2


def test_a_caller_who_was_overtaken_is_stale_and_not_tried_again(store):
    note(store, "one")
    with pytest.raises(Stale):
        run(Overtaken(store, 1), request("two", version={1}), lambda _: [Noted(text="two")])
    assert store.load("case-1").version == 2


def refuse(_notes):
    raise PermissionError


def test_who_may_not_is_not_told_the_version_either(store):
    note(store, "one")
    with pytest.raises(PermissionError):
        run(store, request("two", version={7}), refuse)


def test_a_command_that_does_more_than_decide_is_not_decided_for_who_is_stale(store):
    note(store, "one")
    done: list[str] = []

    def decide(_notes):
        done.append("a certificate was used")
        return [Noted(text="two")]

    stale = request("two", version={7})
    with pytest.raises(Stale):
        transact(store, DECIDER, "case-1", stale, decide, may=lambda _: None)
    with pytest.raises(PermissionError):
        transact(store, DECIDER, "case-1", stale, decide, may=refuse)
    assert not done


def test_a_repetition_is_no_less_a_repetition_for_an_old_version(store):
    first = run(store, request("one", version={0}), lambda _: [Noted(text="one")])
    note(store, "two")
    again = run(store, request("one", version={0}), lambda _: [Noted(text="one")])
    assert again == first._replace(repeated=True)


def test_an_imported_step_keeps_its_own_circumstances(store):
    by_post = Circumstances(
        NOON - timedelta(days=9),
        Actor(account="resource21", role=Role.REVIEWER),
        Channel.POST,
        "receipt.csv:17",
    )
    run(
        store,
        request("import"),
        lambda _: [Happened(Noted(text="received"), by_post), Noted(text="imported")],
    )
    (commit,) = store.load("case-1").commits
    received, imported = decode(DECIDER.codec, commit)
    assert (received.occurred_at, received.actor, received.channel, received.source) == by_post
    assert (imported.occurred_at, imported.actor, imported.source) == (NOON, CLERK, None)
