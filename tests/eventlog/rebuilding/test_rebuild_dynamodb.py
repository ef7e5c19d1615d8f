"""Every view of the product is the same in DynamoDB as in SQLite, however it was made."""

from random import Random
from typing import Any
from uuid import uuid4

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb.views import DynamoViews
from chalicelib.adapters.s3.shuffle import S3Shuffle
from chalicelib.eventlog.consumers import advance
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding.distributed import Distributed, start, step
from chalicelib.eventlog.views.port import Projection, Views
from tests import cloud
from tests.adapters.dynamodb.views_table import TABLE, dynamodb
from tests.cases.domain.walks import walk

from .test_rebuild_all import _commit

CASES = 5
TRIES = 40


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    platform = bootstrap.embedded(tmp_path_factory.mktemp("lived"), synchronous="OFF")
    chance = Random(20_261_125)  # noqa: S311 - a test's own dice
    left = {n: [t for t in walk(chance.choice, TRIES) if t.events] for n in range(1, CASES + 1)}
    sent = 0
    while left := {number: turns for number, turns in left.items() if turns}:
        number = chance.choice(list(left))
        _commit(platform, number, left[number].pop(0), sent)
        sent += 1
    for one in projections(platform):
        while advance(one, Feed(platform.source, 40), platform.views):
            pass
    return platform


def projections(platform) -> list[Projection]:
    return [one for one in bootstrap.consumers(platform) if isinstance(one, Projection)]


def content(views: Views, view: str) -> Any:
    generation = views.live(view)
    assert generation is not None
    keys = views.keys(generation, "", 100_000)
    assert views.parked(generation) == []
    return views.position(view), views.stored(generation, keys)


def test_every_view_kept_up_or_rebuilt_in_steps_is_what_sqlite_has(platform):
    assert platform.log.head() > 50
    with dynamodb() as client:
        views: Any = DynamoViews(client, TABLE)
        for one in projections(platform):
            while advance(one, Feed(platform.source, 30), views):
                pass
            assert content(views, one.name) == content(platform.views, one.name), one.name
        shuffle = S3Shuffle(cloud.client("s3"), cloud.bucket())
        out = Distributed(platform.source, views, shuffle, projections(platform), 100, 100)
        for one in projections(platform):
            before = views.live(one.name)
            queue = [start(one.name, uuid4().hex)]
            while queue:
                queue += step(out, queue.pop(0))
            assert views.live(one.name) != before
            assert content(views, one.name) == content(platform.views, one.name), one.name
