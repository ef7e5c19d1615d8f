"""
What an audit costs: the whole of a store of 1,000,000 events, and what is new after a seal of it.

The store is that of `growth`: real cases. Each is run by a program of its own, as an operator does:
`banjian verify --all`, then `banjian verify` an hour of a busy city after the seal. Backing up is
measured beside it (audit_backup.py).
"""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from chalicelib.adapters.sqlite.append import append, write
from chalicelib.adapters.sqlite.file import connect
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.bootstrap import auditing
from chalicelib.eventlog.auditing.verifying import verify
from chalicelib.eventlog.ports import CommandId
from chalicelib.kernel.base import build_models
from chalicelib.platform import sealing

from .audit_backup import backup_mb_per_s
from .growth.cases import told
from .growth.store import LARGE, filled

ROOT = Path(__file__).resolve().parents[1]
# Commits of an hour: three a second.
NEW = 10_000
ROUNDS = 3
BODY = b'{"recorded_at":"2026-11-24T08:00:00Z","events":[{"type":"Noted","data":{"text":"%b"}}]}'


def run() -> dict[str, float]:
    """
    verify_events_per_s of everything (log, index, schema, checkpoints) at LARGE, and its CPU time;
    verify_new_ms after a seal there and NEW commits, within the process; the seconds of the seal;
    backup_mb_per_s of a store that is written to.
    """
    build_models()
    with TemporaryDirectory() as directory:
        data = Path(directory) / "city"
        platform = filled(data, LARGE, told(Path(directory) / "stories"))
        events = platform.log.head()
        whole = min((_verified(data, "--all") for _ in range(ROUNDS)), key=lambda one: one["s"])
        assert (whole["events"], whole["found"]) == (events, 0), "the store is not whole"
        begin = perf_counter()
        sealing.on_schedule(platform)
        sealed = perf_counter() - begin
        assert isinstance(platform.store, SqliteStore)
        _append(platform.store, NEW)
        new = min(_new_ms(data, NEW) for _ in range(ROUNDS))
    return {
        "verify_events_per_s": round(events / whole["s"], 1),
        "verify_new_ms": round(new, 1),
        "backup_mb_per_s": round(backup_mb_per_s(), 1),
        "verify_seconds": round(whole["s"], 2),
        "verify_cpu_seconds": round(whole["cpu"], 2),
        "seal_seconds": round(sealed, 2),
        "new_commits": NEW,
    }


def _verified(data: Path, *more: str) -> dict[str, Any]:
    """As a program: without the time that the interpreter takes to start and import."""
    program = [sys.executable, "-m", "benchmarks.audit", str(data), *more]
    done = subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def _new_ms(data: Path, new: int) -> float:
    said = _verified(data)
    assert (said["events"], said["found"]) == (new, 0), "not what is new"
    return float(said["s"]) * 1000


def _append(store: SqliteStore, commits: int) -> None:
    """To cases that are under way and to new ones, without waiting for the disk each time."""
    under_way = [one.stream for one in store.read(store.head() - 20_000, 10_000)]
    old = list(dict.fromkeys(under_way))
    with closing(connect(store.path, "OFF")) as db:
        for number in range(commits):
            stream = old[number] if number < len(old) else f"case-{number // 4:026x}"
            command = CommandId(f"audit-{number}", b"f")
            write(db, [append(store.load(stream), command, 1, BODY % (b"x" * 400))])
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main(data: Path, *more: str) -> None:
    begin = perf_counter()
    with auditing.directory(data) as place:
        # The cases are copies, and their documents were never handed in: they are named, not read.
        unread = place._replace(documents=place.documents._replace(wrong=lambda _one: ""))
        verdict = verify(unread, whole="--all" in more)
    seconds = perf_counter() - begin
    times = os.times()
    cpu = times.user + times.system + times.children_user + times.children_system
    print(json.dumps({"s": seconds, "cpu": cpu, "events": verdict.events, "found": verdict.found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
