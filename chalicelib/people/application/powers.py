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


def partition(side: str, account: str) -> str:
    """Of the view: mandates that the account granted (`principal`) or received (`agent`)."""
    return f"{side}:{account}"


def received(platform: Platform, account: str) -> Iterator[mandate.MandateGranted]:
    """Every mandate that the account is or was the agent of. Raises ViewsError."""
    after = None
    while True:
        page = platform.views.page(VIEW, INDEX, partition("agent", account), after=after)
        for row in page.rows:
            state = state_of(platform, row["mandate_id"])
            if not isinstance(state, mandate.Absent):
                yield state.terms
        after = page.cursor
        if after is None:
            return
