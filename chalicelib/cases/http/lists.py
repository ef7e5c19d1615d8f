"""Lists made by views: an applicant's cases, a department's work, the case-process library."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from chalice.app import Response

from ...clock.calendar import LEGAL_ZONE
from ...codes.divisions import COUNTRY, lies_in
from ...codes.masking import hidden, plain_text
from ...eventlog.codec import UnknownEvent
from ...eventlog.views.listing import Fetch
from ...eventlog.views.port import Cursor, Page, Row
from ...kernel.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Role
from ...kernel.errors import Invalid, NotAllowed, NotFound
from ...people.application import entities
from ...platform.platform import Platform
from ...web import paging
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import cases
from ..application.access import OVERSEERS, oversees, within
from ..projections import applicant_cases, process_library, work_list
from ..projections.case_summary import utc
from . import cards, finding

_DEPARTMENT = {
    "type": "string",
    "description": "Of staff: theirs, or a section of it; supervisors and auditors name one.",
}
_DIVISION = {
    "type": "string",
    "pattern": "^[0-9]{6}$",
    "description": "Of supervisors and auditors: this division with all below it, of which they "
    "oversee it; their own, if neither it nor a department is named.",
}
# Whoever asks for all names the first or the last day that there is; nothing here is near to them.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)
_DAY = {"type": "string", "format": "date"}
_OWN_CASES = OperationSpec(
    "listOwnCases",
    "lists",
    "CardPage",
    query={
        **PAGING,
        "as": {
            "enum": ["account", "company"],
            "default": "account",
            "description": "Whose cases: one's own, or the company's that one acts for.",
        },
        "number": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "description": "The case of that number, for whoever may see it; staff too.",
        },
    },
)
_WORK = OperationSpec("listWork", "lists", "CardPage", query={**PAGING, "department": _DEPARTMENT})
_STEPS = OperationSpec(
    "listProcessSteps",
    "lists",
    "ProcessStepPage",
    query={
        **PAGING,
        "item": {"type": "string", "description": "The code of an item; every item, if not said."},
        "department": _DEPARTMENT,
        "division": _DIVISION,
        "state": {
            "enum": sorted(process_library.STATES),
            "description": "Every state, if not said.",
        },
        "from": {**_DAY, "description": "The first day, included."},
        "to": {**_DAY, "description": "The last day, included."},
    },
)


@operation(_OWN_CASES)
def own_cases(request: ApiRequest) -> Response:
    """The caller's own cases, newest first; `as=company` lists the company's; one by `number`."""
    actor, number = request.actor, request.text("number", 64)
    if number is not None:
        return reply(finding.by_number(request, number))
    partition = _own(request, request.choice("as", frozenset({"account", "company"})))
    view = applicant_cases.NAME
    rows = paging.rows(request, view, "applicant", partition, descending=True)
    listed = f"applicant {partition}"
    return _paged(request, view, listed, rows, _handed_in(request, actor), cards.told_to(request))


@operation(_WORK)
def work(request: ApiRequest) -> Response:
    """What waits for a department, overdue first; staff see their own and its sections'."""
    department = department_of(request.actor, request.query("department"))
    rows = paging.rows(request, work_list.NAME, "department", department)
    listed = f"department {department}"
    return _paged(request, work_list.NAME, listed, rows, _seen(request), cards.told_to(request))


@operation(_STEPS)
def process_steps(request: ApiRequest) -> Response:
    """
    Steps by item, department or division, period (`from`, `to`: days, both included) and state.
    """
    division, state = _division_of(request), _state(request)
    # A division is read from the list of all: no place more for each step.
    department = None if division else _library(request.actor, request.query("department"))
    scope = process_library.scope(request.query("item"), department)
    lower, upper = _instant(request.day("from"), 0), _instant(request.day("to"), 1)
    views = request.platform.views

    def fetch(after: Cursor | None, limit: int) -> Page:
        return process_library.page(
            views, scope, state, after=after, limit=limit, lower=lower, upper=upper
        )

    listed = " ".join(filter(None, (process_library.INDEX, scope, division, state)))
    told = _unnamed if request.actor.role in OVERSEERS else _step
    seen = _seen(request)

    def shown(row: Row) -> bool:
        return (division is None or lies_in(row["division"], division)) and seen(row)

    return _paged(request, process_library.NAME, listed, fetch, shown, told)


