"""Log files: turned over by day and size, packed, kept for as long as the law asks."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.watching import rotated_file
from chalicelib.adapters.watching.rotated_file import RotatedFile
from chalicelib.adapters.watching.settings import DAYS, Kept, kept

NOON = datetime(2026, 11, 30, 4, tzinfo=UTC)


class Days:
    at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    clock = Days()
    monkeypatch.setattr(rotated_file, "now", clock)
    return clock


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


def test_each_day_has_a_file_which_is_packed_when_it_is_over(tmp_path: Path, days: Days):
    log = RotatedFile(tmp_path / "b.log", Kept())
    log.write(b"monday\n")
    days.at = NOON + timedelta(days=1)
    log.write(b"tuesday\n")
    log.close()
    assert names(tmp_path) == ["b.log", "b.log.20261130.gz"]
    assert gzip.decompress((tmp_path / "b.log.20261130.gz").read_bytes()) == b"monday\n"
    assert (tmp_path / "b.log").read_bytes() == b"tuesday\n"
    assert {(tmp_path / one).stat().st_mode & 0o777 for one in names(tmp_path)} == {0o600}


def test_a_day_begins_when_it_does_in_china(tmp_path: Path, days: Days):
    days.at = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    log = RotatedFile(tmp_path / "b.log", Kept())
    log.write(b"before midnight\n")
    days.at = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    log.write(b"after\n")
    log.close()
    assert (tmp_path / "b.log").read_bytes() == b"after\n"


def test_a_file_that_is_large_is_turned_over_on_the_same_day(tmp_path: Path, days: Days):
    assert days.at
    log = RotatedFile(tmp_path / "b.log", Kept(megabytes=1))
    for number in range(3):
        log.write(bytes([65 + number]) * (1 << 20))
        if log._zipping is not None:
            log._zipping.join()
    log.close()
    assert names(tmp_path) == ["b.log", "b.log.20261130-2.gz", "b.log.20261130.gz"]
    assert gzip.decompress((tmp_path / "b.log.20261130-2.gz").read_bytes())[:1] == b"B"


def test_nothing_is_removed_before_its_days_are_over_and_nothing_of_anybody_else(
    tmp_path: Path, days: Days
):
    today = NOON.date()
    oldest, older = today - timedelta(days=DAYS - 1), today - timedelta(days=DAYS)
    mine = [f"b.log.{day:%Y%m%d}.gz" for day in (oldest, older)]
    others = ["b.log.bak", "b.log.20200101.tar", "c.log.20200101.gz", "b.log.99999999.gz"]
    for name in (*mine, *others):
        (tmp_path / name).write_bytes(b"x")
    log = RotatedFile(tmp_path / "b.log", kept(""))
    log.write(b"a line\n")
    days.at += timedelta(days=1)
    log.write(b"another\n")
    log.close()
    assert mine[1] not in names(tmp_path)
    assert {mine[0], *others} <= set(names(tmp_path))


def test_the_law_asks_for_six_months_and_the_usual_setting_keeps_them():
    start = datetime(2027, 7, 1, tzinfo=UTC)
    assert kept("").days >= (datetime(2028, 1, 1, tzinfo=UTC) - start).days


def test_what_a_process_before_left_is_gone_on_with_or_turned_over(tmp_path: Path, days: Days):
    path = tmp_path / "b.log"
    for line in (b"one\n", b"two\n"):
        log = RotatedFile(path, Kept())
        log.write(line)
        log.close()
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert path.read_bytes() == b"one\ntwo\n"
    days.at = NOON + timedelta(days=2)
    log = RotatedFile(path, Kept())
    log.write(b"three\n")
    log.close()
    assert names(tmp_path) == ["b.log", "b.log.20261130.gz"]


def test_a_file_that_somebody_moved_away_is_left_to_them(tmp_path: Path, days: Days):
    assert days.at
    log = RotatedFile(tmp_path / "b.log", Kept())
    log.write(b"one\n")
    (tmp_path / "b.log").rename(tmp_path / "theirs")
    log.write(b"two\n")
    log.close()
    assert ((tmp_path / "theirs").read_bytes(), (tmp_path / "b.log").read_bytes()) == (
        b"one\n",
        b"two\n",
    )


@pytest.mark.parametrize(
    "text", ["days=0", "days=x", "addresses=some", "file=x", "days", "megabytes=-1"]
)
def test_a_setting_that_cannot_be_read_is_named(text: str):
    with pytest.raises(ValueError, match=text):
        kept(text)


def test_a_setting_changes_what_it_names():
    assert kept("days=400, addresses=all") == Kept(400, 256, "all")
