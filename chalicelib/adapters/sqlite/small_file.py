"""An SQLite file of a few small tables, with a connection of its own for each call."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .file import BUSY_SECONDS, WAL_LIMIT


class SmallFile:
    """
    Any thread may ask. `failed` says what SQLite's error at the path means to whoever asked;
    `writing` are the pragmas of a transaction.
    """

    def __init__(
        self,
        path: Path,
        schema: str,
        failed: Callable[[Path, sqlite3.Error | OSError], Exception],
        writing: tuple[str, ...] = (),
    ) -> None:
        self._path, self._schema = path, schema
        self._failed, self._writing = failed, writing
        self._made = False

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, BUSY_SECONDS, isolation_level=None)) as db:
                db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
                if not self._made:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(self._schema)
                    self._made = True
                yield db
        except (sqlite3.Error, OSError) as error:
            raise self._failed(self._path, error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        with self.opened() as db:
            for pragma in self._writing:
                db.execute(f"PRAGMA {pragma}")
            db.execute("BEGIN IMMEDIATE")
            # What is left open when the connection closes is rolled back.
            yield db
            db.execute("COMMIT")
