"""
A case found otherwise than by its id: by its number by whoever may see it; at a counter by the id
number of who stands there. By name nobody finds one.
"""

import logging
from functools import reduce
from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field

from ...codes.numbers import as_number
from ...codes.parties import IdKind
from ...eventlog.codec import events
from ...eventlog.views.port import Row
from ...kernel.actor import Role
from ...kernel.base import Frozen, Personal, Text
from ...kernel.errors import NotAllowed, NotFound
from ...kernel.formats import IdNumber
from ...people.application import identity
from ...platform.platform import Platform
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import cases
from ..projections import applicant_cases, case_numbers, case_summary
from . import cards

MOST = 50  # cases of one person

log = logging.getLogger(__name__)


class PersonSought(Frozen):
    """Who stands at the counter, by the card that was shown, and what the cases are wanted for."""

    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[IdNumber, Personal()]
    purpose: Annotated[Text, Field(max_length=200)]


_SEARCH = OperationSpec(
    "searchCases", "lists", "FoundCases", body=PersonSought, limit="person-search"
)


def by_number(request: ApiRequest, text: str) -> dict[str, Any]:
    """The one case of that number as a page; empty where there is none, or none to be seen."""
    found = request.platform.views.get(case_numbers.NAME, as_number(text))
    shown = [] if found is None else _seen(request, str(found["case_id"]))
    return {"items": shown, "next": None}


@operation(_SEARCH)
def by_person(request: ApiRequest) -> Response:
    """
    What somebody at the counter has applied for: of it, the cases that the clerk may see, newest
    first. The purpose is recorded, the id number is not.
    """
    sought, actor = request.body(PersonSought), request.actor
    if actor.role is not Role.CLERK:
        raise NotAllowed(
            "counter-searches-by-id", "only a clerk at a counter finds cases by an id number"
        )
    holder = identity.of_id(request.platform, sought.id_kind, sought.id_number)
    log.info("cases of a person were looked for by a %s of %s", actor.role, actor.department)
    page = request.platform.views.page(
        case_numbers.NAME, case_numbers.HOLDER, holder, limit=MOST, descending=True
    )
    shown = [card for row in page.rows for card in _seen(request, str(row["case_id"]))]
    return reply({"items": shown})


def _seen(request: ApiRequest, case_id: str) -> list[Row]:
    try:
        view = cases.get(request.platform, request.actor, case_id)
    except (NotFound, NotAllowed):
        return []
    card = request.platform.views.get(applicant_cases.NAME, case_id)
    if card is not None and view.left:
        card = as_left(request.platform, view)
    return [] if card is None else [cards.told_to(request)(card)]


def as_left(platform: Platform, view: cases.CaseView) -> Row | None:
    """What the list said of the case when the department handed it over."""
    commits = platform.store.load(cases.stream(view.case_id)).commits
    known = (one for one in events(platform.codec, commits) if one.version <= view.version)
    nothing: Row | None = None
    return reduce(case_summary.evolve(platform.calendar()), known, nothing)
