"""
The registry of departments (机构目录): published by two people, read from memory.

What was read is good for SECONDS: a process finds out that late what another one published.
"""

from collections.abc import Mapping
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

from ...eventlog.codec import Codec
from ...eventlog.memory import Memory
from ...eventlog.ports import EventStore
from ...eventlog.transact import Decider, Outcome, read, transact
from ...kernel.recent import Recent
from ...platform.organisations import Department, Registered
from ...platform.platform import Caller, Platform
from ..domain import registry

SECONDS: Final = 5.0
# Divisions that are remembered: a province has some 150. Others are read again when they are named.
DIVISIONS: Final = 1_000


class Version(NamedTuple):
    """What a division has published last, at a version of its stream; 0 if it has not yet."""

    version: int
    departments: tuple[registry.RegisteredDepartment, ...]


class _Known(NamedTuple):
    until: float
    registered: Registered | None


def stream(division: str) -> str:
    return f"{registry.CATEGORY}-{division}"


def decider(platform: Platform) -> Decider[registry.State]:
    return Decider(platform.codec, registry.initial, registry.evolve, platform.memory)


def get(platform: Platform, division: str) -> Version:
    """As it is now, and not as it is remembered."""
    found = read(platform.store, decider(platform), stream(division))
    state = found.state
    departments = state.departments if isinstance(state, registry.Published) else ()
    return Version(found.history.version, departments)


def publish(
    platform: Platform, caller: Caller, content: registry.PublishOrganisations
) -> Outcome[registry.State]:
    """Raises NotAllowed (one person alone), Invalid."""
    body = content.model_dump(mode="json", exclude={"at", "by", "channel"})
    done = transact(
        platform.store,
        decider(platform),
        stream(content.division),
        caller.request(platform.now(), "PublishOrganisations", body),
        lambda state: registry.decide(content, state),
    )
    platform.organisations.forget(content.division)
    return done


class Organisations:
    """The port `platform.organisations.Organisations`, for many threads."""

    def __init__(self, store: EventStore, codec: Codec) -> None:
        self._store = store
        self._decider = Decider(codec, registry.initial, registry.evolve, Memory())
        self._lock = Lock()
        self._known: Recent[str, _Known] = Recent(DIVISIONS)

    def registered(self, division: str) -> Registered | None:
        known = self._known.get(division)
        if known is None or known.until < monotonic():
            # One thread reads, and the others wait for what it finds.
            with self._lock:
                known = self._known.get(division)
                if known is None or known.until < monotonic():
                    known = _Known(monotonic() + SECONDS, self._read(division))
                    self._known.put(division, known)
        return known.registered

    def _read(self, division: str) -> Registered | None:
        state = read(self._store, self._decider, stream(division)).state
        return by_code(state) if isinstance(state, registry.Published) else None

    def forget(self, division: str) -> None:
        with self._lock:
            self._known.put(division, _Known(0.0, None))


def by_code(state: registry.Published) -> Mapping[str, Department]:
    return {one.code: Department(**dict(one), division=state.division) for one in state.departments}
