"""What SQLite's errors mean where views are kept: the log has everything to make them again."""

import sqlite3
from pathlib import Path
from typing import Final

from ...eventlog.ports import Full, ReadOnly
from ...eventlog.views.port import (
    ViewsDamaged,
    ViewsError,
    ViewsFull,
    ViewsReadOnly,
    ViewsUnavailable,
)
from .file import NO_FILE_OF_OURS, primary_code
from .file import refusal as of_the_store

_OF_THE_FILE: Final = (sqlite3.OperationalError, sqlite3.DatabaseError)
_LOST: Final = frozenset({sqlite3.SQLITE_CORRUPT, *NO_FILE_OF_OURS})


def refusal(path: str, error: sqlite3.Error) -> ViewsError:
    if primary_code(error) in _LOST:
        return ViewsDamaged(
            f"{path} is damaged ({error}): stop the service, remove {path} and what is named like"
            " it with -wal and -shm, and start it; the views are made again from the log"
        )
    refused = of_the_store(Path(path), error)
    match refused:
        case Full():
            return ViewsFull(f"views in {refused}")
        case ReadOnly():
            return ViewsReadOnly(f"views in {refused}")
        case _:
            # What is wrong with what we asked or gave stays so: IntegrityError, DataError ...
            kind = ViewsUnavailable if type(error) in _OF_THE_FILE else ViewsError
            return kind(f"views in {path}: {error}")
