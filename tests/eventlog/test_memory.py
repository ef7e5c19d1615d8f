"""What a process remembers of the streams that it read last."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.memory import OVERHEAD, Memory, Read
from chalicelib.eventlog.ports import CommandId, Conflict, History, Reused
from chalicelib.eventlog.transact import (
    Outcome,
    Stale,
    fold,
    lately,
    read,
    transact,
)
from chalicelib.kernel.errors import Rejected
from tests.counts import often

from .notes import DECIDER, Noted, request


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "events.db", synchronous="OFF")) as opened:
        yield opened


def remembering(limit=1_000_000, *, sole=False):
    return DECIDER._replace(memory=Memory(limit, sole=sole))


def note(store, decider, key, text=None, stream="case-1"):
    return transact(store, decider, stream, request(key), lambda _: [Noted(text=text or key)])


class Loads:
    """A store that tells how many commits each load had to read."""

    def __init__(self, store):
        self._store, self.read = store, []

    def load(self, stream, known=None, /):
        history = self._store.load(stream, known)
        had = 0 if known is None else len(known.commits)
        self.read.append(len(history.commits) - had)
        return history

    def append(self, *what):
        return self._store.append(*what)


def of(stream, *bodies):
    history = History(stream)
    for number, body in enumerate(bodies):
        commit = history.following(CommandId(f"c{number}", b""), 1, body)
        history = History(stream, (*history.commits, commit))
    return Read(history, bodies)


def test_what_was_read_is_not_read_again(store):
    counted, decider = Loads(store), remembering()
    for number in range(5):
        note(counted, decider, f"note-{number}")
    assert counted.read == [0, 0, 0, 0, 0]
    note(store, DECIDER, "other")
    assert note(counted, decider, "last").state[-2:] == ("other", "last")
    assert counted.read[-1] == 1


def test_a_repeated_command_answers_as_it_did_at_first(store):
    decider = remembering()
    first = note(store, decider, "one")
    note(store, decider, "two")
    assert note(store, decider, "one") == first._replace(repeated=True)


def test_what_another_process_appended_meanwhile_is_decided_on(store):
    ours, theirs = remembering(), remembering()
    note(store, ours, "one")
    note(store, theirs, "two")
    assert note(store, ours, "three") == Outcome(3, 3, ("one", "two", "three"))


@pytest.mark.parametrize("sole", [False, True])
def test_an_older_backup_put_back_is_not_appended_to_from_memory(store, tmp_path, sole):
    decider = remembering(sole=sole)
    note(store, decider, "one")
    with closing(SqliteStore(tmp_path / "backup.db", synchronous="OFF")) as older:
        note(older, DECIDER, "another past")
        assert read(older, decider, "case-1").state == ("another past",)
        assert note(older, decider, "on").state == ("another past", "on")


def test_a_stream_that_is_gone_is_empty_again(store, tmp_path):
    decider = remembering()
    note(store, decider, "one")
    with closing(SqliteStore(tmp_path / "new.db", synchronous="OFF")) as new:
        assert read(new, decider, "case-1") == Read(History("case-1"), ())
        with pytest.raises(Conflict):
            new.append(store.load("case-1"), CommandId("two", b""), 1, b"{}")


def test_the_streams_used_last_are_held():
    memory = Memory(16 * (OVERHEAD + 100))
    reads = [of(f"case-{number}", bytes(100)) for number in range(17)]
    for one in reads[:16]:
        memory.put(one)
    memory.get("case-0")
    memory.put(reads[16])
    assert memory.get("case-0") is reads[0]
    assert memory.get("case-1") is None
    assert memory.get("case-16") is reads[16]


def test_what_grows_weighs_more_and_what_is_too_heavy_is_not_held():
    memory = Memory(16 * (OVERHEAD + 100))
    memory.put(of("case-1", bytes(100)))
    memory.put(of("case-1", bytes(100), bytes(1)))
    assert memory.get("case-1") is None


def test_a_memory_of_nothing_holds_nothing():
    memory = Memory(0)
    memory.put(of("case-1", b"{}"))
    assert memory.get("case-1") is None


# Who is sole does not ask before it decides


class Other(Rejected):
    """The stream is not what the command is for."""


def note_if(store, decider, key, wanted, version=None):
    """One more note, refused unless the stream has `wanted` notes."""

    def decide(notes):
        if len(notes) != wanted:
            raise Other("notes-there", "{count} notes", count=len(notes))
        return [Noted(text=key)]

    return transact(store, decider, "case-1", request(key, version=version), decide)


@pytest.fixture
def ahead(store):
    """A sole decider that has one note in mind, where others have made another one since."""
    decider = remembering(sole=True)
    note(store, decider, "one")
    note(store, DECIDER, "theirs")
    return decider


def test_what_is_remembered_is_decided_on_without_a_look(store):
    counted, decider = Loads(store), remembering(sole=True)
    for number in range(5):
        note(counted, decider, f"note-{number}")
    assert counted.read == [0]
    assert store.load("case-1").version == 5


def test_who_was_overtaken_decides_anew_on_all_there_is(store, ahead):
    counted = Loads(store)
    assert note(counted, ahead, "on").state == ("one", "theirs", "on")
    assert 1 in counted.read


def test_a_refusal_of_what_is_no_longer_so_is_none(store, ahead):
    assert note_if(store, ahead, "two", 2).state == ("one", "theirs", "two")


def test_what_was_allowed_before_is_refused_on_what_is_there_now(store, ahead):
    with pytest.raises(Other, match="2 notes"):
        note_if(store, ahead, "two", 1)
    assert store.load("case-1").version == 2


def test_a_refusal_of_what_is_still_so_is_decided_once(store):
    decider, asked = remembering(sole=True), list[int]()
    note(store, decider, "one")

    def refuse(notes):
        asked.append(len(notes))
        raise Other("always-refused", "it is always refused")

    with pytest.raises(Other):
        transact(store, decider, "case-1", request("two"), refuse)
    assert asked == [1]


def test_nothing_to_do_is_only_nothing_if_it_is_so_now(store, ahead):
    outcome = transact(
        store, ahead, "case-1", request("x"), lambda notes: [Noted(text="x")] if notes[1:] else []
    )
    assert outcome.state == ("one", "theirs", "x")
    assert transact(store, ahead, "case-1", request("y"), lambda _: []).version == 3


def test_a_version_that_is_newer_than_what_is_remembered_is_no_stale_one(store, ahead):
    assert note_if(store, ahead, "two", 2, version={2}).version == 3


def test_a_version_that_is_remembered_and_overtaken_is_stale(store, ahead):
    with pytest.raises(Stale) as stale:
        note_if(store, ahead, "two", 2, version={1})
    assert stale.value.current == 2


def test_a_command_that_another_process_has_taken_is_a_repetition(store, ahead):
    repeated = note(store, ahead, "theirs", "told another way")
    assert repeated == Outcome(2, 2, ("one", "theirs"), repeated=True)
    with pytest.raises(Reused):
        transact(store, ahead, "case-1", request("theirs", "other"), lambda _: [Noted(text="x")])
    assert store.load("case-1").version == 2


@settings(max_examples=often(1200), deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0, 1, 2])), max_size=25))
def test_what_is_remembered_is_what_folding_it_all_gives(tmp_path_factory, steps):
    """Processes at work on three streams: one asks first, one does not, one has no room."""
    deciders = [remembering(), remembering(3_000, sole=True), remembering(0, sole=True)]
    path = tmp_path_factory.mktemp("memory") / "events.db"
    with closing(SqliteStore(path, synchronous="OFF")) as store:
        for number, (stream, who) in enumerate(steps):
            outcome = note(store, deciders[who], f"n{number}", stream=stream)
            whole = store.load(stream)
            assert (outcome.version, outcome.state) == (whole.version, fold(DECIDER, whole))
        for stream in "abc":
            whole = store.load(stream)
            for decider in deciders:
                assert read(store, decider, stream) == Read(whole, fold(DECIDER, whole))


# What was read a moment before


def test_what_was_read_lately_is_taken_as_it_was(store):
    counted, decider, elsewhere = Loads(store), remembering(), remembering()
    assert lately(counted, decider, "case-1").history.version == 0
    note(store, elsewhere, "a")
    assert lately(counted, decider, "case-1").history.version == 0
    assert read(counted, decider, "case-1").history.version == 1
    assert lately(counted, decider, "case-1").history.version == 1


def test_streams_that_are_not_there_are_forgotten_as_others_are(store):
    decider = remembering(limit=20 * OVERHEAD)
    for number in range(100):
        read(store, decider, f"account-{number}")
    held = [number for number in range(100) if decider.memory.get(f"account-{number}")]
    assert held == list(range(80, 100))
