"""
Duplicate cases: an open case of the same holder for the same item is offered back.

Advice only: what a view says never keeps a submission out. A view that fails or lags offers
nothing, and a case that it still lists and that has ended since is not offered. Two that the same
account submits at the same moment no view can tell apart: see claiming.py.
"""

import logging
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ...cases import domain as case
from ...cases.application import access
from ...cases.application.acting import identified
from ...cases.application.cases import decider, stream
from ...cases.domain import commands as c
from ...cases.domain.state import Ended, Lodged
from ...eventlog.codec import UnknownEvent
from ...eventlog.transact import read
from ...eventlog.views.port import Cursor, ViewsError
from ...kernel.actor import Actor
from ...kernel.errors import Rejected
from ...platform.platform import Platform

VIEW = "open_cases"
INDEX = "holder"
# Of those that somebody insisted on, the latest; more are not looked at.
AT_ONCE, LOOKED_AT = 5, 50

log = logging.getLogger(__name__)


class Found(NamedTuple):
    case_id: str
    number: str
    state: str
    submitted_on: date


class Duplicate(Rejected):
    """There is an open case for this already; the caller may see it."""

    def __init__(self, found: Found) -> None:
        super().__init__(
            "case-still-open",
            "case {number} of {on} is still open",
            number=found.number,
            on=found.submitted_on,
        )
        self.found = found


def partition(holder: str, item: str) -> str:
    return f"{holder} {item}"


def check(platform: Platform, actor: Actor, command: c.SubmitCase) -> None:
    """Raises Duplicate."""
    if command.holder is None:
        return
    found = find(platform, actor, command.holder, command.item.code, command.case_id)
    if found is not None:
        raise Duplicate(found)


def find(platform: Platform, actor: Actor, holder: str, item: str, but: str = "") -> Found | None:
    """
    The latest case of `holder` for `item` that is open and that `actor` may see, other than `but`.
    A case that is hidden from the actor is not offered: whoever types somebody else's id number
    would learn what that person has applied for.
    """
    listed = (one for one in _listed(platform, partition(holder, item)) if one != but)
    try:
        return next(filter(None, (opened(platform, actor, one) for one in listed)), None)
    except ViewsError:
        log.exception("duplicates cannot be looked for")
        return None


def _listed(platform: Platform, part: str) -> Iterator[str]:
    after: Cursor | None = None
    for _ in range(0, LOOKED_AT, AT_ONCE):
        page = platform.views.page(VIEW, INDEX, part, after=after, limit=AT_ONCE, descending=True)
        yield from (row["case_id"] for row in page.rows)
        after = page.cursor
        if after is None:
            return


def opened(platform: Platform, actor: Actor, case_id: str) -> Found | None:
    """A case, if it is open and the actor may see it."""
    try:
        state: case.State = read(platform.store, decider(platform), stream(case_id)).state
    except UnknownEvent:  # a newer release wrote to it: no reason to keep a submission out
        return None
    if not isinstance(state, Lodged) or isinstance(state, Ended):
        return None
    if not access.may_see(identified(platform, actor, state), state):
        return None
    name, application = type(state).__name__.lower(), state.application
    return Found(case_id, application.number, name, application.submitted_on)
