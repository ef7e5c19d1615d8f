"""
Who may see and answer a rating. The default is no, and whoever had a hand in the case learns
nothing: not that there is one, in no list, figure or refusal. A hand is somebody's as recusal has
it, by person where one is known.
"""

from typing import NamedTuple

from ...cases.application import access, cases, recusal
from ...cases.application.acting import identified
from ...cases.domain.state import Lodged
from ...cases.domain.steps import handlers
from ...eventlog.codec import events
from ...eventlog.transact import read
from ...kernel.actor import DEPARTMENT_STAFF, Actor, Role
from ...kernel.errors import NotAllowed
from ...platform.platform import Platform
from ..domain import rating


class Matter(NamedTuple):
    """A case as its rating sees it: `hands` are the accounts of staff that did anything in it."""

    case: Lodged
    hands: frozenset[str]


def matter(platform: Platform, case_id: str) -> Matter | None:
    """None for what was never submitted."""
    found = read(platform.store, cases.decider(platform), cases.stream(case_id))
    if not isinstance(found.state, Lodged):
        return None
    staff = {
        one.actor.account
        for one in events(platform.codec, found.history.commits)
        if one.actor.role in DEPARTMENT_STAFF
    }
    return Matter(found.state, handlers(found.state) | staff)


def sees(platform: Platform, actor: Actor, about: Matter) -> bool:
    """Whose case it is, the ratings' desk, an auditor, the platform."""
    if access.owns(actor, about.case.application) or actor.role is Role.SYSTEM:
        return True
    audits = actor.role is Role.AUDITOR and access.may_see(actor, about.case)
    return (audits and not _had_a_hand(platform, actor, about)) or desk(platform, actor, about)


def desk(platform: Platform, actor: Actor, about: Matter) -> bool:
    """
    Who verifies and answers: an approver of the department in charge, and, since everybody there
    may have had a hand in the case, a supervisor of the division. Nobody who had one.
    """
    if not access.may_see(actor, about.case) or _had_a_hand(platform, actor, about):
        return False
    head = actor.role is Role.APPROVER and actor.department == about.case.application.department
    return head or actor.role is Role.SUPERVISOR


def _had_a_hand(platform: Platform, actor: Actor, about: Matter) -> bool:
    return recusal.had_a_hand(platform, actor, about.case, about.hands)


def seen(platform: Platform, actor: Actor, state: rating.State) -> rating.Known:
    """Raises NotFound, in the same words for one that there is not."""
    return _seen(platform, actor, state).rating


class _Seen(NamedTuple):
    rating: rating.Known
    about: Matter
    # As who is known in the case: of a person, the account that applied.
    who: Actor


def _seen(platform: Platform, actor: Actor, state: rating.State) -> _Seen:
    found = rating.known(state)
    about = matter(platform, found.rated.case_id)
    if about is not None:
        who = identified(platform, actor, about.case)
        if sees(platform, who, about):
            return _Seen(found, about, who)
    raise rating.hidden()


def answers(platform: Platform, actor: Actor, state: rating.State) -> rating.Known:
    """Raises NotFound, NotAllowed."""
    found = _seen(platform, actor, state)
    if not desk(platform, actor, found.about):
        raise NotAllowed(
            "rating-answered-at-desk",
            "a rating is answered by an approver of the department in charge or a supervisor",
        )
    return found.rating


def appeals(platform: Platform, actor: Actor, state: rating.State) -> rating.Known:
    """Raises NotFound, NotAllowed."""
    found = _seen(platform, actor, state)
    if not access.owns(found.who, found.about.case.application):
        raise NotAllowed("appeal-by-rater", "only those whose case it is appeal against the answer")
    return found.rating


def reviews(
    platform: Platform, actor: Actor, state: rating.State, answered_by: frozenset[str]
) -> rating.Known:
    """Raises NotFound, NotAllowed."""
    found = seen(platform, actor, state)
    if actor.role is not Role.SUPERVISOR or recusal.is_one_of(platform, actor, answered_by):
        raise NotAllowed(
            "review-by-another-supervisor",
            "an appeal is reviewed by a supervisor who had no part in the answer",
        )
    return found
