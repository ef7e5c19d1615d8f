"""
Views in an SQLite file of their own.

`synchronous=NORMAL`: a power cut may take the last commits with it, but then it takes rows, parked
events and checkpoint together, and the consumers catch up again from the log, which loses nothing.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, local
from time import sleep, time
from typing import Any

from pydantic_core import to_json

from ...eventlog.rebuilding.bulk_rebuild import Alone, Changed
from ...eventlog.views.port import (
    Batch,
    Bell,
    Change,
    Checkpoint,
    Cursor,
    Generation,
    Kept,
    Overtaken,
    Page,
    Parked,
    Row,
    Stored,
)
from . import views_tables as t
from .file import WAL_LIMIT
from .opened_files import OpenedFiles
from .views_errors import refusal

CHUNK = 2000
# What is written to rows, and to entries: parameters by statement.
Writes = tuple[t.Parameters, t.Parameters]
PAST_ALL = b""  # SQLite sorts every BLOB after every TEXT


class SqliteViews:
    """`path` is a file: every thread works through its own connection to it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._bell = Bell()
        self._own = local()
        self._all: list[sqlite3.Connection] = []
        # Threads of one process queue here: SQLite's own way to wait is to sleep between tries.
        self._writing = Lock()
        with self._errors():
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(t.SCHEMA)
            t.mend(self._db)
            self._files = OpenedFiles(Path(path))

    @property
    def bell(self) -> Bell:
        return self._bell

    def close(self) -> None:
        """Close the connections of all threads; none may be in use."""
        self._own = local()
        while self._all:
            with suppress(sqlite3.Error):  # of a thread that has not ended: it ends with us
                self._all.pop().close()

    @property
    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._own, "db", None)
        if db is None:
            db = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, check_same_thread=False
            )
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
            self._own.db = db
            self._all.append(db)
        return db

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise refusal(self._path, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), self._writing:
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # a full disk has rolled back by itself
                    db.execute("ROLLBACK")
                raise

    def _query(self, sql: str, *values: Any) -> list[Any]:
        with self._errors():
            return self._db.execute(sql, values).fetchall()

    # What readers ask

    def get(self, view: str, key: str, /) -> Row | None:
        found = self._query(t.GET, view, key)
        return t.row(found[0][0]) if found else None

    def page(  # noqa: PLR0913 - what a list can be asked for
        self,
        view: str,
        index: str,
        partition: str,
        /,
        *,
        after: Cursor | None = None,
        limit: int = 50,
        lower: str | None = None,
        upper: str | None = None,
        descending: bool = False,
    ) -> Page:
        if limit < 1:
            raise ValueError("a page has at least one row")
        # A key is never empty, so (bound, "") lies before all that is sorted at the bound.
        low: tuple[str, str] = (lower or "", "")
        high: tuple[Any, Any] = (PAST_ALL, PAST_ALL) if upper is None else (upper, "")
        if descending:
            start = high if after is None or (upper is not None and after >= high) else after
            found = self._query(t.DESCENDING, view, index, partition, *start, low[0], limit + 1)
        else:
            start = low if after is None else max(low, after)
            found = self._query(t.ASCENDING, view, index, partition, *start, high[0], limit + 1)
        return _page(found, limit)

    # What consumers ask

    def live(self, view: str, /) -> Generation | None:
        found = self._query(t.GENERATION, view)
        return Generation(*found[0]) if found else None

    def position(self, view: str, /) -> int:
        found = self._query(t.POSITION, view)
        return int(found[0][0]) if found else 0

    def create(self, view: str, signature: str, /) -> Generation:
        with self._transaction() as db:
            db.execute(t.MAKE, (view, signature, "live", time())).fetchall()
            return Generation(*db.execute(t.GENERATION, (view,)).fetchone())

    def begin_rebuild(self, view: str, signature: str, /) -> Generation:
        with self._transaction() as db:
            ((number,),) = db.execute(t.MAKE, (view, signature, "building", time())).fetchall()
        return Generation(number, view, signature)

    def checkpoint(self, generation: Generation, /) -> Checkpoint:
        found = self._query(t.CHECKPOINT, generation.id)
        if not found:
            raise Overtaken(f"generation {generation.id} of {generation.view} is gone")
        return Checkpoint(*found[0])

    def check(self) -> None:
        """Raises Misplaced if the file was replaced or removed since it was opened."""
        self._files.check()

    def marks(self) -> list[tuple[str, int, int | None, bytes | None]]:
        """
        Of what is live: its name, its position, and the last position that it knows the hash of.
        """
        return [tuple(row) for row in self._query(t.MARKS)]

    def kept(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Kept]:
        found = self._query(t.KEPT, generation.id, _list(keys))
        return {key: Kept(body, applied) for key, body, applied in found}

    def commit(self, generation: Generation, batch: Batch, /) -> None:
        number = generation.id
        with self._transaction() as db:
            if not _moved(db, generation, batch):
                raise Overtaken(f"{generation.view} is no longer at {batch.was}")
            _write_rows(db, generation, _writes(generation, batch.changes))
            db.executemany(t.PARK, [t.parked_columns(number, one) for one in batch.park])
            db.executemany(t.UNPARK, [(number, position) for position in batch.unpark])
        self._bell.ring()

    def blocked(
        self, generation: Generation, streams: Collection[str] | None = None, /
    ) -> Mapping[str, int]:
        if streams is None:
            return dict(self._query(t.BLOCKED, generation.id))
        if not self._query(t.ANY_PARKED, generation.id):
            return {}
        return dict(self._query(t.BLOCKED_OF, _list(streams), generation.id))

    def parked(
        self,
        generation: Generation,
        stream: str | None = None,
        /,
        *,
        after: int = 0,
        limit: int = 1000,
    ) -> Sequence[Parked]:
        if stream is None:
            found = self._query(t.PARKED, generation.id, after, limit)
        else:
            found = self._query(t.PARKED_OF_STREAM, generation.id, stream, after, limit)
        return [t.parked(columns) for columns in found]

    def parked_count(self, generation: Generation, limit: int, /) -> int:
        ((count,),) = self._query(t.PARKED_COUNT, generation.id, limit)
        return int(count)

    def keys(self, generation: Generation, after: str, limit: int, /) -> Sequence[str]:
        sql = self._with_index(generation, t.KEYS)
        return [key for (key,) in self._query(sql, after, limit)]

    def stored(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Stored]:
        return t.stored(self._query(self._with_index(generation, t.STORED), _list(keys)))

    def suspects(self, one: Generation, other: Generation, /) -> Sequence[str]:
        return [key for (key,) in self._query(t.SUSPECTS, one.id, other.id)]

    def _with_index(self, generation: Generation, sql: str) -> str:
        """The statement for this generation, whose index is made if it is not there yet."""
        number = generation.id
        if not self._query(t.HAS_INDEX, f"entries_of_{number}"):
            with self._transaction() as db:
                db.execute(t.INDEX.format(number=number))
        return sql.format(number=number)

    # Generations

    def touch(self, generation: Generation, /) -> None:
        with self._transaction() as db:
            if db.execute(t.TOUCH, (time(), generation.id)).rowcount != 1:
                raise Overtaken(f"generation {generation.id} of {generation.view} is gone")

    def load(self, generation: Generation, part: int, changes: Sequence[Change], /) -> None:  # noqa: ARG002 - one lock serves all parts
        with self._transaction() as db:
            _touch_unsealed(db, generation)
            number = generation.id
            rows = [(number, one.key, one.kept.applied, one.kept.body) for one in changes]
            if db.executemany(t.LOAD_ROW, rows).rowcount != len(rows):
                raise Overtaken(f"a row of {generation.view} is of another part")
            db.executemany(t.LIST, t.entry_writes(number, changes)[t.LIST])

    def write(self, changes: Sequence[Changed], writing: Alone, /) -> None:
        """See `bulk_rebuild.BulkViews`."""
        # Pages that are written again soon need not go to the disk in between.
        self._query(t.BULK)
        made = [(generation, _writes(generation, some)) for generation, some in changes]
        with writing, self._transaction() as db:
            for generation, writes in made:
                _touch_unsealed(db, generation)
                _write_rows(db, generation, writes)

    def seal(self, generation: Generation, parts: int, /) -> None:  # noqa: ARG002 - as in `load`
        with self._transaction() as db:
            db.execute(t.SEAL, (generation.id,))

    def swap(self, generation: Generation, live: Generation, seen: Checkpoint, /) -> bool:
        with self._transaction() as db:
            if self.checkpoint(generation).position < seen.position:
                return False
            if db.execute(t.GIVE_UP_LIVE, (live.id, *seen[:2])).rowcount != 1:
                return False
            db.execute(t.GO_LIVE, (generation.id,))
        self._bell.ring()
        return True

    def abandon(self, generation: Generation, /) -> None:
        with self._transaction() as db:
            db.execute(t.GIVE_UP_BUILDING, (generation.id,))

    def sweep(self, *, idle: float = 600.0) -> None:
        with self._transaction() as db:
            db.execute(t.GIVE_UP_IDLE, (time() - idle,))
        for (number,) in self._query(t.GIVEN_UP):
            with self._transaction() as db:
                db.execute(t.DROP_INDEX.format(number=number))
            while self._drop_some(number):
                sleep(0.001)  # let others write

    def _drop_some(self, number: int) -> bool:
        """Drop as much as one short transaction may; False once nothing is left."""
        with self._transaction() as db:
            for sql in t.DROP_SOME:
                if db.execute(sql, (number, CHUNK)).rowcount:
                    return True
            db.execute(t.DROP_GENERATION, (number,))
        return False


