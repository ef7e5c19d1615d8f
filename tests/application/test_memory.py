"""What a process remembers of the streams that it read last."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.sqlite_store import SqliteStore
from chalicelib.application.memory import OVERHEAD, Memory, Read
from chalicelib.application.ports import CommandId, Conflict, History
from chalicelib.application.transact import Outcome, fold, read, transact

from .notes import DECIDER, Noted, request


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "events.db", synchronous="OFF")) as opened:
        yield opened


def remembering(limit=1_000_000):
    return DECIDER._replace(memory=Memory(limit))


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


def test_an_older_backup_put_back_is_not_appended_to_from_memory(store, tmp_path):
    decider = remembering()
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


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0, 1, 2])), max_size=25))
def test_what_is_remembered_is_what_folding_it_all_gives(tmp_path_factory, steps):
    """Three processes, of which one has no room, at work on three streams."""
    deciders = [remembering(), remembering(3_000), remembering(0)]
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
