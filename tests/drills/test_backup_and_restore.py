"""docs/operating.md, "Back up and restore", on a service that is really there."""

import json
import shutil
import time
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.serving.illustration import pdf

from .city import City, city, files, until
from .page import PAGES, back_up, command, commands, done, restore, verify


@pytest.fixture
def there(tmp_path: Path):
    with city(tmp_path / "var") as found:
        yield found


def test_both_pages_have_the_same_commands():
    assert commands(PAGES[0]) == commands(PAGES[1])
    assert [one.split()[1] for one in commands(PAGES[0], ".venv")] == [
        "backup",
        "restore",
        "verify",
    ]


def test_a_clean_stop_leaves_one_file_a_store(there: City):
    there.submit(3)
    there.document(pdf("floor plan"))
    assert there.stop() == 0
    assert not [one for one in files(there.data) if one.endswith(("-wal", "-shm"))]
    alone = there.data.parent / "alone"
    alone.mkdir()
    for name in ("events.db", "secret.key"):
        shutil.copy(there.data / name, alone / name)
    shutil.copytree(there.data / "documents", alone / "documents")
    assert verify(alone).splitlines()[0] == verify(there.data).splitlines()[0]


def test_backed_up_while_serving_it_is_restored_as_it_was(there: City, tmp_path: Path):
    backup = tmp_path / "backup"
    content = pdf("floor plan")
    digest = there.document(content)
    with there.load():
        time.sleep(1)
        before = dict(there.receipts)
        back_up(backup, there.data)
    checked = done(command("cd "), backup, there.data)
    assert checked.returncode == 0, checked.stderr
    all_receipts = dict(there.receipts)
    refused = done(command(".venv/bin/banjian restore"), backup, there.data)
    assert refused.returncode == 1
    assert "stop the service" in refused.stderr
    assert there.stop() == 0
    told = restore(backup, there.data)
    assert "set-aside-" in told
    assert "whole" in verify(there.data)
    there.start()
    assert until(lambda: set(before) <= there.listed())
    assert there.listed() <= set(all_receipts)
    (kept,) = (there.data / "documents").glob(f"*/{digest}")
    assert kept.read_bytes() == content
    # And nobody is given a number that somebody has on paper.
    there.submit(5)
    assert there.stop() == 0


def test_of_yesterday_receipts_that_were_given_since_keep_their_numbers(
    there: City, tmp_path: Path
):
    backup = tmp_path / "backup"
    there.submit(3)
    back_up(backup, there.data)
    kept = set(there.receipts)
    there.submit(120)  # more than a block
    there.service.kill()
    restore(backup, there.data)
    there.start()
    assert there.shows(kept)
    there.submit(3)
    assert there.stop() == 0


def test_after_kill_9_a_backup_has_all_that_was_acknowledged(there: City, tmp_path: Path):
    backup, elsewhere = tmp_path / "backup", tmp_path / "elsewhere"
    there.submit(10)
    there.service.kill()
    assert (there.data / "events.db-wal").stat().st_size
    back_up(backup, there.data)
    moved = shutil.move(backup, tmp_path / "carried-elsewhere")
    restore(Path(moved), elsewhere)
    with city(elsewhere) as other:
        other.citizen = there.citizen
        assert other.shows(set(there.receipts))


def test_a_backup_is_brought_up_to_date_and_counts_as_it_was_until_then(
    there: City, tmp_path: Path
):
    backup = tmp_path / "backup"
    first = there.document(pdf("first"))
    there.submit(2)
    back_up(backup, there.data)
    was = (backup / "manifest.json").read_bytes()
    second = there.document(pdf("second"))
    there.submit(2)
    back_up(backup, there.data)
    now = json.loads((backup / "manifest.json").read_bytes())
    assert now["position"] > json.loads(was)["position"]
    assert now["documents"] == 2 + json.loads(was)["documents"] - 1
    assert {one.name for one in backup.glob("documents/*/*")} >= {first, second}
    assert len(list(backup.glob("state-*"))) == 1


def test_what_was_done_before_the_backup_is_not_done_again(there: City, tmp_path: Path):
    backup = tmp_path / "backup"
    there.submit(2)
    until(lambda: there.listed() == set(there.receipts))
    time.sleep(1.5)  # subscribers keep their places once a second
    back_up(backup, there.data)
    state = next(backup.glob("state-*"))
    standing = {one["name"]: one for one in json.loads((state / "consumers.json").read_bytes())}
    position = json.loads((backup / "manifest.json").read_bytes())["position"]
    assert standing["certificates"]["position"] == position
    there.stop()
    restore(backup, there.data)
    platform = bootstrap.embedded(there.data)
    assert platform.views.position("certificates") == position
    assert platform.views.position("certificate_files") == position
    platform.close()
