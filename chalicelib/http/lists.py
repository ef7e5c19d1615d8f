"""Lists made by views: an applicant's cases, a department's work, the case-process library."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from chalice.app import Blueprint, Response

from ..application.views import Row
from ..domain.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Role
from ..domain.calendar import LEGAL_ZONE
from ..domain.errors import NotAllowed
from ..projections import applicant_cases, process_library, work_list
from ..projections.card import utc
from .doc import PAGING, Doc
from .web import Ask, Web, reply, route

_STATES = frozenset({"waiting", "working", "finished"})
_TEXT = {"type": "string"}
_DAY = {"type": "string", "format": "date"}
_OWN_CASES = Doc(
    "listOwnCases",
    "lists",
    "CardPage",
    query={**PAGING, "as": {"enum": ["account", "company"], "default": "account"}},
)
_WORK = Doc("listWork", "lists", "CardPage", query={**PAGING, "department": _TEXT})
_STEPS = Doc(
    "listProcessSteps",
    "lists",
    "ProcessStepPage",
    query={
        **PAGING,
        "item": _TEXT,
        "department": _TEXT,
        "state": {"enum": sorted(_STATES)},
        "from": _DAY,
        "to": _DAY,
    },
)


def routes(web: Web) -> Blueprint:
    http = Blueprint(__name__)

    @route(http, web, "GET", "/cases", doc=_OWN_CASES)
    def own_cases(ask: Ask) -> Response:
        """The caller's own cases, newest first; `as=company` lists the company's."""
        actor = ask.actor
        partition = _own(actor, ask.choice("as", frozenset({"account", "company"})))
        return _listed(
            ask,
            applicant_cases.NAME,
            "applicant",
            partition,
            shown=lambda row: applicant_cases.shows(row, actor),
            descending=True,
        )

    @route(http, web, "GET", "/work", doc=_WORK)
    def work(ask: Ask) -> Response:
        """What waits for a department, overdue first; staff see their own department's."""
        department = _department(ask.actor, ask.query("department"))
        return _listed(ask, work_list.NAME, "department", department)

    @route(http, web, "GET", "/process-steps", doc=_STEPS)
    def process_steps(ask: Ask) -> Response:
        """Steps by item, department, period (`from`, `to`: days, both included) and state."""
        department = _library(ask.actor, ask.query("department"))
        partition = process_library.partition(
            ask.query("item"), department, ask.choice("state", _STATES)
        )
        lower, upper = _instant(ask.day("from"), 0), _instant(ask.day("to"), 1)
        return _listed(ask, process_library.NAME, "steps", partition, lower=lower, upper=upper)

    return http


def _listed(
    ask: Ask,
    view: str,
    index: str,
    partition: str,
    *,
    shown: Callable[[Row], bool] = lambda _: True,
    **bounds: Any,
) -> Response:
    ask.wait_for(view)
    sealed = f"{view} {index} {partition}"
    page = ask.platform.views.page(
        view, index, partition, after=ask.cursor(sealed), limit=ask.limit, **bounds
    )
    return reply(ask.page(sealed, page._replace(rows=[row for row in page.rows if shown(row)])))


def _own(actor: Actor, whose: str | None) -> str:
    if actor.role not in APPLICANTS:
        raise NotAllowed("staff find cases in the work list of their department: GET /work")
    if whose == "company":
        if actor.entity is None:
            raise NotAllowed("you act for no company")
        return f"entity:{actor.entity}"
    return f"account:{actor.account}"


def _department(actor: Actor, asked: str | None) -> str:
    if actor.role in DEPARTMENT_STAFF and asked in (None, actor.department):
        return str(actor.department)
    if actor.role in (Role.SUPERVISOR, Role.AUDITOR) and asked is not None:
        return _overseen(actor, asked)
    raise NotAllowed("staff see the work list of their own department; supervisors name one")


def _overseen(actor: Actor, department: str) -> str:
    from ..application.access import oversees

    if not oversees(actor, department.partition("-")[0]):
        raise NotAllowed(f"{department} is not in your division")
    return department


def _library(actor: Actor, asked: str | None) -> str | None:
    if actor.role is Role.AUDITOR:
        return asked
    return _department(actor, asked)


def _instant(day: date | None, later: int) -> str | None:
    """When the day `later` days after `day` begins by law, as the rows write it."""
    if day is None:
        return None
    return utc(datetime.combine(day + timedelta(days=later), time(), LEGAL_ZONE))
