"""Whether a stream has changed is told without a query, and never wrongly that it has not."""

import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.sqlite import changes
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.memory import Memory
from chalicelib.eventlog.ports import GENESIS, CommandId
from chalicelib.eventlog.transact import fold, read, transact
from tests.counts import often
from tests.eventlog.notes import DECIDER, Noted, request


@pytest.fixture
def stores(tmp_path):
    """Of two processes on one file."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(closing(SqliteStore(tmp_path / "events.db", synchronous="OFF")))
            for _ in range(2)
        ]


def append(store, stream, key="one"):
    return store.append(store.load(stream), CommandId(key, b""), 1, b"{}")


def test_what_others_write_changes_the_mark_and_what_is_our_own_only_its_stream(stores):
    ours, theirs = stores
    first = append(ours, "case-1")
    mark = ours.changes.mark()
    append(ours, "case-2")
    assert ours.changes.mark() == mark
    assert ours.changes.unchanged("case-1", first.hash, mark)
    assert not ours.changes.unchanged("case-1", GENESIS, mark)
    append(theirs, "case-3")
    assert ours.changes.mark() != mark
    assert not ours.changes.unchanged("case-1", first.hash, mark)


def test_what_others_wrote_before_our_own_write_is_noticed(stores):
    ours, theirs = stores
    first = append(ours, "case-1")
    mark = ours.changes.mark()
    append(theirs, "case-1", "two")
    append(ours, "case-2")  # it finds a header that is not its own, before it makes another
    assert not ours.changes.unchanged("case-1", first.hash, mark)


def test_more_streams_than_are_kept_are_looked_at_anew(stores, monkeypatch):
    monkeypatch.setattr(changes, "_MOST", 3)
    ours, _ = stores
    first = append(ours, "case-0")
    mark = ours.changes.mark()
    for number in range(1, 4):
        append(ours, f"case-{number}")
    assert not ours.changes.unchanged("case-0", first.hash, mark)


def test_no_lock_of_sqlite_is_let_go_of(tmp_path):
    """Or the next process would take the file of the shared memory for its own, and empty it."""
    with closing(SqliteStore(tmp_path / "events.db", synchronous="OFF")) as store:
        first = append(store, "case-1")
        mark = store.changes.mark()
        before = (tmp_path / "events.db-shm").stat()
        told = "import sys; from chalicelib.adapters.sqlite.store import SqliteStore as S\n"
        told += 'S(sys.argv[1]).load("case-1")'
        command = [sys.executable, "-c", told, str(tmp_path / "events.db")]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[3])
        after = (tmp_path / "events.db-shm").stat()
        assert (before.st_ino, before.st_size) == (after.st_ino, after.st_size)
        assert mark is not None
        assert store.changes.unchanged("case-1", first.hash, mark)
        append(store, "case-1", "two")


def test_after_the_store_is_closed_nothing_is_told(stores):
    ours, _ = stores
    append(ours, "case-1")
    ours.close()
    assert ours.changes.mark() is None


def test_a_checkpoint_or_a_restart_of_the_log_hides_nothing(stores):
    ours, theirs = stores
    for number in range(30):
        known = append(ours, "case-1", f"ours-{number}")
        mark = ours.changes.mark()
        theirs._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        append(theirs, "case-1", f"theirs-{number}")
        assert not ours.changes.unchanged("case-1", known.hash, mark)


@settings(max_examples=often(1_200), deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.booleans()), max_size=30))
def test_whoever_writes_what_is_read_is_what_is_there(tmp_path_factory, steps):
    """Three processes with memories of their own append to three streams, and read them."""
    path = tmp_path_factory.mktemp("changes") / "events.db"
    with ExitStack() as opened:
        stores = [
            opened.enter_context(closing(SqliteStore(path, synchronous="OFF"))) for _ in range(3)
        ]
        deciders = [
            DECIDER._replace(memory=Memory(sole=sole, changes=store.changes))
            for store, sole in zip(stores, (True, True, False), strict=True)
        ]
        for number, (stream, who, writes) in enumerate(steps):
            store, decider = stores[who], deciders[who]
            if writes:
                transact(store, decider, stream, request(f"n{number}"), lambda _: [Noted(text="x")])
            whole = stores[(who + 1) % 3].load(stream)
            assert read(store, decider, stream).history == whole
            assert read(store, decider, stream).state == fold(DECIDER, whole)


@pytest.mark.parametrize("there", [False, True])
def test_who_thinks_a_stream_is_new_is_told_if_it_is_not(stores, there):
    ours, theirs = stores
    decider = DECIDER._replace(memory=Memory(sole=True, changes=ours.changes))
    if there:
        transact(theirs, DECIDER, "case-1", request("one"), lambda _: [Noted(text="one")])
    # Sent again it is decided at another moment, and may say something else.
    again = "one, later" if there else "one"
    done = transact(
        ours, decider, "case-1", request("one"), lambda _: [Noted(text=again)], fresh=True
    )
    assert (done.version, done.state, done.repeated) == (1, ("one",), there)
    after = transact(
        ours, decider, "case-1", request("two"), lambda _: [Noted(text="two")], fresh=True
    )
    assert after.state == ("one", "two")
