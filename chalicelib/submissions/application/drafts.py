"""Drafts: how many and how large, discarded by their owner, or when they were left for days."""

import logging
from typing import Final

from ...cases import domain as case
from ...cases.application import cases
from ...cases.application.cases import decider, stream
from ...cases.domain.commands import DiscardDraft
from ...cases.domain.state import Drafted
from ...eventlog.ports import History
from ...eventlog.transact import Outcome, Stale, read
from ...eventlog.views.port import Row, ViewsError
from ...kernel.actor import SYSTEM, Actor, Channel
from ...kernel.errors import OutOfOrder, Rejected
from ...platform import quotas
from ...platform.platform import Caller, Platform
from ...platform.quotas import QuotaExceeded

VIEW: Final = "drafts"
OWNER, DUE = "owner", "due"
# Of one draft, with all that was saved before: each save is kept, and read with it.
MOST_SAVES: Final = 500
MOST_BYTES: Final = 4_000_000

log = logging.getLogger(__name__)


def check(platform: Platform, actor: Actor, case_id: str | None) -> None:
    """
    Whether one more save fits. Raises QuotaExceeded (of the day, or too many drafts at a time),
    OutOfOrder for a draft that has grown too long.
    """
    if case_id is None:
        _few(platform, actor)
    else:
        _short(read(platform.store, decider(platform), stream(case_id)).history)
    quotas.save(platform.quotas, actor, platform.now())


def _short(history: History) -> None:
    if history.version < MOST_SAVES and sum(len(one.body) for one in history.commits) < MOST_BYTES:
        return
    raise OutOfOrder(
        "draft-too-long",
        "the draft was saved {times:,} times, and each time is kept: submit it, or discard it and "
        "save a new one",
        times=history.version,
    )


def _few(platform: Platform, actor: Actor) -> None:
    """By a view, which may lag by a moment: a quota of saves bounds what slips through."""
    most = platform.quotas.share(actor).drafts
    if most is None:
        return
    owner = f"account:{actor.account}"
    try:
        page = platform.views.page(VIEW, OWNER, owner, limit=most)
    except ViewsError:
        log.exception("drafts cannot be counted")
        return
    if len(page.rows) >= most:
        raise QuotaExceeded(
            "too-many-drafts",
            "an account has {most:,} drafts at most: submit or discard one of them",
            most=most,
        )


def still(platform: Platform, row: Row) -> bool:
    """Whether it is a draft now: what was discarded or submitted a moment ago is not told."""
    state = read(platform.store, decider(platform), stream(row["case_id"])).state
    return isinstance(state, Drafted)


def discard(platform: Platform, caller: Caller, case_id: str) -> Outcome[case.State]:
    """Raises NotFound, also for what is not the caller's to see; Closed for what was submitted."""
    command = DiscardDraft(**caller.about(platform.now()))
    return cases.execute(platform, caller, case_id, command)


def expire(platform: Platform, row: Row) -> bool:
    """A draft that nobody saved again: whether it went; not if it was submitted, or saved."""
    key = f"idle-{row['version']}"
    as_left = frozenset({row["version"]})
    caller = Caller(SYSTEM, key, Channel.SYSTEM, version=as_left)
    command = DiscardDraft(**caller.about(platform.now()), why="idle")
    if not still(platform, row):
        return False
    try:
        return not cases.execute(platform, caller, row["case_id"], command).repeated
    except (Rejected, Stale):
        return False
