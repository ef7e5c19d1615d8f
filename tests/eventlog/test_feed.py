"""The log as consumers read it, however much of it there is."""

import pytest

from chalicelib.eventlog import feed as feeds
from chalicelib.eventlog.decoding import Decoded, Undecodable, decoded
from chalicelib.eventlog.feed import Feed

from .following import CODEC, live_through, open_town, shown


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    town = open_town(tmp_path_factory.mktemp("feed"))
    live_through(town.store, 400, poison=0.1)
    yield town
    town.close()


def whole(feed: Feed) -> list[Decoded]:
    read: list[Decoded] = []
    while batch := feed.after(read[-1].commit.last_position if read else 0):
        read.extend(batch)
    return read


@pytest.mark.parametrize("worth", [0, 150, 10_000])
def test_a_feed_that_has_read_much_reads_on_as_it_did(town, monkeypatch, worth):
    monkeypatch.setattr(feeds, "WORTH_A_DECODER", worth)
    read = whole(Feed(town.source, 100))
    one_by_one = [decoded(CODEC, commit) for commit in town.store.read(0, 1000)]
    assert [*map(shown, read)] == [*map(shown, one_by_one)]
    assert any(isinstance(event, Undecodable) for one in read for event in one.events)
