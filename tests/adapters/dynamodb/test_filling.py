"""Commits that exist already, put into the events' table under their keys."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.filling import DynamoItems
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.eventlog.moving.moving import OtherHistory
from chalicelib.eventlog.ports import Commit, History, Unavailable

from ... import cloud
from ..commits import command


@pytest.fixture
def items() -> Iterator[DynamoItems]:
    with mock_aws():
        cloud.events_table("events")
        yield DynamoItems(cloud.client("dynamodb"), "events", 2)


def a_stream(number: int, body: bytes = b"{}", name: str = "case-1") -> list[Commit]:
    history = History(name)
    for n in range(number):
        commit = history.following(command(f"command-{n}"), 1 + n % 2, body)
        history = History(name, (*history.commits, commit._replace(position=100 + 2 * n)))
    return list(history.commits)


def bare(commits: list[Commit]) -> list[Commit]:
    return [one._replace(position=None) for one in commits]


def test_the_store_reads_what_was_put(items: DynamoItems):
    items.put(a_stream(5))
    store = DynamoStore(cloud.client("dynamodb"), "events")
    assert list(store.load("case-1").commits) == bare(a_stream(5)) == list(items.all())


def test_what_is_there_in_part_is_completed(items: DynamoItems):
    items.put(a_stream(5)[1:3])
    items.put(a_stream(5))
    assert list(items.all()) == bare(a_stream(5))


def test_another_commit_is_never_overwritten(items: DynamoItems):
    items.put(a_stream(1, b'{"other":1}'))
    with pytest.raises(OtherHistory, match="another case-1@1"):
        items.put(a_stream(2))
    assert bare(a_stream(1, b'{"other":1}'))[0] in list(items.all())


def test_a_table_of_several_pages_is_read_whole(items: DynamoItems):
    # A page has 1 MB, and what repeats itself would be stored deflated.
    noise = b"".join(sha256(b"%d" % n).digest() for n in range(9_000))
    streams = [a_stream(1, noise, f"case-{n}") for n in range(7)]
    items.put([commit for stream in streams for commit in stream])
    assert {one.stream for one in items.all()} == {f"case-{n}" for n in range(7)}


def test_a_table_that_is_not_there_is_said_so(items: DynamoItems):
    elsewhere = DynamoItems(cloud.client("dynamodb"), "gone")
    with pytest.raises(Unavailable, match="gone"):
        elsewhere.put(a_stream(1))
    with pytest.raises(Unavailable, match="gone"):
        list(elsewhere.all())
