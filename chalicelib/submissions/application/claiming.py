"""
One case of two clicks: who submits claims the matter first, which the views cannot tell yet.

The claim is of account, holder and item: of a holder alone it would tell, and occupy, what a
stranger has applied for. It is taken last, before the case is appended, and is not the authority:
whose case it names is read from that case's stream. So it ends with the case, and is void where its
case does not exist, because it was refused or its process died in between.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import NamedTuple

from ...cases import domain as case
from ...cases.application.cases import decider, stream
from ...cases.domain import commands as c
from ...cases.domain.state import Lodged
from ...eventlog.codec import UnknownEvent
from ...eventlog.ports import TooLarge
from ...eventlog.transact import read
from ...kernel.actor import Actor
from ...kernel.errors import Rejected
from ...platform.case_claims import CaseClaim
from ...platform.platform import Platform
from . import duplicates

# How long one click waits for the other's case, and how long a submission may be on its way: longer
# than a function of Lambda lives, or two of them could both take theirs for the first.
PATIENCE, LONGEST = 3.0, 60.0
PAUSES = (0.002, 0.1)


class Underway(Rejected):
    """The same is being submitted at this moment, and it is not known yet what came of it."""


class Mine(NamedTuple):
    key: str
    case_id: str


class Claiming:
    """The claim of one submission. `insist` passes over whatever stands."""

    def __init__(self, platform: Platform, actor: Actor, *, insist: bool) -> None:
        self._platform, self._actor, self._insist = platform, actor, insist
        self._mine: Mine | None = None

    def take(self, command: c.SubmitCase) -> None:
        """Raises Duplicate, Underway."""
        if command.holder is None:
            return
        account, item = self._actor.account, command.item.code
        key = self._platform.keyed("case-claim", account, command.holder, item).hex()[:32]
        over, end = None, monotonic() + PATIENCE
        pause = PAUSES[0]
        while stands := self._platform.case_claims.take(key, command.case_id, over=over):
            over = stands.case_id if self._void(stands) else None
            if over is None:
                if monotonic() > end:
                    raise Underway(
                        "submission-underway",
                        "the same is being submitted already; send this again in a moment",
                    )
                sleep(pause)
                pause = min(pause * 2, PAUSES[1])
        self._mine = Mine(key, command.case_id)

    def _void(self, stands: CaseClaim) -> bool:
        """Whether it gives way; False while its case may still come. Raises Duplicate."""
        if self._insist:
            return True
        platform, name = self._platform, stands.case_id
        try:
            state: case.State = read(platform.store, decider(platform), stream(name)).state
        except UnknownEvent:  # a newer release wrote to it: no reason to keep others out for ever
            state = case.initial
        if not isinstance(state, Lodged):
            return platform.now().timestamp() - stands.since > LONGEST
        found = duplicates.opened(platform, self._actor, name)
        if found is not None:
            raise duplicates.Duplicate(found)
        return True  # it has ended, or is not the account's to see any more

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let go of the claim where no case came of it; not where that is not known."""
        try:
            yield
        except (Rejected, TooLarge):
            if self._mine is not None:
                self._platform.case_claims.release(*self._mine)
            raise
