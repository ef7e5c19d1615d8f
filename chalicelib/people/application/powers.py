"""Mandates as they are stored, and those that an account received."""

from collections.abc import Iterator

from ...eventlog.transact import Decider, read
from ...platform.platform import Platform
from ..domain import mandate

VIEW = "powers"
INDEX = "mandates"


def decider(platform: Platform) -> Decider[mandate.State]:
    return Decider(platform.codec, mandate.initial, mandate.evolve, platform.memory)


def stream(mandate_id: str) -> str:
    return f"{mandate.CATEGORY}-{mandate_id}"


def state_of(platform: Platform, mandate_id: str) -> mandate.State:
    return read(platform.store, decider(platform), stream(mandate_id)).state


def partition(side: str, whose: str) -> str:
    """
    Of the view: mandates granted (`principal`) or received (`agent`) by an account, or by a person
    as `person:{reference}`.
    """
    return f"{side}:{whose}"


def received(platform: Platform, whose: str) -> Iterator[mandate.MandateGranted]:
    """Every mandate whose agent it is or was, an account or a person. Raises ViewsError."""
    after = None
    while True:
        page = platform.views.page(VIEW, INDEX, partition("agent", whose), after=after)
        for row in page.rows:
            state = state_of(platform, row["mandate_id"])
            if not isinstance(state, mandate.Absent):
                yield state.terms
        after = page.cursor
        if after is None:
            return
