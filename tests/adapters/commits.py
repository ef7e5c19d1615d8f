"""Short givens for the suites of the store and the log."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier
from typing import Any, NamedTuple

from chalicelib.eventlog.ports import CommandId, Commit, EventStore, History, Log


class Place(NamedTuple):
    """
    A store with its log. `settle` returns once all that was appended is in the log: where a
    sequencer puts it there, the suites must wait for it.
    """

    store: EventStore
    log: Log
    settle: Callable[[], None] = lambda: None


def command(key: str, body: bytes = b"{}") -> CommandId:
    return CommandId(key, sha256(body).digest())


def add(
    store: EventStore, to: str | History, key: str, *, length: int = 1, body: bytes = b"{}"
) -> Commit:
    """To the stream as it is, or to a history of it."""
    history = store.load(to) if isinstance(to, str) else to
    return store.append(history, command(key, body), length, body)


def unplaced(commit: Commit) -> Commit:
    """Without the position, which a store with a sequencer does not know yet."""
    return commit._replace(position=None)


def keys(history: History) -> list[str]:
    return [commit.command.id for commit in history.commits]


def at_once(jobs: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each returned or raised, all having started together."""
    all_jobs = list(jobs)
    barrier = Barrier(len(all_jobs))

    def run(job: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(len(all_jobs)) as pool:
        return list(pool.map(run, all_jobs))
