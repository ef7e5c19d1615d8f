"""Serial numbers for case numbers: a block at a time from a stream of the division's day."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from threading import Lock
from uuid import uuid4

from ..codes import serial
from ..eventlog.codec import Codec
from ..eventlog.envelope import Circumstances
from ..eventlog.memory import Memory
from ..eventlog.ports import CommandId, EventStore
from ..eventlog.transact import Decider, Request, transact
from ..kernel.actor import SYSTEM, Channel

_DAYS_KEPT = 64


class Serials:
    """
    Hands out serial numbers that no other process has, `block` of them to an append. What a
    process holds when it ends is skipped: numbers are unique, not gapless.
    """

    def __init__(
        self, store: EventStore, codec: Codec, now: Callable[[], datetime], block: int = 100
    ) -> None:
        self._store, self._now, self._block = store, now, block
        self._decider = Decider(codec, serial.initial, serial.evolve, Memory())
        self._lock = Lock()
        self._held: OrderedDict[str, list[int]] = OrderedDict()

    def take(self, division: str, day: date) -> int:
        """The next number, 1 to 999,999; raises Invalid when the day has none left."""
        stream = _stream(division, day)
        with self._lock:
            held = self._held.setdefault(stream, [])
            if not held:
                held.extend(reversed(self._reserve(stream)))
            number = held.pop()
            while len(self._held) > _DAYS_KEPT:
                self._held.popitem(last=False)
            return number

    def pass_over(self, division: str, day: date) -> None:
        """A block that nobody is given a number of; raises Invalid when the day has none left."""
        self._reserve(_stream(division, day))

    def _reserve(self, stream: str) -> range:
        now = self._now()
        key = uuid4().hex
        command = serial.ReserveSerials(at=now, by=SYSTEM, count=self._block)
        outcome = transact(
            self._store,
            self._decider,
            stream,
            Request(CommandId(key, b""), Circumstances(now, SYSTEM, Channel.SYSTEM), now, key),
            lambda state: serial.decide(command, state),
        )
        return range(outcome.state - self._block + 1, outcome.state + 1)


def _stream(division: str, day: date) -> str:
    return f"{serial.CATEGORY}-{division}-{day:%Y%m%d}"
