"""What is the files' own: crashes, damage, and the disk."""

import os
from hashlib import file_digest, sha256
from time import time

import pytest

from chalicelib.adapters.local import intact
from chalicelib.adapters.local.files import FileBlobs
from chalicelib.eventlog.ports import Damaged, Unavailable

PLAN = b"%PDF-1.7 floor plan"
DIGEST = sha256(PLAN).hexdigest()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "documents"


def kept(root):
    return sorted(one for one in root.rglob("*") if one.is_file())


def test_documents_are_there_after_reopening(root):
    FileBlobs(root).put("case-1", PLAN)
    assert FileBlobs(root).get("case-1", DIGEST) == PLAN


def test_an_owner_s_name_is_in_no_path(root):
    FileBlobs(root).put("case-440811-张三", PLAN)
    owner = sha256("case-440811-张三".encode()).hexdigest()[:32]
    assert kept(root) == [root / owner / DIGEST]


def test_altered_content_is_not_given_out_and_a_new_put_mends_it(root):
    blobs = FileBlobs(root)
    blobs.put("case-1", PLAN)
    (place,) = kept(root)
    place.write_bytes(PLAN[:-1])
    with pytest.raises(Damaged, match=DIGEST):
        blobs.get("case-1", DIGEST)
    blobs.put("case-1", PLAN)
    assert blobs.get("case-1", DIGEST) == PLAN


def opened(blobs):
    with blobs.open("case-1", DIGEST) as file:
        return file.read()


def test_what_is_altered_after_it_was_found_whole_is_not_opened_again(root, monkeypatch):
    monkeypatch.setattr(intact, "SETTLED", -1.0)
    blobs = FileBlobs(root)
    blobs.put("case-1", PLAN)
    (place,) = kept(root)
    assert opened(blobs) == opened(blobs) == PLAN
    before = place.stat()
    place.write_bytes(PLAN[::-1])
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))  # a thief who covers his tracks
    with pytest.raises(Damaged, match=DIGEST):
        blobs.open("case-1", DIGEST)


def test_a_file_is_hashed_once_for_many_readers_and_again_when_that_is_long_ago(root, monkeypatch):
    hashed = []
    monkeypatch.setattr(intact, "SETTLED", -1.0)

    def counted(file, name):
        hashed.append(name)
        return file_digest(file, name)

    monkeypatch.setattr(intact, "file_digest", counted)
    blobs = FileBlobs(root)
    blobs.put("case-1", PLAN)
    assert [opened(blobs) for _ in range(5)] == [PLAN] * 5
    assert len(hashed) == 1
    monkeypatch.setattr(intact, "TRUSTED", -1.0)
    assert opened(blobs) == PLAN
    assert len(hashed) == 2


def test_what_was_just_written_is_hashed_for_each_reader(root):
    blobs = FileBlobs(root)
    blobs.put("case-1", PLAN)
    (place,) = kept(root)
    assert opened(blobs) == PLAN
    place.write_bytes(PLAN[::-1])  # perhaps in the same tick of the clock
    with pytest.raises(Damaged, match=DIGEST):
        blobs.open("case-1", DIGEST)


def test_what_a_crash_left_behind_is_swept_out_and_what_is_being_written_stays(root):
    FileBlobs(root).put("case-1", PLAN)
    left, current = root / "incoming" / "left", root / "incoming" / "current"
    left.write_bytes(PLAN[:5])
    current.write_bytes(PLAN[:5])
    os.utime(left, (time() - 4000, time() - 4000))
    blobs = FileBlobs(root)
    assert (left.exists(), current.exists()) == (False, True)
    assert blobs.get("case-1", DIGEST) == PLAN


def test_a_put_that_fails_leaves_nothing(root, monkeypatch):
    blobs = FileBlobs(root)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        blobs.put("case-1", PLAN)
    assert kept(root) == []


def test_a_place_that_is_no_directory_is_said_so(root):
    root.write_bytes(b"")
    with pytest.raises(Unavailable, match="documents"):
        FileBlobs(root)
