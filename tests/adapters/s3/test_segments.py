"""What every store of Segments does, the simulation's included; and what a segment looks like."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.adapters.s3.segments import S3Segments
from chalicelib.eventlog.ports import GENESIS, CommandId, Commit, Damaged, Unavailable
from chalicelib.eventlog.sequencing.segment_format import Line, decoded, encoded

from ... import cloud
from ...eventlog.sequencing.memory import MemorySegments


@pytest.fixture
def memory():
    return MemorySegments()


@pytest.fixture
def on_s3():
    with mock_aws():
        yield S3Segments(cloud.client("s3"), cloud.bucket())


@pytest.fixture(params=["memory", "on_s3"])
def segments(request):
    return request.getfixturevalue(request.param)


def test_what_was_put_is_there(segments):
    segments.put("log/000/1-a", b"content")
    assert segments.get("log/000/1-a") == b"content"
    assert segments.get("log/000/1-b") is None


def test_putting_it_twice_is_putting_it_once(segments):
    segments.put("log/000/1-a", b"content")
    segments.put("log/000/1-a", b"content")
    assert segments.get("log/000/1-a") == b"content"


def test_nothing_is_ever_written_over(segments):
    segments.put("log/000/1-a", b"content")
    with pytest.raises(Damaged, match="log/000/1-a"):
        segments.put("log/000/1-a", b"another")
    assert segments.get("log/000/1-a") == b"content"


def test_objects_are_listed_in_order_of_their_keys(segments):
    for key in ("log/001/1-a", "log/000/2-a", "log/000/1-b", "log/000/1-a", "log/000/3-a"):
        segments.put(key, b"")
    keys = [one.key for one in segments.written("log/000/", after="log/000/1-a", limit=2)]
    assert keys == ["log/000/1-b", "log/000/2-a"]
    assert [one.key for one in segments.written("log/001/")] == ["log/001/1-a"]
    assert segments.written("log/000/", after="log/000/3-a") == []


def test_an_object_is_as_old_as_it_is(segments):
    segments.put("log/000/1-a", b"content")
    (written,) = segments.written("log/000/")
    assert abs(datetime.now(UTC) - written.at) < timedelta(minutes=1)


def test_a_deleted_object_is_gone_and_may_be_deleted_again(segments):
    segments.put("log/000/1-a", b"content")
    segments.delete("log/000/1-a")
    segments.delete("log/000/1-a")
    assert (segments.get("log/000/1-a"), segments.written("log/000/")) == (None, [])


def test_a_bucket_that_is_not_there_is_unavailable():
    with mock_aws():
        segments = S3Segments(cloud.client("s3"), "nowhere")
        calls = (
            lambda: segments.put("log/000/1-a", b""),
            lambda: segments.get("log/000/1-a"),
            lambda: segments.written("log/000/"),
            lambda: segments.delete("log/000/1-a"),
        )
        for call in calls:
            with pytest.raises(Unavailable, match="nowhere"):
                call()


commits = st.builds(
    Commit,
    stream=st.text(min_size=1, max_size=8),
    version=st.integers(1, 10**9),
    length=st.integers(1, 9),
    command=st.builds(CommandId, st.text(max_size=8), st.binary(max_size=32)),
    body=st.binary(max_size=40) | st.text(max_size=40).map(str.encode),
    hash=st.binary(min_size=32, max_size=32),
    position=st.none(),
)
lines = st.lists(st.builds(Line, commits, st.integers(0, 10**12)), max_size=5)


@given(st.integers(0, 99), st.integers(1, 10**12), st.binary(min_size=32, max_size=32), lines)
def test_a_segment_is_read_as_it_was_written(lane, first, after, some):
    content = encoded(lane, first, after, some)
    assert decoded(content) == (lane, first, after, tuple(some))
    assert content == encoded(lane, first, after, some)


def test_an_auditor_reads_a_segment_with_the_usual_tools():
    command = CommandId("accept-1", b"\x01\x02")
    commit = Commit("case-1", 3, 2, command, '{"events":["受理"]}'.encode(), b"\xff" * 32)
    plain = gzip.decompress(encoded(1, 41, GENESIS, [Line(commit, 17)]))
    assert [json.loads(line) for line in plain.decode().splitlines()] == [
        {"segment": 1, "lane": 1, "first": 41, "after": "00" * 32},
        {
            "stream": "case-1",
            "version": 3,
            "length": 2,
            "previous": 17,
            "command": "accept-1",
            "fingerprint": "0102",
            "hash": "ff" * 32,
            "body": '{"events":["受理"]}',
        },
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain",
        gzip.compress(b""),
        gzip.compress(b"[]\n"),
        gzip.compress(b'{"segment": 1}\n'),
        gzip.compress(b'{"segment":2,"lane":0,"first":1,"after":""}\n'),
        encoded(0, 1, GENESIS, [])[:-3],
    ],
)
def test_what_is_no_segment_is_damaged(content):
    with pytest.raises(Damaged):
        decoded(content)
