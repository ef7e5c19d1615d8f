"""What every Blobs does."""

from functools import partial
from hashlib import sha256

import pytest

from .commits import at_once

PLAN = b"%PDF-1.7 floor plan"
DIGEST = sha256(PLAN).hexdigest()


def test_what_was_put_comes_back_under_its_digest(blobs):
    assert blobs.put("case-1", PLAN) == DIGEST
    assert blobs.get("case-1", DIGEST) == PLAN
    assert blobs.size("case-1", DIGEST) == len(PLAN)


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 20_000], ids=["nothing", "5 MB"])
def test_any_content_comes_back_exactly(blobs, content):
    assert blobs.get("case-1", blobs.put("case-1", content)) == content


def test_what_was_never_put_is_not_there(blobs):
    assert blobs.get("case-1", DIGEST) is None
    assert blobs.size("case-1", DIGEST) is None


def test_put_twice_is_put_once(blobs):
    assert blobs.put("case-1", PLAN) == blobs.put("case-1", PLAN)
    assert blobs.get("case-1", DIGEST) == PLAN


def test_knowing_a_digest_gives_no_access_to_what_another_owner_put(blobs):
    blobs.put("case-1", PLAN)
    assert blobs.get("case-2", DIGEST) is None
    assert blobs.size("case-2", DIGEST) is None


@pytest.mark.parametrize("owner", ["", "../case-1", "/", "案件/1", "a" * 5000])
def test_an_owner_may_have_any_name(blobs, owner):
    blobs.put(owner, PLAN)
    assert blobs.get(owner, DIGEST) == PLAN
    assert blobs.get("case-1", DIGEST) is None


@pytest.mark.parametrize(
    "digest",
    [
        "",
        ".",
        "..",
        "../incoming",
        "/etc/hostname",
        DIGEST.upper(),
        f"{DIGEST}\n",
        f"{DIGEST}/../{DIGEST}",
    ],
)
def test_what_is_no_digest_is_not_there(blobs, digest):
    blobs.put("case-1", PLAN)
    assert blobs.get("case-1", digest) is None
    assert blobs.size("case-1", digest) is None


def test_the_same_content_put_by_eight_threads_at_once_is_whole(blobs):
    content = bytes(range(256)) * 2_000
    digests = at_once([partial(blobs.put, "case-1", content)] * 8)
    assert digests == [sha256(content).hexdigest()] * 8
    assert blobs.get("case-1", digests[0]) == content
