"""GET /items?q=: the items that a query means, page by page."""

from typing import Any

from ...eventlog.views.port import Cursor, Page, Row
from ...web import paging
from ...web.paging import Listing
from ...web.request import ApiRequest
from ..application import items
from ..application.search import missed
from ..projections import catalogue
from ..projections.catalogue import Asked
from . import catalogue_index


def page(request: ApiRequest, query: str, asked: Asked) -> dict[str, Any]:
    """
    Only what can be applied for today is found. A query without a hit is counted
    (search/missed.py). Raises BadRequest.
    """
    # Once, and not for each page of rows that a list asks for; a cursor goes on from its place.
    found: list[Row] | None = None

    def fetch(after: Cursor | None, limit: int) -> Page:
        nonlocal found
        if found is None:
            found = _found(request, query, asked)
        since = 0 if after is None else int(after.sort)
        rows = found[since : since + limit]
        more = since + limit < len(found)
        last = Cursor(str(since + limit), rows[-1]["code"]) if rows and more else None
        return Page(rows, last)

    sealed = f"found {query} {asked.state} {asked.department} {asked.division}"

    def seen(code: str) -> int:
        return items.get(request.platform, code).version

    return paging.page(request, Listing(catalogue.NAME, items.stream, seen, sealed, fetch))


def _found(request: ApiRequest, query: str, asked: Asked) -> list[Row]:
    hits = catalogue_index.search(request.platform, query)
    if not hits and not request.asks_only:
        missed.note(request.platform, query, request.address)
    cards = (catalogue.shown(one.card) for one in hits)
    return [card for card in cards if asked.fits(card)]
