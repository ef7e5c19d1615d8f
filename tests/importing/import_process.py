"""
An import in a process of its own, for tests to kill: DATA LOG MAPPING [PHASE DONE].

It prints its summary; or kills itself, as kill -9 would, once it is so far in that phase.
"""

import os
import signal
import sys
from pathlib import Path

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.importing.files.import_log import Progress, run_import
from tests.importing.givens import into


def main(data: str, log: str, mapping: str, phase: str = "", done: str = "0") -> None:
    def progress(made: Progress) -> None:
        if made.phase == phase and made.done >= int(done):
            os.kill(os.getpid(), signal.SIGKILL)

    store = SqliteStore(Path(data) / "events.db")
    summary = run_import(into(store), Path(log), Path(mapping), data=Path(data), progress=progress)
    sys.stdout.write(summary.model_dump_json())


if __name__ == "__main__":
    main(*sys.argv[1:])
