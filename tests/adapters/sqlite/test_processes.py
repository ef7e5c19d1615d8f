"""Sudden death, and several processes on one file."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event
from time import sleep

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.sqlite.writers_queue import WritersQueue
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.ports import verify

from ..commits import add, keys

ROOT = Path(__file__).parents[3]


@contextmanager
def appender(path, name, *, threads, seconds):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.appender", path, name, str(threads), str(seconds)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdin
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def go(process):
    process.stdin.write("go\n")
    process.stdin.flush()


def test_nothing_that_was_acknowledged_is_lost_to_kill_9(path):
    random = Random(2026)  # noqa: S311 - moments, not secrets
    acknowledged: Counter[str] = Counter()
    for _ in range(5):
        with appender(path, "k", threads=4, seconds=30) as process:
            go(process)
            sleep(random.uniform(0.02, 0.4))
            process.kill()
            acknowledged.update(line.split()[0] for line in process.stdout)
        with closing(SqliteStore(path)) as store:
            assert check(store).clean
            for stream, number in acknowledged.items():
                history = store.load(stream)
                verify(history)
                # One more may have been written, when death came before the answer.
                assert len(history.commits) in (number, number + 1)
                assert keys(history) == [f"{n}" for n in range(len(history.commits))]
                acknowledged[stream] = len(history.commits)
    assert acknowledged.total() > 20


def test_two_processes_on_one_file_do_not_starve_one_another(path):
    with (
        appender(path, "a", threads=1, seconds=2) as one,
        appender(path, "b", threads=1, seconds=2) as other,
    ):
        go(one)
        go(other)
        counts = [sum(1 for _ in process.stdout) for process in (one, other)]
        assert [one.wait(10), other.wait(10)] == [0, 0]
    assert max(counts) < 3 * min(counts)
    with closing(SqliteStore(path)) as store:
        assert sum(len(store.load(f"case-{name}-0").commits) for name in "ab") == sum(counts)
        assert check(store).clean


def test_a_process_that_died_holding_the_turn_holds_nobody_up(path):
    holding = (
        "import sys, time; from pathlib import Path;"
        "from chalicelib.adapters.sqlite.writers_queue import WritersQueue\n"
        "with WritersQueue(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with ThreadPoolExecutor(1) as pool:
            opening = pool.submit(SqliteStore, path)
            sleep(0.1)
            assert not opening.done()
            process.kill()
    with closing(opening.result()) as store:
        assert add(store, "case-1", "submit").position == 1


def test_who_comes_back_at_once_waits_until_the_other_has_had_a_turn(path):
    taken: list[str] = []
    done = Event()

    def again_and_again(name, times):
        with closing(WritersQueue(path)) as queue:
            for _ in range(times):
                with queue:
                    taken.append(name)
                    sleep(0.0005)
                if done.is_set():
                    return

    with ThreadPoolExecutor(2) as pool:
        pool.submit(again_and_again, "busy", 100_000)
        while not taken:
            sleep(0.001)
        pool.submit(again_and_again, "other", 20).result()
        done.set()
    between = "".join(name[0] for name in taken).strip("b").split("o")
    assert max(map(len, between)) <= 2
