"""What every Blobs does."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from time import sleep

import pytest

from chalicelib.eventlog.ports import Mismatched, Part

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


# As files


def test_a_content_is_read_as_a_file_and_left_as_it_is(blobs):
    blobs.put("case-1", PLAN)
    with blobs.open("case-1", DIGEST) as file:
        assert file.read(5) == PLAN[:5]
        assert file.read() == PLAN[5:]
    assert blobs.get("case-1", DIGEST) == PLAN


@pytest.mark.parametrize(("owner", "digest"), [("case-2", DIGEST), ("case-1", "../incoming")])
def test_no_file_is_opened_of_what_is_not_there(blobs, owner, digest):
    blobs.put("case-1", PLAN)
    assert blobs.open(owner, digest) is None


def test_what_is_removed_is_gone_and_may_be_removed_again_and_put_again(blobs):
    blobs.put("case-1", PLAN)
    blobs.put("case-2", PLAN)
    for _ in range(2):
        blobs.remove("case-1", DIGEST)
        assert (blobs.get("case-1", DIGEST), blobs.open("case-1", DIGEST)) == (None, None)
    assert blobs.get("case-2", DIGEST) == PLAN
    blobs.put("case-1", PLAN)
    assert blobs.get("case-1", DIGEST) == PLAN


@pytest.mark.parametrize("digest", ["", "..", "../incoming", "/etc/hostname", f"{DIGEST}/.."])
def test_what_is_no_digest_removes_nothing(blobs, digest):
    blobs.put("case-1", PLAN)
    blobs.remove("case-1", digest)
    assert blobs.get("case-1", DIGEST) == PLAN


# In parts

UPLOAD = "0123456789abcdef-1"
FIRST, SECOND = PLAN[:10], PLAN[10:]
EARLIER, LATER = (datetime.now(UTC) + timedelta(hours=n) for n in (-1, 1))


def whole_of(blobs, digest=DIGEST, check=lambda _whole: None, upload=UPLOAD):
    blobs.assemble("case-1", digest, upload, check)


def in_two_parts(blobs):
    blobs.put_part(UPLOAD, 2, SECOND)
    blobs.put_part(UPLOAD, 1, FIRST)


def test_parts_in_any_order_and_twice_make_the_whole(blobs):
    in_two_parts(blobs)
    assert blobs.put_part(UPLOAD, 1, FIRST) == Part(1, sha256(FIRST).hexdigest(), 10)
    assert [one.number for one in blobs.parts(UPLOAD)] == [1, 2]
    whole_of(blobs)
    assert blobs.get("case-1", DIGEST) == PLAN
    assert blobs.get("case-2", DIGEST) is None


def test_parts_alone_are_no_content(blobs):
    in_two_parts(blobs)
    assert blobs.get("case-1", DIGEST) is None
    assert blobs.size("case-1", DIGEST) is None


def test_parts_of_something_else_are_not_kept(blobs):
    in_two_parts(blobs)
    blobs.put_part(UPLOAD, 3, b"!")
    with pytest.raises(Mismatched, match=DIGEST):
        whole_of(blobs)
    assert blobs.size("case-1", DIGEST) is None


def test_what_the_check_refuses_is_not_kept_and_its_parts_stay(blobs):
    in_two_parts(blobs)

    def refuse(whole):
        assert whole.read() == PLAN
        whole.seek(3)
        assert whole.read(4) == PLAN[3:7]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        whole_of(blobs, check=refuse)
    assert blobs.size("case-1", DIGEST) is None
    assert len(blobs.parts(UPLOAD)) == 2


def test_a_part_that_is_put_again_with_other_bytes_takes_the_place_of_the_first(blobs):
    blobs.put_part(UPLOAD, 1, b"a mistake!")
    sleep(1.1)  # S3 tells the seconds
    in_two_parts(blobs)
    whole_of(blobs)
    assert blobs.get("case-1", DIGEST) == PLAN


def test_an_upload_is_assembled_again_and_by_eight_at_once_without_harm(blobs):
    in_two_parts(blobs)
    at_once([partial(whole_of, blobs)] * 8)
    whole_of(blobs)
    assert blobs.get("case-1", DIGEST) == PLAN


def test_uploads_are_apart(blobs):
    in_two_parts(blobs)
    assert list(blobs.parts("0123456789abcdef-2")) == []


def test_a_discarded_upload_has_no_parts_and_its_document_stays(blobs):
    in_two_parts(blobs)
    whole_of(blobs)
    blobs.discard(UPLOAD)
    blobs.discard(UPLOAD)
    assert list(blobs.parts(UPLOAD)) == []
    assert blobs.get("case-1", DIGEST) == PLAN


def test_only_what_is_old_is_swept(blobs):
    in_two_parts(blobs)
    blobs.put("case-1", PLAN)
    assert blobs.sweep(EARLIER) == 0
    assert len(blobs.parts(UPLOAD)) == 2
    assert blobs.sweep(LATER) == 2
    assert list(blobs.parts(UPLOAD)) == []
    assert blobs.get("case-1", DIGEST) == PLAN


@pytest.mark.parametrize("upload", ["", "..", "../incoming", "/etc", "a/b", "A" * 5, "a" * 65])
def test_what_is_no_upload_s_name_is_refused(blobs, upload):
    with pytest.raises(ValueError, match="upload"):
        blobs.put_part(upload, 1, PLAN)
    with pytest.raises(ValueError, match="upload"):
        blobs.discard(upload)


@pytest.mark.parametrize("number", [0, -1, 100_000])
def test_a_part_has_a_number_from_1_on(blobs, number):
    with pytest.raises(ValueError, match="part"):
        blobs.put_part(UPLOAD, number, PLAN)


def test_a_document_has_room_for_many_parts(blobs):
    assert blobs.upload_limit == 100 << 20
    # What Lambda and the service take at once, and what S3 would have at least (5 MiB).
    assert 5 << 20 <= blobs.part_size < 10 << 20


def test_a_ticket_says_the_size_and_the_digest_and_expires(blobs):
    part = Part(2, sha256(SECOND).hexdigest(), len(SECOND))
    made = blobs.ticket(UPLOAD, part, 60)
    assert made.method == "PUT"
    assert made.headers["Content-Length"] == str(len(SECOND))
    assert b64encode(sha256(SECOND).digest()).decode() in "".join(made.headers.values())
    assert timedelta() < made.expires_at - datetime.now(UTC) <= timedelta(seconds=60)
