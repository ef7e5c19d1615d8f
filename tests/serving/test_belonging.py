"""Whether what lies in one directory belongs together: at the start, and while a process runs."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.belonging import Misplaced
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.ports import Damaged, StoreError
from chalicelib.eventlog.views.port import Projection
from chalicelib.platform.platform import Platform
from chalicelib.platform.sign_ins import SignIn
from tests.drills.exchanges import EXCHANGES, WHILE_RUNNING, Exchange, Exchanged, name

DAY = datetime(2026, 9, 7, tzinfo=UTC).date()


def opened(data: Path) -> Platform:
    """As the service does it."""
    platform = bootstrap.embedded(data, synchronous="OFF")
    platform.belonging.check()
    platform.belonging.adopt()
    return platform


def work(platform: Platform, division: str, blocks: int) -> None:
    for _ in range(blocks):
        platform.serials.pass_over(division, DAY)
    for one in bootstrap.consumers(platform):
        if isinstance(one, Projection):
            catch_up(one, Feed(platform.source), platform.views)
    platform.sign_ins.put(f"subject-{division}", SignIn("zhang", None, False), None)  # noqa: FBT003
    platform.belonging.keep()


def made(data: Path, division: str, blocks: int) -> None:
    platform = opened(data)
    work(platform, division, blocks)
    platform.close()
    opened(data).close()  # what was first used then says whose it is


@pytest.fixture
def exchanged(tmp_path: Path) -> Exchanged:
    found = Exchanged(*(tmp_path / one for one in ("data", "older", "foreign")))
    made(found.data, "440800", 2)
    shutil.copytree(found.data, found.older)
    made(found.data, "440800", 3)
    made(found.foreign, "440900", 9)
    return found


@pytest.mark.parametrize("exchange", EXCHANGES, ids=name)
def test_the_start_is_refused_with_what_to_do(exchanged: Exchanged, exchange: Exchange):
    opened(exchanged.data).close()
    exchange(exchanged)
    with pytest.raises(StoreError, match=r"banjian restore|put back"):
        opened(exchanged.data)


@pytest.fixture
def running(exchanged: Exchanged) -> Platform:
    platform = opened(exchanged.data)
    work(platform, "440800", 1)
    platform.belonging.look()
    return platform


@pytest.mark.parametrize("exchange", WHILE_RUNNING, ids=name)
def test_it_is_noticed_and_nothing_is_read_or_appended_from_then_on(
    exchanged: Exchanged, running: Platform, exchange: Exchange
):
    exchange(exchanged)
    with pytest.raises((Misplaced, Damaged)):
        running.belonging.look()
    for use in (
        running.belonging.noticed,
        running.log.head,
        lambda: running.store.load("serial-440800-20260907"),
        lambda: running.serials.pass_over("440800", DAY),
    ):
        with pytest.raises((Misplaced, Damaged)):
            use()


def test_what_goes_to_a_file_without_a_name_is_not_acknowledged(
    exchanged: Exchanged, running: Platform
):
    (exchanged.data / "events.db-wal").unlink()
    with pytest.raises(Misplaced, match="was removed"):
        running.serials.pass_over("440800", DAY)


def test_a_consumer_takes_nothing_from_another_log_that_has_gone_further(exchanged: Exchanged):
    """Even if nobody had looked: the hash where it stands is not that of the log."""
    ours, theirs = opened(exchanged.data), opened(exchanged.foreign)
    work(theirs, "440900", 9)
    view = next(one for one in bootstrap.consumers(ours) if isinstance(one, Projection))
    with pytest.raises(Misplaced, match="another one at position"):
        catch_up(view, Feed(theirs.source), ours.views)


def test_what_belongs_together_is_taken_again_and_again(exchanged: Exchanged):
    for _ in range(3):
        made(exchanged.data, "440800", 1)
    running = opened(exchanged.data)
    work(running, "440800", 2)
    running.belonging.look()
    running.belonging.noticed()


def test_views_may_be_removed_while_nothing_runs(exchanged: Exchanged):
    (exchanged.data / "views.db").unlink()
    platform = opened(exchanged.data)
    work(platform, "440800", 1)
    platform.belonging.look()


def test_a_new_directory_may_bring_its_own_secret(tmp_path: Path):
    (tmp_path / "secret.key").write_bytes(b"x" * 32)
    assert opened(tmp_path).secret == b"x" * 32


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_secret_that_a_stack_made_comes_back(tmp_path: Path, ending: bytes):
    secret = b"Sixty4lettersAndDigits" * 2 + b"ThatNobodyElseHasEver"[:20]
    assert len(secret) == 64
    (tmp_path / "secret.key").write_bytes(secret + ending)
    assert opened(tmp_path).secret == secret


def test_a_secret_that_is_none_is_refused_in_one_sentence(tmp_path: Path):
    (tmp_path / "secret.key").write_bytes(b"too short")
    with pytest.raises(StoreError, match="does not hold a key of 32 bytes or more"):
        opened(tmp_path)
