"""Claims of this process, which is the only one that takes submissions on its files."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import time

from ...platform.case_claims import CaseClaim

# The views know a case within some milliseconds. At 600 submissions a second this is half a minute.
HELD = 20_000


class MemoryCaseClaims:
    """A full table forgets what was claimed first. What dies with the process made no case."""

    def __init__(self, clock: Callable[[], float] = time, held: int = HELD) -> None:
        self._clock, self._held = clock, held
        self._lock = Lock()
        self._claims: OrderedDict[str, CaseClaim] = OrderedDict()

    def take(self, key: str, case_id: str, /, *, over: str | None = None) -> CaseClaim | None:
        with self._lock:
            stands = self._claims.get(key)
            if stands is not None and stands.case_id not in (case_id, over):
                return stands
            self._claims[key] = CaseClaim(case_id, self._clock())
            self._claims.move_to_end(key)
            if len(self._claims) > self._held:
                self._claims.popitem(last=False)
        return None

    def release(self, key: str, case_id: str, /) -> None:
        with self._lock:
            stands = self._claims.get(key)
            if stands is not None and stands.case_id == case_id:
                del self._claims[key]
