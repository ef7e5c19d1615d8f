"""What every Log does: one feed of everything, in one order, without gaps."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from chalicelib.eventlog.audit import check
from chalicelib.eventlog.ports import Commit, Conflict, Log

from .commits import add, at_once


def follow(log: Log, after: int = 0, limit: int = 7) -> Iterator[Commit]:
    while page := log.read(after, limit):
        yield from page
        after = page[-1].last_position


def positions(commits) -> list[int]:
    return [
        position
        for commit in commits
        for position in range(commit.position, commit.last_position + 1)
    ]


def test_an_empty_log_has_nothing_at_position_zero(log):
    assert (log.head(), log.read(0, 10)) == (0, [])


def test_positions_count_events_over_all_streams(place):
    add(place.store, "case-1", "submit", length=2)
    add(place.store, "case-2", "submit", length=3)
    add(place.store, "case-1", "accept")
    place.settle()
    read = place.log.read(0, 10)
    assert [(c.stream, c.version, c.position, c.last_position) for c in read] == [
        ("case-1", 1, 1, 2),
        ("case-2", 1, 3, 5),
        ("case-1", 3, 6, 6),
    ]
    assert place.log.head() == 6


def test_the_place_of_an_event_is_its_position(place):
    add(place.store, "case-1", "submit", length=2)
    add(place.store, "case-2", "submit", length=3)
    add(place.store, "case-1", "accept", length=2)
    place.settle()
    assert [place.log.place("case-1", version) for version in (1, 2, 3, 4)] == [1, 2, 6, 7]
    assert place.log.place("case-2", 3) == 5


def test_what_is_not_there_has_no_place(place):
    add(place.store, "case-1", "submit", length=2)
    place.settle()
    assert [place.log.place("case-1", version) for version in (0, 3)] == [None, None]
    assert place.log.place("case-2", 1) is None


def test_the_log_holds_what_the_streams_hold(place):
    for n in range(6):
        add(place.store, f"case-{n % 2}", f"command-{n}", length=n + 1, body=b'{"n":%d}' % n)
    place.settle()
    read = list(follow(place.log, limit=2))
    for stream in ("case-0", "case-1"):
        loaded = place.store.load(stream).commits
        assert [c._replace(position=None) for c in read if c.stream == stream] == [
            c._replace(position=None) for c in loaded
        ]


def test_a_refused_append_leaves_no_gap(place):
    stale = place.store.load("case-1")
    add(place.store, "case-1", "submit")
    with pytest.raises(Conflict):
        add(place.store, stale, "accept", length=4)
    add(place.store, "case-2", "submit")
    place.settle()
    assert positions(follow(place.log)) == [1, 2]


def test_a_page_has_whole_commits_and_no_more_than_asked_for(place):
    for n in range(5):
        add(place.store, f"case-{n}", "submit", length=3)
    place.settle()
    assert positions(place.log.read(0, 2)) == [1, 2, 3, 4, 5, 6]
    assert positions(place.log.read(6, 2)) == [7, 8, 9, 10, 11, 12]
    assert positions(place.log.read(12, 2)) == [13, 14, 15]
    assert place.log.read(15, 2) == []
    assert place.log.read(100, 2) == []


@pytest.mark.parametrize("inside", [4, 5])
def test_from_inside_a_commit_it_comes_again_rather_than_not_at_all(place, inside):
    for n in range(3):
        add(place.store, f"case-{n}", "submit", length=3)
    place.settle()
    assert positions(place.log.read(inside, 1)) == [4, 5, 6]


def test_a_reader_that_follows_sixteen_writers_sees_every_event_once_and_in_order(place):
    def write(writer):
        for n in range(12):
            add(place.store, f"case-{writer}", f"{writer}-{n}", length=1 + (writer + n) % 3)

    seen: list[Commit] = []
    with ThreadPoolExecutor(1) as pool:
        writers = pool.submit(at_once, [partial(write, writer) for writer in range(16)])
        while not writers.done():
            seen += follow(place.log, seen[-1].last_position if seen else 0)
    assert set(writers.result()) == {None}
    place.settle()
    seen += follow(place.log, seen[-1].last_position if seen else 0)
    assert positions(seen) == list(range(1, place.log.head() + 1))
    assert sorted((c.stream, c.version, c.command.id) for c in seen) == sorted(
        (c.stream, c.version, c.command.id)
        for writer in range(16)
        for c in place.store.load(f"case-{writer}").commits
    )


def test_an_audit_of_what_many_threads_wrote_is_clean(place):
    def write(writer):
        for n in range(6):
            add(place.store, f"case-{writer}", f"{writer}-{n}", length=1 + n % 2)

    at_once([partial(write, writer) for writer in range(8)])
    place.settle()
    report = check(place.log)
    assert (report.clean, report.commits, report.streams, report.events) == (True, 48, 8, 72)
    assert report.seal.position == place.log.head() == 72
