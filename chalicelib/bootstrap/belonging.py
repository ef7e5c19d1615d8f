"""Whether what lies in one directory belongs together: see eventlog/belonging.py."""

import sqlite3
from collections.abc import Iterator
from hmac import compare_digest, digest
from pathlib import Path
from typing import Final

from ..adapters.local import log_mark
from ..adapters.sqlite import identity
from ..adapters.sqlite.file import refusal
from ..adapters.sqlite.store import SqliteStore
from ..adapters.sqlite.views import SqliteViews
from ..eventlog.belonging import Mark, Misplaced
from ..eventlog.ports import Damaged, StoreError

# Files that are made beside a log and mean nothing beside another one.
BESIDE: Final = ("sign-ins.db", "quotas.db", "registry.db")
_SECRET, _DOCUMENTS = "secret", "documents"
_AGAIN: Final = (
    "put back what belongs to it, or all of it from a backup: `banjian restore BACKUP --data DIR`"
)


def begun(data: Path) -> None:
    """
    Before anything is opened, and made if it is not there: raises Misplaced where there was a log,
    and is none.
    """
    path = data / "events.db"
    try:
        if not data.is_dir() or identity.is_log(path):
            return
        left = next(_made_from_a_log(data), None)
    except sqlite3.Error as error:
        raise refusal(path, error) from error
    if left is not None:
        what = "is empty" if path.exists() else "is missing"
        raise Misplaced(f"{path} {what}, and {left} was made from a log: {_AGAIN}")


def _made_from_a_log(data: Path) -> Iterator[Path]:
    documents, views = data / "documents", data / "views.db"
    if log_mark.read(documents) is not None:
        yield documents
    for path in (views, *(data / name for name in BESIDE)):
        if identity.of_log(path) is not None:
            yield path
    if (data / "secret.key").exists() and (views.exists() or documents.exists()):
        yield data / "secret.key"


class Belonging:
    """Of the stores of one process. `secret` is what it has read from `secret.key`."""

    def __init__(self, data: Path, store: SqliteStore, views: SqliteViews, secret: bytes) -> None:
        self._data, self._store, self._views = data, store, views
        self._secret = secret
        self._seen = store.end()
        self._kept = 0
        self._noticed: StoreError | None = None

    @property
    def log_id(self) -> str:
        return self._store.log_id

    @property
    def _documents(self) -> Path:
        return self._data / "documents"

    def noticed(self) -> None:
        """Raises what `look` has found, from then on."""
        if self._noticed is not None:
            raise self._noticed

    def check(self) -> None:
        """At the start; raises Misplaced, or Damaged for what cannot be read."""
        self._same_log(self._data / "views.db")
        for name in BESIDE:
            self._same_log(self._data / name)
        self._same_key(self._secret)
        self._documents_fit()
        self._views_fit()

    def adopt(self) -> None:
        """
        By the service, once all was checked: what does not say yet of which log it is says so from
        now on. Raises Unavailable.
        """
        log = self._store.log_id
        try:
            for name in ("views.db", *BESIDE):
                identity.adopt(self._data / name, log)
        except sqlite3.Error as error:
            raise refusal(self._data, error) from error
        self._store.note(_SECRET, self._digest(self._secret))
        self.keep()
        self._store.note(_DOCUMENTS, b"\1")

    def keep(self) -> None:
        """Note beside the documents how far the log has come. Raises StoreError, OSError."""
        end = self._store.end()
        if end.position != self._kept or not end.position:
            log_mark.write(self._documents, end)
            self._kept = end.position

    def look(self) -> None:
        """
        While the service runs, every so often: what is found once holds until the process ends, and
        nothing is read or appended any more. Raises Misplaced, Damaged.
        """
        self.noticed()
        try:
            self._look()
        except (Misplaced, Damaged) as error:
            self._noticed = error
            self._store.refuse(error)
            raise

    def _look(self) -> None:
        self._seen = self._store.check(self._seen)
        self._views.check()
        self._same_key(self._key())
        mark = log_mark.read(self._documents)
        if mark is None or mark.log != self._store.log_id:
            raise Misplaced(f"{self._documents} was exchanged while the service ran: {_AGAIN}")

    def _key(self) -> bytes:
        from ..adapters.local import key_file

        path = self._data / "secret.key"
        try:
            return key_file.read(path)
        except (FileNotFoundError, ValueError) as error:
            raise Misplaced(f"{path} was exchanged while the service ran: {_AGAIN}") from error

    def _same_key(self, secret: bytes) -> None:
        noted = self._store.noted(_SECRET)
        if noted is not None and not compare_digest(noted, self._digest(secret)):
            raise Misplaced(
                f"{self._data / 'secret.key'} is not the one that {self._store.path} was written "
                f"with: {_AGAIN}"
            )

    def _digest(self, secret: bytes) -> bytes:
        return digest(secret, f"banjian log {self._store.log_id}".encode(), "sha256")

    def _same_log(self, path: Path) -> None:
        try:
            log = identity.of_log(path)
        except sqlite3.Error as error:
            raise refusal(path, error) from error
        if log not in (None, self._store.log_id):
            raise Misplaced(f"{path} and {self._store.path} are of two logs: {_AGAIN}")

    def _documents_fit(self) -> None:
        mark = log_mark.read(self._documents)
        if mark is None:
            if self._store.noted(_DOCUMENTS) is not None:
                raise Misplaced(
                    f"{self._documents} is empty, or not the one that {self._store.path} was "
                    f"written beside: {_AGAIN}"
                )
            return
        if mark.log != self._store.log_id:
            raise Misplaced(f"{self._documents} and {self._store.path} are of two logs: {_AGAIN}")
        self._reaches(mark, self._documents)

    def _views_fit(self) -> None:
        path = self._data / "views.db"
        for _, position, marked, hash_ in self._views.marks():
            at, known = (marked, hash_) if marked and hash_ else (position, b"")
            self._reaches(Mark(self._store.log_id, at, known), path)
            self._reaches(Mark(self._store.log_id, position, b""), path)

    def _reaches(self, mark: Mark, what: Path) -> None:
        if not mark.position:
            return
        end = self._store.end().position
        if mark.position > end:
            raise Misplaced(
                f"{self._store.path} ends at event {end:,}, and {what} has seen "
                f"{mark.position:,}: it is an older copy, or its -wal is missing; {_AGAIN}"
            )
        if mark.hash and self._store.hash_at(mark.position) != mark.hash:
            raise Misplaced(
                f"{self._store.path} has another event {mark.position:,} than {what} has seen: "
                f"one of them is a copy of another time; {_AGAIN}"
            )