def _writes(generation: Generation, changes: Sequence[Change]) -> Writes:
    rows = t.row_writes(generation.id, changes)
    entries = t.entry_writes(generation.id, changes)
    # In the order of the table: what lies together is written together.
    return rows, {sql: sorted(some) for sql, some in entries.items()}


def _touch_unsealed(db: sqlite3.Connection, generation: Generation) -> None:
    if db.execute(t.TOUCH_UNSEALED, (time(), generation.id)).rowcount != 1:
        raise Overtaken(f"{generation.view} is not loaded any more")


def _write_rows(db: sqlite3.Connection, generation: Generation, writes: Writes) -> None:
    rows, entries = writes
    for sql, some in rows.items():
        if some and db.executemany(sql, some).rowcount != len(some):
            raise Overtaken(f"a row of {generation.view} is not what was read")
    for sql, some in entries.items():
        db.executemany(sql, some)


def _moved(db: sqlite3.Connection, generation: Generation, batch: Batch) -> bool:
    position, turn, _ = batch.was
    if batch.position is None:
        return db.execute(t.TAKE_TURN, (time(), generation.id, turn)).rowcount == 1
    mark = (batch.position, batch.hash) if batch.hash else (None, None)
    step = (batch.position, time(), *mark, generation.id, position, turn)
    return db.execute(t.ADVANCE, step).rowcount == 1


def _list(keys: Iterable[str]) -> str:
    return to_json(list(keys)).decode()


def _page(found: list[tuple[str, str, bytes]], limit: int) -> Page:
    """From one row more than the page has, if there is one."""
    rows = [t.row(body) for _, _, body in found[:limit]]
    sort, key, _ = found[len(rows) - 1] if rows else ("", "", b"")
    return Page(rows, Cursor(sort, key) if len(found) > limit else None)
