"""What the trigger missed comes into the log, a slice of the table at a time; see recovery.py."""

from datetime import timedelta
from itertools import count
from random import Random

import pytest

from chalicelib.eventlog.ports import CommandId, History
from chalicelib.eventlog.sequencing.ports import Cursor, Parked, Sequencer
from chalicelib.eventlog.sequencing.recovery import BLIND, EVERY, Names, recover
from chalicelib.eventlog.sequencing.retries import COUNTED, SOME, Health, heal

from .memory import START, MemoryLedger, MemorySegments, MemoryStreams

MINUTE = timedelta(minutes=1)


class City:
    """A table of which nothing comes to the sequencer but what `recover` reads."""

    def __init__(self):
        self.ledger, self.table = MemoryLedger(), MemoryStreams()
        self.now, self.parts, self.ids = START, [], count()
        self.sequencer = Sequencer(
            self.ledger,
            MemorySegments(),
            self.table,
            now=lambda: self.now,
            pause=lambda _: None,
            new_id=lambda: f"{next(self.ids):032x}",
        )

    def commit(self, stream):
        history = History(stream, tuple(self.table.commits.get(stream, ())))
        command = CommandId(f"c{history.version}", b"")
        commit = history.following(command, 1, b"{}")
        self.table.commits.setdefault(stream, []).append(commit)

    def part(self, at):
        """Two streams a page."""
        self.parts.append(at)
        names = sorted(self.table.commits)
        begin = int(at or 0)
        rest = begin + 2 < len(names)
        return Names(names[begin : begin + 2], str(begin + 2) if rest else "")

    def recover(self, *, missed, pages=100):
        left = iter([False] * pages)
        return recover(self.sequencer, self.part, missed=missed, stop=lambda: next(left, True))

    def later(self, by=MINUTE):
        self.now += by

    def lacks(self):
        cursors = self.ledger.cursors(list(self.table.commits))
        return {
            stream
            for stream, commits in self.table.commits.items()
            if cursors[stream].version < commits[-1].last_version
        }


@pytest.fixture
def city():
    city = City()
    for n in range(7):
        city.commit(f"case-{n}")
    return city


def test_nothing_is_read_while_no_canary_is_missing(city):
    for _ in range(10):
        assert not city.recover(missed=False)
        city.later()
    assert city.parts == []
    assert len(city.lacks()) == 7


def test_all_that_the_table_has_comes_into_the_log(city):
    assert city.recover(missed=True)
    assert city.lacks() == set()
    assert [one.last for one in city.ledger.index(0, 0, 100)][-1] == 7


def test_it_goes_on_where_the_last_minute_ended(city):
    for left in (5, 3, 1, 0):
        city.recover(missed=True, pages=1)
        city.later()
        assert len(city.lacks()) == left
    assert city.parts == ["", "2", "4", "6"]


def test_while_the_trigger_is_off_the_table_is_read_once_an_hour(city):
    for _ in range(181):
        city.recover(missed=True)
        city.later()
    assert city.parts.count("") == 4
    city.commit("case-0")
    city.later(EVERY)
    city.recover(missed=True)
    assert city.lacks() == set()


def test_once_the_trigger_is_on_the_table_is_read_once_more_from_its_beginning(city):
    city.recover(missed=True, pages=2)  # in the middle of it
    city.commit("case-0")  # behind where it has come to; and the trigger has lost it
    city.later()
    while city.recover(missed=False, pages=1):
        city.later()
    assert city.lacks() == set()
    read = len(city.parts)
    for _ in range(10):
        city.later()
        assert not city.recover(missed=False)
    assert len(city.parts) == read


def test_who_did_not_look_for_hours_reads_the_table(city):
    assert not city.recover(missed=False)
    city.later(BLIND)
    while city.recover(missed=False):
        city.later()
    assert city.lacks() == set()


@pytest.mark.parametrize("seed", range(60))
def test_whenever_it_is_on_or_off_nothing_is_lost(seed):
    """The trigger forgets what it was not on for; each minute may end anywhere in the table."""
    chance = Random(seed)  # noqa: S311 - reproducible on purpose
    city = City()
    for hour in range(12):
        off = chance.random() < 0.5
        for _ in range(chance.randrange(6)):
            city.commit(f"case-{chance.randrange(9)}")
        missed = off and hour > 0
        for _ in range(3):
            city.recover(missed=missed, pages=chance.randrange(4))
            city.later(MINUTE * 20)
        assert missed <= bool(city.ledger.note("recovery"))
    city.recover(missed=True, pages=0)
    city.later()
    for _ in range(40):
        city.recover(missed=False, pages=1)
        city.later()
    assert city.lacks() == set()
    assert city.ledger.note("recovery") == {}


# Heal reads no more because more is parked


class Counting(MemoryLedger):
    """Counts the rows that it is asked for."""

    read = 0

    def parked(self, stream=None, *, after="", limit=100):
        found = super().parked(stream, after=after, limit=limit)
        self.read += len(found)
        return found

    def parked_count(self, limit):
        found = super().parked_count(limit)
        self.read += found
        return found


def park(city, streams):
    for n in streams:
        cursor = city.ledger.cursors([f"case-{n}"])[f"case-{n}"]
        city.ledger.park(Parked(f"case-{n}", 1, "gap", "", "", START), cursor)


@pytest.mark.parametrize("parked", [10, 5_000])
def test_what_heal_reads_of_the_parked_is_bounded(parked):
    city, ledger = City(), Counting()
    city.sequencer = city.sequencer._replace(ledger=ledger)
    city.ledger = ledger
    park(city, range(parked))
    told: list[Health] = []
    assert heal(city.sequencer, told.append).parked == min(parked, COUNTED)
    assert told[0].parked == min(parked, COUNTED)
    assert ledger.read <= 2 * COUNTED + SOME


def test_a_retry_that_was_cut_off_is_ended_however_much_is_parked():
    city = City()
    city.sequencer = city.sequencer._replace(new_id=lambda: f"{next(city.ids) * 97 % 256:02x}")
    park(city, range(1_000))
    city.commit("case-7")
    assert city.ledger.release(Cursor("case-7", waits=True))  # and then it died
    for _ in range(300):
        heal(city.sequencer)
    assert city.ledger.cursors(["case-7"])["case-7"].version == 1
    assert city.ledger.parked("case-7") == []


def test_how_things_stand_is_told_though_nothing_can_be_merged(monkeypatch):
    city = City()
    park(city, range(3))
    told: list[Health] = []

    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr("chalicelib.eventlog.sequencing.retries.merge", broken)
    with pytest.raises(RuntimeError):
        heal(city.sequencer, told.append)
    assert [one.parked for one in told] == [3]


def test_what_a_merge_left_in_its_lane_is_unmerged(monkeypatch):
    city = City()
    city.sequencer = city.sequencer._replace(lanes=2)
    monkeypatch.setattr("chalicelib.eventlog.sequencing.sequencer.merge", lambda _: None)
    for n in range(4):
        city.commit(f"case-{n}")
    city.recover(missed=True)
    monkeypatch.setattr("chalicelib.eventlog.sequencing.retries.merge", lambda _: None)
    told: list[Health] = []
    heal(city.sequencer, told.append)
    assert told[0].unmerged == 4
    monkeypatch.undo()
    assert heal(city.sequencer).unmerged == 0
