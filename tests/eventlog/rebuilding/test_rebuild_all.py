"""Every view, rebuilt from a large random history, equals the live one."""

from collections.abc import Iterator
from datetime import date
from random import Random

import pytest
from pydantic_core import to_json

from chalicelib import bootstrap
from chalicelib.codes.numbers import case_number
from chalicelib.eventlog import canary
from chalicelib.eventlog.codec import encode, events
from chalicelib.eventlog.consumers import advance
from chalicelib.eventlog.envelope import Circumstances
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.ports import CommandId
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.rebuilding.rebuilds import rebuild
from chalicelib.eventlog.views.port import SMALL_ROW, Projection, Row, check_storable
from chalicelib.kernel.actor import Channel
from chalicelib.kernel.base import Frozen
from chalicelib.platform.platform import Platform
from chalicelib.serving.rebuild_crew import crew
from tests.cases.domain.walks import Turn, walk

SEED = 20_261_124
CASES = 250
TRIES = 60


def _of_case(event: Frozen, number: int) -> Frozen:
    """The walks all tell of one case; here each is another."""
    own = {"case_id": f"c{number}", "number": case_number("440800", date(2026, 1, 5), number)}
    named = {name: value for name, value in own.items() if name in type(event).model_fields}
    return event.model_copy(update=named)


def _commit(platform: Platform, number: int, turn: Turn, sent: int) -> None:
    events = [_of_case(event, number) for event in turn.events]
    command = turn.command
    told = Circumstances(command.at, command.by, Channel.WINDOW)
    body = encode(events, told, recorded_at=command.at, correlation_id="walk")
    history = platform.store.load(f"case-c{number}")
    platform.store.append(history, CommandId(f"walk-{sent}", b""), len(events), body)


def _interleaved(chance: Random) -> Iterator[tuple[int, Turn]]:
    """The turns of all cases, each case's in order, the cases mixed."""
    left = {n: [t for t in walk(chance.choice, TRIES) if t.events] for n in range(1, CASES + 1)}
    while left := {number: turns for number, turns in left.items() if turns}:
        number = chance.choice(list(left))
        yield number, left[number].pop(0)


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Platform:
    """A log, and views that were kept up in batches of every size while it grew."""
    platform = bootstrap.embedded(tmp_path_factory.mktemp("lived"), synchronous="OFF")
    chance = Random(SEED)  # noqa: S311 - a test's own dice
    views = [one for one in bootstrap.consumers(platform) if isinstance(one, Projection)]
    for sent, (number, turn) in enumerate(_interleaved(chance)):
        _commit(platform, number, turn, sent)
        if chance.random() < 0.02:
            advance(
                chance.choice(views), Feed(platform.source, chance.randint(1, 50)), platform.views
            )
    for one in views:
        while advance(one, Feed(platform.source, chance.randint(1, 500)), platform.views):
            pass
    return platform


def test_the_history_is_large_and_every_view_took_all_of_it(lived: Platform):
    assert lived.log.head() > 5_000
    for one in bootstrap.consumers(lived):
        if isinstance(one, Projection):
            generation = lived.views.live(one.name)
            assert generation is not None
            assert lived.views.position(one.name) == lived.log.head()
            assert lived.views.parked(generation) == []


def test_no_row_differs_from_a_new_fold_before_or_after_a_rebuild(lived: Platform):
    views = [one for one in bootstrap.consumers(lived) if isinstance(one, Projection)]
    for one in views:
        assert list(differences(one, Feed(lived.source), lived.views)) == [], one.name
    rebuild(views, Feed(lived.source), lived.views)
    for one in views:
        assert list(differences(one, Feed(lived.source), lived.views)) == [], one.name


def test_no_row_differs_after_a_rebuild_that_two_processes_share(lived: Platform):
    views = [one for one in bootstrap.consumers(lived) if isinstance(one, Projection)]
    assert all(one.by_stream for one in views if one is not canary.PROJECTION)
    data = lived.store.path.parent  # type: ignore[attr-defined]  # the embedded store's own
    rebuild(views, Feed(lived.source), lived.views, crew=crew(data, 2)._replace(worth=1))
    for one in views:
        assert list(differences(one, Feed(lived.source), lived.views)) == [], one.name


def test_no_event_changes_a_row_but_those_that_a_view_names(lived: Platform):
    recorded = list(events(lived.codec, lived.log.read(0, 100_000)))
    for one in bootstrap.consumers(lived):
        if isinstance(one, Projection) and one.events is not None:
            rows: dict[str, Row | None] = {}
            for event in recorded:
                key = one.key(event)
                if key is not None:
                    before, rows[key] = rows.get(key), one.evolve(rows.get(key), event)
                    named = type(event.data) in one.events
                    assert named or rows[key] == before, f"{one.name}: {event.type}"


def test_every_row_of_every_view_is_listed_where_a_small_row_may_be(lived: Platform):
    """A rebuild asks where a small row is listed only when it is written: see `Projection`."""
    for one in bootstrap.consumers(lived):
        if isinstance(one, Projection):
            generation = lived.views.live(one.name)
            assert generation is not None
            keys = lived.views.keys(generation, "", 10_000)
            for key, found in lived.views.stored(generation, keys).items():
                assert found.row is not None
                body = to_json(found.row)
                assert len(body) < SMALL_ROW
                check_storable(key, body, tuple(one.entries(found.row)))
