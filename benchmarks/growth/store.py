"""A store of so many events of real cases, begun, under way and ended, as a city's log has them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count, islice
from pathlib import Path
from random import Random

from chalicelib import bootstrap
from chalicelib.adapters.sqlite.append import Append, write
from chalicelib.adapters.sqlite.file import connect
from chalicelib.eventlog.ports import GENESIS, CommandId, Commit, chained
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_items
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.platform.platform import Caller, Platform

from .cases import WEEKS, Step, ToldStory, copied, person

ROOT = Path(__file__).resolve().parents[2]
SEED = 20_261_124
SMALL, MIDDLE, LARGE = 1_000, 100_000, 1_000_000
AT_ONCE = 2_000
# Cases under way at a time: so many at least, and one in so many of all.
LEAST_UNDER_WAY, OF_ALL = 40, 20
# Who hands in every fourth citizen's case: the one account whose list grows with the store.
HELPER = "citizen-zhang"
EVENTS_OF_A_CASE = 18
FINGERPRINT = bytes(16)


def filled(data: Path, events: int, stories: tuple[list[ToldStory], list[int]]) -> Platform:
    """
    A platform in `data` whose log has at least `events` events, and a few of items before them.
    It is made without waiting for the disk, and durable from then on.
    """
    platform = bootstrap.embedded(data, synchronous="OFF")
    manager = Actor(account="items-sun", role=Role.ITEM_MANAGER, division="000000")
    for definition in read_items(ROOT / "examples" / "items"):
        caller = Caller(manager, f"publish-{definition.code}", Channel.INTERNAL)
        items.publish(platform, caller, definition)
    with closing(connect(data / "events.db", "OFF")) as db:
        _fill(db, _appends(platform, events, stories), events - platform.log.head())
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    platform.store.close()  # type: ignore[attr-defined]  # a port has no end; this one has
    return bootstrap.embedded(data)


def _fill(db: sqlite3.Connection, appends: Iterator[Append], missing: int) -> None:
    """In large transactions: one for each commit would take an hour."""
    while missing > 0:
        some = list(islice(appends, min(AT_ONCE, 1 + missing // 4)))
        outcomes = write(db, some)
        assert all(isinstance(one, Commit) for one in outcomes), "a copy is not a stream of its own"
        missing -= sum(one.commit.length for one in some)


def _appends(
    platform: Platform, events: int, stories: tuple[list[ToldStory], list[int]]
) -> Iterator[Append]:
    """
    The commits of many cases at once, mixed; each case's in its order. As in every log, later ones
    tell of later days.
    """
    chance = Random(SEED)  # noqa: S311 - the same store every time
    under_way = max(LEAST_UNDER_WAY, events // EVENTS_OF_A_CASE // OF_ALL)
    cases = _cases(platform, chance, stories, events // EVENTS_OF_A_CASE)
    running = list(islice(cases, under_way))
    while True:
        at = chance.randrange(under_way)
        following = next(running[at], None)
        if following is None:
            running[at] = next(cases)
        else:
            yield following


def _cases(
    platform: Platform, chance: Random, stories: tuple[list[ToldStory], list[int]], expected: int
) -> Iterator[Iterator[Append]]:
    told, often = stories
    weeks = len(WEEKS)
    for serial in count(1):
        week = min(serial * weeks // expected, weeks - 1)
        (one,) = chance.choices(told[week::weeks], often[week::weeks])
        account = HELPER if serial % 4 == 0 else f"citizen-{serial:06d}"
        yield _stream(*copied(one, person(platform, serial, account)))


def _stream(stream: str, steps: Iterator[Step]) -> Iterator[Append]:
    version, digest = 0, GENESIS
    for command, length, body in steps:
        made = Commit(stream, version + 1, length, CommandId(command, FINGERPRINT), body, b"")
        made = made._replace(hash=chained(digest, made))
        yield Append(version, digest, made)
        version, digest = version + length, made.hash
