"""What a tired operator, or a disk, exchanges or takes away in a directory."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from secrets import token_bytes
from typing import NamedTuple


class Exchanged(NamedTuple):
    """`older` is a copy of `data` of a while ago, `foreign` is another installation's."""

    data: Path
    older: Path
    foreign: Path


Exchange = Callable[[Exchanged], None]


def put(source: Path, target: Path) -> None:
    """As a hurried operator does: a new file under the old name."""
    target.unlink(missing_ok=True)
    shutil.copy(source, target)


def over(source: Path, target: Path) -> None:
    """Into the very file that is there (cp)."""
    target.write_bytes(source.read_bytes())


def older_events(at: Exchanged) -> None:
    put(at.older / "events.db", at.data / "events.db")


def older_events_over(at: Exchanged) -> None:
    over(at.older / "events.db", at.data / "events.db")


def foreign_events(at: Exchanged) -> None:
    put(at.foreign / "events.db", at.data / "events.db")


def no_events(at: Exchanged) -> None:
    (at.data / "events.db").unlink()


def emptied_events(at: Exchanged) -> None:
    over(Path("/dev/null"), at.data / "events.db")


def new_events(at: Exchanged) -> None:
    """Tables and nothing in them."""
    path = at.data / "events.db"
    path.unlink()
    with closing(sqlite3.connect(at.older / "events.db")) as db:
        made = [sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL")]
    with closing(sqlite3.connect(path)) as db:
        for sql in made:
            db.execute(sql)
        db.execute("INSERT INTO meta VALUES ('schema', 1)")
        db.commit()


def foreign_secret(at: Exchanged) -> None:
    (at.data / "secret.key").write_bytes(token_bytes(32))


def no_secret(at: Exchanged) -> None:
    (at.data / "secret.key").unlink()


def foreign_documents(at: Exchanged) -> None:
    shutil.rmtree(at.data / "documents")
    shutil.copytree(at.foreign / "documents", at.data / "documents")


def no_documents(at: Exchanged) -> None:
    shutil.rmtree(at.data / "documents")


def foreign_views(at: Exchanged) -> None:
    put(at.foreign / "views.db", at.data / "views.db")


def foreign_sign_ins(at: Exchanged) -> None:
    put(at.foreign / "sign-ins.db", at.data / "sign-ins.db")


EXCHANGES: tuple[Exchange, ...] = (
    older_events,
    older_events_over,
    foreign_events,
    no_events,
    emptied_events,
    new_events,
    foreign_secret,
    no_secret,
    foreign_documents,
    no_documents,
    foreign_views,
    foreign_sign_ins,
)
# Into the file that is open SQLite goes on writing what it knows: see test_exchanged_files.py.
WHILE_RUNNING = tuple(one for one in EXCHANGES if one not in (older_events_over, foreign_sign_ins))


def name(exchange: Exchange) -> str:
    return exchange.__name__
