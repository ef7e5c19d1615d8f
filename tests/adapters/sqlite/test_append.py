"""Appends that arrive together: written in one statement where it can be, as if one by one."""

import sqlite3
from contextlib import closing

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.adapters.sqlite.append import MOST, Append, append, write
from chalicelib.adapters.sqlite.file import SCHEMA
from chalicelib.eventlog.ports import Commit, Conflict, History

from ..commits import command


def a_file():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(SCHEMA[0])
    return db


class World:
    """Two files: in one a batch is written together, in the other each by itself."""

    def __init__(self) -> None:
        self.together, self.alone = a_file(), a_file()
        self.histories: dict[str, History] = {}

    def an_append(self, stream: str, key: str, length: int, *, stale: bool) -> Append:
        history = self.histories.get(stream, History(stream))
        seen = History(stream, history.commits[:-1]) if stale else history
        return append(seen, command(key), length, b"{}")

    def write(self, batch: list[Append]) -> list[object]:
        ours = write(self.together, batch)
        theirs = [outcome for one in batch for outcome in write(self.alone, [one])]
        assert [*map(repr, ours)] == [*map(repr, theirs)]
        for outcome in ours:
            if isinstance(outcome, Commit):
                history = self.histories.get(outcome.stream, History(outcome.stream))
                if outcome.version > history.version:
                    commits = (*history.commits, outcome)
                    self.histories[outcome.stream] = History(outcome.stream, commits)
        return [*ours]

    def rows(self):
        return [
            db.execute("SELECT * FROM commits ORDER BY position").fetchall()
            for db in (self.together, self.alone)
        ]

    def close(self) -> None:
        self.together.close()
        self.alone.close()


one = st.tuples(st.sampled_from("abcdef"), st.integers(0, 3), st.integers(1, 3), st.booleans())


@given(st.lists(st.lists(one, min_size=1, max_size=6), max_size=6))
@example([[("a", 0, 1, False), ("b", 0, 2, False)], [("a", 1, 1, True), ("b", 1, 1, False)]])
def test_together_or_one_by_one_comes_to_the_same(batches):
    with closing(World()) as world:
        for batch in batches:
            world.write(
                [
                    world.an_append(stream, f"{stream}-{key}", length, stale=stale)
                    for stream, key, length, stale in batch
                ]
            )
        together, alone = world.rows()
        assert together == alone


def test_what_is_stale_is_refused_and_leaves_no_gap_among_the_others():
    with closing(World()) as world:
        world.write([world.an_append("a", "1", 2, stale=False)])
        batch = [
            world.an_append("b", "1", 3, stale=False),
            world.an_append("a", "2", 1, stale=True),
            world.an_append("c", "1", 1, stale=False),
        ]
        first, refused, last = world.write(batch)
        assert isinstance(refused, Conflict)
        assert (first.position, last.position) == (3, 6)  # type: ignore[attr-defined]


def test_a_batch_that_is_too_large_for_one_statement_is_written_all_the_same():
    with closing(World()) as world:
        batch = [world.an_append(f"s{n}", "1", 1, stale=False) for n in range(MOST + 3)]
        assert [one.position for one in world.write(batch)] == [*range(1, MOST + 4)]  # type: ignore[attr-defined]


def test_a_history_of_another_store_is_refused_among_others_too():
    with closing(World()) as world:
        world.write([world.an_append("a", "1", 1, stale=False)])
        other = History("a").following(command("elsewhere"), 1, b"{}")
        forged = append(History("a", (other,)), command("2"), 1, b"{}")
        outcomes = world.write([world.an_append("b", "1", 1, stale=False), forged])
        assert isinstance(outcomes[0], Commit)
        assert isinstance(outcomes[1], Conflict)
