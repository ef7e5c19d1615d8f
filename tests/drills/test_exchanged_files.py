"""What does not belong together is refused at the start, and noticed while the service runs."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks.http import submission
from tests.counts import LONG, large

from .city import City, city, until
from .exchanges import (
    WHILE_RUNNING,
    Exchange,
    Exchanged,
    emptied_events,
    foreign_secret,
    name,
    older_events,
    older_events_over,
)

SECONDS = 10.0
# All of them: tests/serving/test_belonging.py, in one process.
SOME = WHILE_RUNNING if LONG else (emptied_events, foreign_secret)


class Scene(NamedTuple):
    city: City
    exchanged: Exchanged


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with city(tmp_path_factory.mktemp("foreign") / "var") as other:
        other.submit(8)
        other.stop()
    return other.data


@pytest.fixture
def scene(tmp_path: Path, foreign: Path) -> Iterator[Scene]:
    with city(tmp_path / "var") as there:
        there.submit(3)
        assert there.shows(set(there.receipts))
        there.stop()
        older = tmp_path / "older"
        shutil.copytree(there.data, older)
        there.start()
        there.submit(3)
        assert there.shows(set(there.receipts))
        yield Scene(there, Exchanged(there.data, older, foreign))


@large
@pytest.mark.parametrize("exchange", SOME, ids=name)
def test_while_it_runs_it_is_noticed_and_nothing_more_is_taken(scene: Scene, exchange: Exchange):
    there = scene.city
    exchange(scene.exchanged)
    assert until(lambda: there.post("/cases", {}).status_code == 503, SECONDS)
    for answer in (there.post("/cases", {}), there.get("/cases"), there.get("/items")):
        assert answer.status_code == 503
        assert answer.json()["code"] == "data-misplaced"
    assert there.stop() == 1
    lines = [one for one in there.log().splitlines() if "belonging_watch" in one]
    # One of each process; the consumers' may have been started anew in the very moment.
    assert 1 <= len(lines) <= 3, lines
    with pytest.raises(AssertionError, match=r"error: .*(banjian restore|put back)") as refused:
        there.start()
    assert "Traceback" not in str(refused.value)


def test_a_deleted_wal_is_noticed_before_the_next_receipt_is_given(scene: Scene):
    there = scene.city
    there.submit()
    (there.data / "events.db-wal").unlink()
    answer = there.post("/cases", {**submission(), "insist": True})
    assert (answer.status_code, answer.json()["code"]) == (503, "data-misplaced")
    assert there.stop() == 1
    with pytest.raises(AssertionError, match="-wal is missing"):
        there.start()


def test_copied_over_the_file_that_is_open_nothing_acknowledged_is_lost_unsaid(scene: Scene):
    """SQLite still has in its WAL what it wrote: either that holds, or nothing is served."""
    there = scene.city
    older_events_over(scene.exchanged)
    for _ in range(5):
        answer = there.post("/cases", {**submission(), "insist": True})
        if answer.status_code == 201:
            there.receipts[answer.json()["case_id"]] = answer.json()["number"]
    there.stop()
    assert _refused(there) or there.shows(set(there.receipts))


def _refused(there: City) -> bool:
    """Whether it does not start, and says what to do."""
    try:
        there.start()
    except AssertionError as refused:
        return "banjian restore" in str(refused) or "from a backup" in str(refused)
    return False


def test_an_older_log_leaves_no_ghost_in_a_list(scene: Scene):
    """Put back with views as they were: once it had gone on past them they would have kept all."""
    there = scene.city
    there.stop()
    older_events(scene.exchanged)
    shutil.rmtree(there.data / "documents")
    shutil.copytree(scene.exchanged.older / "documents", there.data / "documents")
    with pytest.raises(AssertionError, match=r"views\.db has seen"):
        there.start()
    (there.data / "views.db").unlink()
    there.start()
    before = set(list(there.receipts)[:3])
    assert there.shows(before)


def test_what_an_earlier_release_kept_goes_on_and_is_known_from_then_on(scene: Scene):
    there = scene.city
    there.stop()
    _as_of_an_earlier_release(there.data)
    there.start()
    assert there.shows(set(there.receipts))
    there.submit()
    there.stop()
    foreign_secret(scene.exchanged)
    with pytest.raises(AssertionError, match=r"secret\.key is not the one"):
        there.start()


def _as_of_an_earlier_release(data: Path) -> None:
    (data / "documents" / "log.json").unlink()
    with closing(sqlite3.connect(data / "events.db")) as db:
        db.execute("DELETE FROM meta WHERE key IN ('log', 'secret', 'documents')")
        db.commit()
    for file in ("views.db", "registry.db", "sign-ins.db", "quotas.db"):
        if not (data / file).exists():
            continue
        with closing(sqlite3.connect(data / file)) as db:
            db.execute("DROP TABLE IF EXISTS of_log")
            if file == "views.db":
                db.execute("ALTER TABLE generations DROP COLUMN mark")
                db.execute("ALTER TABLE generations DROP COLUMN marked")
            db.commit()
