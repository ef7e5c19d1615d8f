"""
What people look for and do not find, counted: keywords grow from it.

Anybody may search, so what is recorded is bounded: a query counts once for an address, is recorded
when THRESHOLD addresses have asked it (what one person typed, a name perhaps, never is), and a
process records at most A_DAY of them in a day. Digits are never recorded.
"""

import logging
from collections import OrderedDict
from datetime import date
from threading import Lock
from typing import Final
from uuid import uuid4

from ....clock.calendar import legal_day
from ....eventlog.envelope import Circumstances
from ....eventlog.ports import CommandId, StoreError
from ....eventlog.transact import Decider, Request, read, transact
from ....kernel.actor import SYSTEM, Channel
from ....platform.platform import Platform, fingerprint
from ...domain import missed
from .terms import folded

THRESHOLD: Final = 3
A_DAY: Final = 200
KEPT: Final = 2_000
LETTERS: Final = range(2, 41)

log = logging.getLogger(__name__)


class Counter:
    """Of one process; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: OrderedDict[str, set[bytes]] = OrderedDict()
        self._day, self._left = date.min, A_DAY

    def asked(self, query: str, who: bytes, today: date) -> int:
        """How many have asked by now, once it is worth recording; else 0."""
        with self._lock:
            if today != self._day:
                self._day, self._left = today, A_DAY
                self._asked.clear()
            askers = self._asked.setdefault(query, set())
            self._asked.move_to_end(query)
            askers.add(who)
            while len(self._asked) > KEPT:
                self._asked.popitem(last=False)
            if len(askers) < THRESHOLD or not self._left:
                return 0
            self._left -= 1
            del self._asked[query]
            return len(askers)


COUNTER = Counter()


def note(platform: Platform, query: str, address: str, counter: Counter = COUNTER) -> None:
    """Count it; whoever searches is answered all the same if that fails."""
    words = folded(query)
    if not _recordable(words):
        return
    who = platform.keyed("searched", address)[:8]
    times = counter.asked(words, who, legal_day(platform.now()))
    if times:
        try:
            _record(platform, words, times)
        except StoreError:
            # Another day's; the search itself went well.
            log.exception("a search that found nothing cannot be counted")


def _recordable(words: str) -> bool:
    letters = words.replace(" ", "")
    return letters.isalpha() and len(letters) in LETTERS


def _record(platform: Platform, words: str, times: int) -> None:
    now, key = platform.now(), uuid4().hex
    body = {"query": words, "times": times}
    transact(
        platform.store,
        _decider(platform),
        stream(legal_day(now)),
        Request(
            CommandId(f"search:{key}", fingerprint("NoteMissedQuery", body)),
            Circumstances(now, SYSTEM, Channel.SYSTEM),
            now,
            key,
        ),
        lambda _: [missed.QueryMissed(query=words, times=times)],
    )


def most_missed(platform: Platform, month: date) -> list[tuple[str, int]]:
    """The queries of that month and how often each was missed, the most frequent first."""
    state = read(platform.store, _decider(platform), stream(month)).state
    return sorted(state.items(), key=lambda one: (-one[1], one[0]))


def stream(month: date) -> str:
    return f"{missed.CATEGORY}-{month:%Y-%m}"


def _decider(platform: Platform) -> Decider[missed.State]:
    return Decider(platform.codec, missed.initial, missed.evolve, platform.memory)
