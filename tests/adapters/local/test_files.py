"""What is the files' own: crashes, damage, and the disk."""

import os
from hashlib import sha256
from time import time

import pytest

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