def _division_of(request: ApiRequest) -> str | None:
    """The division that is asked for, or the overseer's own; None where it is a department."""
    actor, asked = request.actor, request.text("division", 6)
    department = request.query("department")
    if asked is not None and department is not None:
        raise Invalid("department-or-division", "name a department or a division, and not both")
    if actor.role not in OVERSEERS:
        if asked is not None:
            raise NotAllowed(
                "division-for-overseers", "supervisors and auditors see whole divisions"
            )
        return None
    division = asked or (None if department else actor.division)
    return division if division is None else _overseen(actor, division)


def _whole(row: Row) -> Row:
    return row


def _step(row: Row) -> Row:
    """Whoever handles the case reads the opinion there as it is."""
    opinion = row.get("opinion")
    return row if opinion is None else {**row, "opinion": plain_text(opinion)}


def _unnamed(row: Row) -> Row:
    """Other systems' records have names in the place of accounts."""
    row = _step(row)
    return {**row, "handler": hidden(row["handler"])} if row["role"] is None else row


def _paged(  # noqa: PLR0913, PLR0917 - what a listing is made of
    request: ApiRequest,
    view: str,
    listed: str,
    fetch: Fetch,
    shown: Callable[[Row], bool],
    told: Callable[[Row], Row] = _whole,
) -> Response:
    """`listed` names the list in its cursors."""

    def seen(case_id: str) -> int:
        return cases.get(request.platform, request.actor, case_id).version

    listing = Listing(view, cases.stream, seen, f"{view} {listed}", fetch, shown, told)
    return reply(paging.page(request, listing))


def _state(request: ApiRequest) -> str | None:
    return request.choice("state", frozenset(process_library.STATES))


def _seen(request: ApiRequest) -> Callable[[Row], bool]:
    """Of confidential cases only those that the caller may see by id; there are few of them."""
    platform, actor = request.platform, request.actor

    def shown(row: Row) -> bool:
        if not row.get("confidential"):
            return True
        return _reads(platform, actor, row)

    return shown


def _handed_in(request: ApiRequest, actor: Actor) -> Callable[[Row], bool]:
    """Of cases that the caller handed in on a mandate only those whose mandate still holds."""
    platform = request.platform

    def shown(row: Row) -> bool:
        own = row["applicant"] == actor.account and row["agent"] is None
        others = row["entity"] is None and not own
        return applicant_cases.shows(row, actor) and (not others or _reads(platform, actor, row))

    return shown


def _reads(platform: Platform, actor: Actor, row: Row) -> bool:
    try:
        return bool(cases.get(platform, actor, row["case_id"]))
    except (NotFound, NotAllowed, UnknownEvent):  # which keeps no list from being told
        return False


def _own(request: ApiRequest, whose: str | None) -> str:
    actor = request.actor
    if actor.role not in APPLICANTS:
        raise NotAllowed(
            "staff-use-work-list",
            "staff find cases in the work list of their department: GET /work",
        )
    # Also for what they handed in themselves: in the company's hat nobody sees how that goes on who
    # belongs to it no more.
    entities.belonging(request.platform, actor, request.today)
    if whose == "company":
        if actor.entity is None:
            raise NotAllowed("no-company-acted-for", "you act for no company")
        return f"entity:{actor.entity}"
    return f"account:{actor.account}"


def department_of(actor: Actor, asked: str | None) -> str:
    if actor.role in DEPARTMENT_STAFF and (asked is None or within(asked, actor.department)):
        return asked or str(actor.department)
    if actor.role in OVERSEERS and asked is not None:
        return _overseen(actor, asked)
    raise NotAllowed(
        "work-list-of-own-department",
        "staff see the work list of their own department; supervisors name one",
    )


def _overseen(actor: Actor, department: str) -> str:
    if not oversees(actor, department.partition("-")[0]):
        raise NotAllowed(
            "department-outside-division",
            "{department} is not in your division",
            department=department,
        )
    return department


def _library(actor: Actor, asked: str | None) -> str | None:
    if asked is None and actor.role is Role.AUDITOR and oversees(actor, COUNTRY):
        return None
    return department_of(actor, asked)


def _instant(day: date | None, later: int) -> str | None:
    """When the day `later` days after `day` begins by law, as the rows write it."""
    if day is None:
        return None
    kept = min(max(day, FIRST_DAY), LAST_DAY) + timedelta(days=later)
    return utc(datetime.combine(kept, time(), LEGAL_ZONE))
