"""
Progress (办理进度) by case number and query code (查询密码), for who has no account: at a kiosk, on
the phone, through the hotline. Nothing of it names a person, and of a confidential case nothing
tells what it is about.
"""

from datetime import date
from hmac import compare_digest
from typing import Any, Final

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE, due, took
from ...codes.numbers import as_number
from ...eventlog.transact import read
from ...items.application import items
from ...items.domain.item import ItemDefinition
from ...kernel.actor import Actor, Role
from ...kernel.errors import NotAllowed, NotFound
from ...platform.platform import Platform
from ..domain import due as ledger
from ..domain.events import SupplementRequested
from ..domain.state import (
    Accepted,
    Closed,
    Decided,
    Ended,
    Lodged,
    Submitted,
    Suspended,
    handling_of,
    notice_of,
)
from ..domain.values import FORM
from . import access, cases
from .acting import identified
from .progress_words import FORM_WORDS, WORDS

VIEW: Final = "case_numbers"
Json = dict[str, Any]

# No case has this id: with a number that there is not, the same is reckoned as with one there is.
_NOBODYS: Final = "no such case"


def _alike() -> NotFound:
    return NotFound("query-code-not-matching", "there is no case with this number and code")


def found(platform: Platform, number: str, code: str) -> Lodged:
    """
    The case with that number, if the code is its own. Raises NotFound, the same one after the same
    work for a wrong number and for a wrong code: the stream is read only once the code is right.
    """
    row = platform.views.get(VIEW, as_number(number))
    case_id = _NOBODYS if row is None else str(row["case_id"])
    told = cases.query_digest(platform, case_id, _plain(code))
    own = cases.query_digest(platform, case_id, cases.query_code(platform, case_id))
    if not compare_digest(told, own) or row is None:
        raise _alike()
    state = read(platform.store, cases.decider(platform), cases.stream(case_id)).state
    # An imported case has no code, and a case keeps the one that it was submitted with.
    if not isinstance(state, Lodged):
        raise _alike()
    if not compare_digest(told, state.application.query_code_digest):
        raise _alike()
    return state


def _plain(code: str) -> str:
    """As it is read out on the phone, or copied from a receipt: `abcd-2345` is ABCD2345."""
    return as_number(code)


def code(platform: Platform, actor: Actor, case_id: str) -> str:
    """
    The case's code again, for whoever handed it in or whose case it is. Raises NotFound,
    NotAllowed.
    """
    state = cases.get(platform, actor, case_id).state
    if not isinstance(state, Lodged):
        raise NotFound(
            "case-without-query-code", "there is no such case, or it has no query code yet"
        )
    application = state.application
    at_the_counter = actor.role is Role.CLERK and access.handed_in(actor, application)
    if not (access.owns(identified(platform, actor, state), application) or at_the_counter):
        raise NotAllowed(
            "query-code-not-yours",
            "only the applicant, or who handed the case in, is told its query code",
        )
    return cases.query_code(platform, case_id)


# What is told


def describe(platform: Platform, state: Lodged, language: str) -> Json:
    """In the words of `language` (zh-CN or en)."""
    application, notice = state.application, notice_of(state)
    handling, calendar = handling_of(state), platform.calendar()
    answer = notice and ledger.respond_by(application.plan, notice, calendar)
    definition = None
    if not application.confidential:
        definition = items.at_version(platform, application.item.code, application.item.version)
    situation = _situation(state)
    words = WORDS[situation]
    clocks = ledger.clocks(state, calendar)
    last, provisional = _due(state, clocks, calendar)
    return {
        "number": application.number,
        "state": type(state).__name__.lower(),
        "situation": situation,
        "item": _item(definition, language),
        "said": words.said(language),
        "next": words.follows(language),
        "submitted_on": application.submitted_on.isoformat(),
        "accepted_on": _day(handling.accepted_on if handling else None),
        "concluded_on": _day(ledger.concluded_on(state)),
        "took": _took(clocks, language),
        "due": _day(last),
        "provisional": provisional or bool(answer and answer.provisional),
        "respond_by": _day(answer.day if answer else None),
        "where": _where(state, definition),
        "asked": _asked(notice, definition, language),
    }


def _situation(state: Lodged) -> str:
    match state:
        case Decided():
            result = state.ending.result
            return f"{result}-delivered" if state.ending.delivery else str(result)
        case Closed():
            return str(state.ending.result)
        case _:
            return "supplementing" if notice_of(state) else type(state).__name__.lower()


def _due(
    state: Lodged, clocks: ledger.Clocks | None, calendar: Calendar
) -> tuple[date | None, bool]:
    """The last day of what the office does next, and whether the calendar may still move it."""
    match state:
        case Submitted():
            return due(state.application.arrived_on, ACCEPTANCE, (), (), calendar)
        case Accepted() | Suspended() if clocks is not None:
            return clocks.promised.due, clocks.promised.provisional
        case Decided() if clocks is not None and clocks.delivery and not clocks.delivery.ended:
            return clocks.delivery.due, clocks.delivery.provisional
        case _:
            return None, False


def _took(clocks: ledger.Clocks | None, language: str) -> str | None:
    """What it took until it was decided, or over, of the days that the applicant was promised."""
    clock = None if clocks is None else clocks.promised
    if clock is None or clock.ended is None:
        return None
    on, how = clock.ended
    return took(on, how, clock.elapsed(on), clock.total, clock.limit.unit, language=language)


def _item(definition: ItemDefinition | None, language: str) -> str | None:
    if definition is None:
        return None
    return definition.name_en if language == "en" else definition.name


def _where(state: Lodged, definition: ItemDefinition | None) -> list[Json]:
    """The departments that it waits in; a department's name can tell what a case is about."""
    if definition is None or isinstance(state, Ended):
        return []
    plan, steps = state.application.plan, state.application.open
    names = {definition.department: definition.department_name}
    names |= {one.department: one.name for step in plan.steps for one in step.reviewers}
    waiting = (one.opened for one in steps if one.opened.role is not Role.APPLICANT)
    departments = dict.fromkeys(one.department for one in waiting)
    return [{"department": one, "name": names.get(one)} for one in departments]


def _asked(
    notice: SupplementRequested | None, definition: ItemDefinition | None, language: str
) -> list[str]:
    """
    The materials by their names. Not the reasons: a clerk wrote them in words of his own, which may
    name somebody.
    """
    if definition is None or notice is None:
        return []
    names = {one.id: one.name for one in definition.materials}
    names[FORM] = FORM_WORDS.said(language)
    return [names.get(one.material, one.material) for one in notice.missing]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
