"""That a file under our name is another one is noticed before anybody is told of a write."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.sqlite.opened_files import OpenedFiles
from chalicelib.eventlog.belonging import Misplaced


@pytest.fixture
def place(tmp_path: Path) -> Path:
    directory = tmp_path / "var"
    directory.mkdir()
    for name in ("events.db", "events.db-wal", "other"):
        (directory / name).write_bytes(b"ours")
    return directory


def replaced(place: Path) -> None:
    (place / "other").replace(place / "events.db")


def replaced_wal(place: Path) -> None:
    (place / "other").replace(place / "events.db-wal")


def removed(place: Path) -> None:
    (place / "events.db").unlink()


def removed_wal(place: Path) -> None:
    (place / "events.db-wal").unlink()


def moved(place: Path) -> None:
    place.rename(place.with_name("elsewhere"))


def another_directory(place: Path) -> None:
    moved(place)
    place.mkdir()
    for name in ("events.db", "events.db-wal"):
        (place / name).write_bytes(b"theirs")


EXCHANGES = (replaced, replaced_wal, removed, removed_wal, moved, another_directory)


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: str(one.__name__))
def test_an_exchange_is_noticed_at_the_next_look(
    place: Path, exchange: Callable[[Path], None], *, settled: bool
) -> None:
    files = OpenedFiles(place / "events.db")
    if settled:
        time.sleep(0.05)
    for _ in range(3):
        files.check()
    exchange(place)
    with pytest.raises(Misplaced, match=r"events\.db"):
        files.check()


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: str(one.__name__))
def test_where_whole_seconds_are_kept_it_is_noticed_within_one(
    place: Path, exchange: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a file system whose clock ticks no finer: the exchange changes no time."""
    files = OpenedFiles(place / "events.db")
    second = int(time.time()) * 1_000_000_000

    def kept(path: Any, *_: object) -> Any:
        found = real(path)
        if os.fspath(path) != os.fspath(place):
            return found
        return os.stat_result([*found[:10], *([0.0] * 3), *([second] * 3)])

    real = os.stat
    monkeypatch.setattr("chalicelib.adapters.sqlite.opened_files.os.stat", kept)
    files.check()
    exchange(place)
    with pytest.raises(Misplaced, match=r"events\.db"):
        files.check()


def test_while_nothing_is_renamed_no_file_is_asked_for_its_times(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or its next fsync would write them, too: see OpenedFiles."""
    files = OpenedFiles(place / "events.db")
    time.sleep(0.05)
    files.check()
    asked: list[str] = []
    real = os.stat

    def noted(path: Any, *_: object) -> Any:
        asked.append(os.fspath(path))
        return real(path)

    monkeypatch.setattr("chalicelib.adapters.sqlite.opened_files.os.stat", noted)
    for _ in range(100):
        (place / "events.db").write_bytes(b"more")  # as SQLite does, under the same name
        files.check()
    assert set(asked) == {os.fspath(place)}
