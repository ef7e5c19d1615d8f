"""Who writes, who waits, and what becomes of the others when a writer is interrupted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, get_ident
from time import sleep, time

import pytest

from chalicelib.adapters.sqlite import group_commit
from chalicelib.adapters.sqlite.group_commit import GroupCommit

# Where nobody is to wait for as long as that: longer than a slow machine takes.
PATIENCE = 60.0


class Slow:
    """Doubles numbers; each batch waits until it is let through."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.entered, self.let = Event(), Event()

    def write(self, batch):
        self.batches.append(batch)
        self.entered.set()
        assert self.let.wait(10)
        return [2 * number for number in batch]


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(16) as running:
        yield running


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr(group_commit, "PATIENCE", PATIENCE)


def wait_until(condition):
    until = time() + 10
    while not condition():
        assert time() < until
        sleep(0.002)


def test_a_lone_thread_writes_by_itself():
    threads = []

    def write(batch):
        threads.append(get_ident())
        return batch

    group = GroupCommit[int, int](write, lambda _: None)
    assert [group.submit(n) for n in range(3)] == [0, 1, 2]
    assert threads == [get_ident()] * 3


def test_what_arrives_during_a_write_is_written_together(slow, pool):
    group = GroupCommit[int, int](slow.write, lambda _: None)
    first = pool.submit(group.submit, 0)
    slow.entered.wait(10)
    others = [pool.submit(group.submit, n) for n in range(1, 9)]
    wait_until(lambda: len(group._queue) == 8)
    slow.let.set()
    assert [first.result(), *(one.result() for one in others)] == list(range(0, 18, 2))
    assert [sorted(batch) for batch in slow.batches] == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


@pytest.mark.usefixtures("patient")
def test_a_batch_is_bounded_and_the_rest_is_not_forgotten(slow, pool):
    group = GroupCommit[int, int](slow.write, lambda _: None, batch=3)
    started = time()
    first = pool.submit(group.submit, 0)
    slow.entered.wait(10)
    others = [pool.submit(group.submit, n) for n in range(1, 9)]
    wait_until(lambda: len(group._queue) == 8)
    slow.let.set()
    assert sorted(one.result() for one in (first, *others)) == list(range(0, 18, 2))
    assert [len(batch) for batch in slow.batches] == [1, 3, 3, 2]
    assert time() - started < PATIENCE


def test_each_batch_is_announced_once(slow, pool):
    announced: list[Sequence[int]] = []
    group = GroupCommit[int, int](slow.write, announced.append)
    slow.let.set()
    assert sorted(pool.map(group.submit, range(16))) == list(range(0, 32, 2))
    assert sorted(number for outcomes in announced for number in outcomes) == list(range(0, 32, 2))
    assert len(announced) == len(slow.batches)


@pytest.mark.usefixtures("patient")
def test_an_interrupted_writer_strands_nobody(slow, pool):
    def write(batch):
        done = slow.write(batch)
        if 0 in batch:
            raise KeyboardInterrupt
        return done

    group = GroupCommit[int, int](write, lambda _: None)
    started = time()
    first = pool.submit(group.submit, 0)
    slow.entered.wait(10)
    others = [pool.submit(group.submit, n) for n in (1, 2, 3)]
    wait_until(lambda: len(group._queue) == 3)
    slow.let.set()
    assert sorted(one.result() for one in others) == [2, 4, 6]
    assert isinstance(first.exception(), KeyboardInterrupt)
    assert time() - started < PATIENCE
    assert group.submit(9) == 18


def test_what_an_interrupted_writer_took_along_is_written_by_the_next(slow, pool):
    def write(batch):
        done = slow.write(batch)
        if len(slow.batches) == 2:
            raise KeyboardInterrupt
        return done

    group = GroupCommit[int, int](write, lambda _: None)
    first = pool.submit(group.submit, 0)
    slow.entered.wait(10)
    others = [pool.submit(group.submit, n) for n in (1, 2, 3)]
    wait_until(lambda: len(group._queue) == 3)
    slow.let.set()
    failed = [one for one in others if one.exception() is not None]
    assert first.result() == 0
    assert len(failed) == 1
    assert sorted(one.result() for one in others if one not in failed) == sorted(
        2 * n for n in slow.batches[2]
    )
    assert [len(batch) for batch in slow.batches] == [1, 3, 2]


def test_a_lost_wake_up_delays_but_does_not_strand(slow, pool, monkeypatch):
    group = GroupCommit[int, int](slow.write, lambda _: None)
    monkeypatch.setattr(group, "_wake_next", lambda: None)
    first = pool.submit(group.submit, 0)
    slow.entered.wait(10)
    other = pool.submit(group.submit, 1)
    wait_until(lambda: len(group._queue) == 1)
    slow.let.set()
    assert (first.result(), other.result(60 * group_commit.PATIENCE)) == (0, 2)
