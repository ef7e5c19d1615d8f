"""Connections for reading: as many as there are readers at once, kept open for the next ones."""

import sqlite3
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...eventlog.ports import StoreError, Unavailable
from .file import FAILURES, connect, refusal


class Readers:
    """
    A pool and not one connection per thread: threads come and go, and would leave theirs open.
    In WAL mode a reader neither waits for the writer nor holds it up.
    """

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        """`check` raises what else is wrong where SQLite has failed."""
        self._path, self._check = path, check
        self._idle: deque[sqlite3.Connection] = deque()
        self._closed = False
        self.refused: StoreError | None = None

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows, as of one moment; raises Unavailable, Damaged."""
        try:
            db = self._take()
            try:
                return db.execute(sql, parameters).fetchall()
            finally:
                self._give_back(db)
        except FAILURES as error:
            self._check()
            raise refusal(self._path, error) from error

    def _take(self) -> sqlite3.Connection:
        if self.refused is not None:
            raise self.refused
        if self._closed:
            raise Unavailable(f"{self._path} was closed")
        try:
            return self._idle.pop()  # the last one in: its cache is the warmest
        except IndexError:
            db = connect(self._path)
            db.execute("PRAGMA query_only = ON")
            return db

    def _give_back(self, db: sqlite3.Connection) -> None:
        self._idle.append(db)
        if self._closed:  # perhaps after close() had emptied it
            self._drain()

    def close(self) -> None:
        self._closed = True
        self._drain()

    def _drain(self) -> None:
        while self._idle:
            try:
                db = self._idle.pop()
            except IndexError:
                return
            db.close()
