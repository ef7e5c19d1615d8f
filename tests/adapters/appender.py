"""
A process that appends as fast as it can: FILE NAME THREADS SECONDS.

Each thread has a stream of its own. It waits for a line on its input, and then writes a line for
each commit that the store has acknowledged: stream and command id.
"""

import os
import sys
from functools import partial
from time import monotonic

from chalicelib.adapters.sqlite.store import SqliteStore

from .commits import add, at_once


def hammer(store: SqliteStore, stream: str, until: float) -> None:
    n = len(store.load(stream).commits)
    while monotonic() < until:
        commit = add(store, stream, f"{n}", length=1 + n % 3, body=b'{"n":%d}' % n)
        os.write(1, f"{stream} {commit.command.id}\n".encode())
        n += 1


def main(path: str, name: str, threads: str, seconds: str) -> None:
    store = SqliteStore(path)
    os.write(1, b"ready\n")
    sys.stdin.readline()
    until = monotonic() + float(seconds)
    streams = [f"case-{name}-{thread}" for thread in range(int(threads))]
    raised = [one for one in at_once([partial(hammer, store, s, until) for s in streams]) if one]
    store.close()
    if raised:
        raise raised[0]


if __name__ == "__main__":
    main(*sys.argv[1:])
