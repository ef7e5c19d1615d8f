"""
A disk that is full or read-only, and what is damaged, are told as that wherever something is kept:
events, documents, quotas, sign-ins, views. Every one is a line in the log, with the id of the
request; with the disk back, everything goes on.
"""

import errno
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import httpx
import pytest

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.ports import CommandId, Full, History
from chalicelib.eventlog.telemetry import cause_of
from chalicelib.platform.sign_ins import SignIn
from chalicelib.refusals.answers import answer
from chalicelib.serving import gateway
from chalicelib.serving.illustration import pdf

from ..city import SENIOR_CARD, City

PDF = pdf("floor plan")
Ask = Callable[[City], httpx.Response]
Breaking = Callable[[City, pytest.MonkeyPatch, str], None]
# What is asked of the disk: SQLite's error, the system's, and the code that a caller is told.
TOLD = {
    "full": ("storage-full", 503),
    "read-only": ("storage-read-only", 503),
}


def a_submission(city: City) -> httpx.Response:
    return city.post(
        "citizen-zhang", "/cases", {**SENIOR_CARD, "insist": True}, key="a-key-of-mine"
    )


def a_document(city: City) -> httpx.Response:
    with city.as_("citizen-zhang") as http:
        kind = {"Content-Type": "application/pdf"}
        return http.post("/documents", content=PDF, headers=kind)


def no_events(city: City, _patch: pytest.MonkeyPatch, how: str) -> None:
    """SQLite finds it, as on a disk."""
    db = cast("SqliteStore", city.platform.store)._db
    if how == "read-only":
        db.execute("PRAGMA query_only = ON")
        return
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages}")
    _fill(city)


def _fill(city: City) -> None:
    """To what is left of the last page."""
    for size in (3000, 2):
        with suppress(Full):
            for number in range(10_000):
                command = CommandId(f"fill-{size}-{number}", b"")
                history = History(f"filler-{size}-{number}")
                city.platform.store.append(history, command, 1, b"x" * size)


def no_documents(_city: City, patch: pytest.MonkeyPatch, how: str) -> None:
    number = {"full": errno.ENOSPC, "read-only": errno.EROFS}[how]

    def refuses(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    patch.setattr(os, "fsync", refuses)


def no_quotas(city: City, patch: pytest.MonkeyPatch, how: str) -> None:
    tally: Any = city.platform.quotas.tally
    opened = tally._opened

    def limited() -> sqlite3.Connection:
        return _limited(opened(), how)

    tally.close()
    patch.setattr(tally, "_opened", limited)


def _limited(db: sqlite3.Connection, how: str) -> sqlite3.Connection:
    if how == "read-only":
        db.execute("PRAGMA query_only = ON")
    else:
        db.execute("PRAGMA max_page_count = 1")
        db.execute("PRAGMA cache_size = 1")
    return db


# A tally's one row always finds room in its page: what is full there is tested in adapters/.
CASES: list[tuple[str, Ask, Breaking]] = [
    ("events", a_submission, no_events),
    ("documents", a_document, no_documents),
    ("quotas", a_document, no_quotas),
]


@contextmanager
def mended(city: City) -> Iterator[None]:
    yield
    db = cast("SqliteStore", city.platform.store)._db
    db.execute("PRAGMA query_only = OFF")
    db.execute("PRAGMA max_page_count = 1000000")
    cast("Any", city.platform.quotas.tally).close()


@pytest.mark.parametrize("how", ["full", "read-only"])
@pytest.mark.parametrize(("what", "ask", "breaking"), CASES, ids=[one[0] for one in CASES])
def test_what_takes_nothing_says_so_is_logged_and_goes_on_by_itself(  # noqa: PLR0913, PLR0917
    city: City,
    caplog: pytest.LogCaptureFixture,
    what: str,
    ask: Ask,
    breaking: Breaking,
    how: str,
):
    before = city.submit()["case_id"]
    if what == "quotas":
        how = "read-only"
    with mended(city), pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.ERROR):
        breaking(city, patch, how)
        refused = ask(city)
    code, status = TOLD[how]
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert refused.headers["Retry-After"] == "60"
    (line,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert line.exc_info is not None
    assert line.exc_info[1] is not None
    assert cause_of(line.exc_info[1]) in {
        "SQLITE_FULL",
        "SQLITE_READONLY",
        "ENOSPC",
        "EROFS",
    }
    assert cast("Any", line).facts["request_id"] == refused.json()["request_id"]
    assert ask(city).status_code == 201
    assert city.get("citizen-zhang", f"/cases/{before}").status_code == 200
    assert check(city.platform.log).clean


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_sign_in_that_cannot_be_kept_says_so(
    city: City, monkeypatch: pytest.MonkeyPatch, how: str
):
    sign_ins = city.platform.sign_ins
    sign_ins.put("somebody", SignIn("account-1", None, staff=False), None)
    connect = sqlite3.connect

    def limited(*arguments: Any, **named: Any) -> sqlite3.Connection:
        return _limited(connect(*arguments, **named), how)

    monkeypatch.setattr(sqlite3, "connect", limited)
    with pytest.raises(Exception, match=r"sign-ins\.db") as caught:
        sign_ins.put("x" * 20_000, SignIn("account-2", None, staff=False), None)
    answered = answer(caught.value, gateway.outside(gateway.Call("GET", "/", "", {}, "", "r")))
    assert (answered.status_code, TOLD[how][0] in answered.body) == (503, True)


def test_damage_says_to_call_somebody_and_not_to_try_again(
    city: City, caplog: pytest.LogCaptureFixture
):
    case_id = city.submit()["case_id"]
    assert city.post("clerk-chen", f"/cases/{case_id}/receive", {}).status_code == 200
    with sqlite3.connect(city.data / "events.db") as db:
        mine = (f"case-{case_id}",)
        db.execute("DELETE FROM commits WHERE stream = ? AND version = 1", mine)
        db.execute("UPDATE commits SET hash = zeroblob(32) WHERE stream = ?", mine)
    db.close()
    with caplog.at_level(logging.ERROR):
        answers = {
            language: city.get("citizen-zhang", f"/cases/{case_id}", accept_language=language)
            for language in ("en", "zh-CN")
        }
    for one in answers.values():
        assert (one.status_code, one.json()["code"]) == (500, "store-damaged")
        assert "Retry-After" not in one.headers
    assert "tell the operators" in answers["en"].json()["detail"]
    assert "联系运维人员" in answers["zh-CN"].json()["detail"]
    assert [one.levelname for one in caplog.records] == ["ERROR", "ERROR"]


def test_views_that_are_damaged_say_so_and_what_to_do(city: City):
    city.submit()
    city.catch_up()
    views = cast("SqliteViews", city.platform.views)
    views.close()
    (city.data / "views.db").write_bytes(b"letters of the mayor " * 5000)
    for name in ("views.db-wal", "views.db-shm"):
        (city.data / name).unlink(missing_ok=True)
    refused = city.get("clerk-chen", "/work")
    assert (refused.status_code, refused.json()["code"]) == (500, "store-damaged")
    assert "Retry-After" not in refused.headers
