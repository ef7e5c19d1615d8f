"""/items: what can be applied for, and who qualifies. Anybody may read it, and ask."""

import re
from typing import Annotated

from chalice.app import Response
from pydantic import Field

from ...eventlog.views.port import Row
from ...kernel.base import Code, Frozen
from ...kernel.errors import NotFound
from ...web import paging
from ...web.errors import BadRequest
from ...web.operation import PAGING, PARTS, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import operation, reply, tagged
from ..application import eligibility, items
from ..application import view as item_view
from ..application.diff import differences
from ..domain.questions import Answer
from ..projections import catalogue as item_catalogue
from . import found_items

_STATES = frozenset({"published", "suspended", "retired", "split", "merged"})
_DIVISION = re.compile(r"[0-9]{6}")
_NUMBER = {"type": "integer", "minimum": 1, "maximum": 999_999}
_ITEMS = OperationSpec(
    "listItems",
    "items",
    "ItemPage",
    query={
        **PAGING,
        "state": {
            "enum": sorted(_STATES),
            "default": "published",
            "description": "What has become of the items by today.",
        },
        "department": {"type": "string", "description": "Of one department; all, if not said."},
        "division": {
            "type": "string",
            "pattern": "^[0-9]{6}$",
            "description": "Of a division (GB/T 2260), of those above it and below it.",
        },
        "q": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "In people's own words, typing errors too: the likeliest come first.",
        },
    },
    public=True,
    limit="search",
)
_ITEM = OperationSpec("getItem", "items", "ItemReply", tagged=True, public=True)
_VERSIONS = OperationSpec(
    "listItemVersions", "items", "ItemVersions", query=PARTS, tagged=True, public=True
)
_VERSION = OperationSpec("getItemVersion", "items", "PublishedItem", public=True)
_CHANGES = OperationSpec(
    "compareItemVersions",
    "items",
    "ItemChanges",
    query={
        "from": {**_NUMBER, "description": "A version; the one before `to`, if not said."},
        "to": {**_NUMBER, "description": "A version; the last one, if not said."},
        **PARTS,
    },
    public=True,
)


class Answers(Frozen):
    """The answers so far, by the ids of the questions; none to begin with."""

    answers: Annotated[dict[Code, Answer], Field(default_factory=dict, max_length=100)]


_ELIGIBILITY = OperationSpec(
    "checkEligibility",
    "items",
    "EligibilityReply",
    body=Answers,
    public=True,
    problems=("item-closed",),
)


@operation(_ITEMS)
def listed(request: ApiRequest) -> Response:
    """The catalogue, by code: what is asked for of it, or with `q` what people mean."""
    asked, query = _asked(request), request.text("q", 200)
    if query is not None and query.strip():
        return reply(found_items.page(request, query, asked))
    partition = f"{asked.state} {asked.department}" if asked.department else asked.state
    rows = paging.rows(request, item_catalogue.NAME, "items", partition)

    def told(row: Row) -> Row | None:
        # A day may have come since the row was written: a page may have less than its limit.
        return item_catalogue.listed(row, asked, request.today)

    def seen(code: str) -> int:
        return items.get(request.platform, code).version

    listing = Listing(item_catalogue.NAME, items.stream, seen, partition, rows, told=told)
    return reply(paging.page(request, listing))


def _asked(request: ApiRequest) -> item_catalogue.Asked:
    division = request.query("division")
    if division is not None and not _DIVISION.fullmatch(division):
        raise BadRequest("bad-parameter", parameter="division")
    state = request.choice("state", _STATES) or item_catalogue.PUBLISHED
    return item_catalogue.Asked(state, request.query("department"), division)


@operation(_ITEM)
def current(request: ApiRequest, code: str) -> Response:
    """The item as it is today: what to fill in, which materials, how long it takes."""
    found = items.get(request.platform, code)
    described = item_view.described(found, request.today)
    return tagged(request, described, found.version, request.today.isoformat())


@operation(_ELIGIBILITY)
def eligible(request: ApiRequest, code: str) -> Response:
    """资格自测: do I qualify, for which variant, and with which materials?"""
    return reply(eligibility.ask(request.platform, code, request.body(Answers).answers))


@operation(_VERSIONS)
def versions(request: ApiRequest, code: str) -> Response:
    """Every version, the last one first, with the days on which it is in force."""
    found = items.get(request.platform, code)
    listed = item_view.versions(request.platform, found, request.today)
    found_some, more = paging.part(request, f"versions {code}", listed, dict)
    body = {"code": code, "versions": found_some, "next": more}
    return tagged(request, body, found.version, request.today.isoformat())


@operation(_VERSION)
def version(request: ApiRequest, code: str, version: str) -> Response:
    """A published version never changes: cases refer to it."""
    if not version.isascii() or not version.isdigit():
        raise NotFound("versions-from-one", "versions count from 1")
    definition = items.at_version(request.platform, code, int(version[:9]))
    return reply(definition.model_dump(mode="json", exclude_none=True))


@operation(_CHANGES)
def changes(request: ApiRequest, code: str) -> Response:
    """What changed from one version to another, field by field."""
    last = items.get(request.platform, code).state.version
    to = request.number("to", last, 1, 999_999)
    since = request.number("from", max(1, to - 1), 1, 999_999)
    before, after = (
        items.at_version(request.platform, code, one).model_dump(mode="json", exclude_none=True)
        for one in (since, to)
    )
    name = f"changes {code} {since} {to}"
    found, more = paging.part(request, name, differences(before, after), lambda one: one.plain)
    return reply({"code": code, "from": since, "to": to, "changes": found, "next": more})
