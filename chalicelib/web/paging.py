"""
Lists of views, page by page, by cursor. A cursor is sealed for the list that it pages, and good for
no other.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hmac import compare_digest
from typing import Any, NamedTuple

from ..eventlog.views.listing import Fetch, visible
from ..eventlog.views.port import Cursor, Page, Row
from ..platform.platform import Platform
from .errors import BadRequest
from .request import ApiRequest


def _as_it_is(row: Row) -> Row:
    return row


class Listing(NamedTuple):
    """
    What is listed of `view`: the rows that `fetch` reads and that are `shown` to the caller, each
    as it is `told`; None leaves one out. `stream` names the stream of what has an id there, and
    `seen` the version at which the caller sees it; it raises Rejected for who may not. `sealed`
    names the list in its cursors, which are good for no other: under another name those that were
    given out before are refused.
    """

    view: str
    stream: Callable[[str], str]
    seen: Callable[[str], int]
    sealed: str
    fetch: Fetch
    shown: Callable[[Row], bool] | None = None
    told: Callable[[Row], Row | None] = _as_it_is


def rows(
    request: ApiRequest, view: str, index: str, partition: str, *, descending: bool = False
) -> Fetch:
    """Those of one partition of an index."""
    views = request.platform.views

    def fetch(after: Cursor | None, limit: int) -> Page:
        return views.page(view, index, partition, after=after, limit=limit, descending=descending)

    return fetch


def page(request: ApiRequest, listing: Listing) -> dict[str, Any]:
    """
    The page that is asked for, as JSON, with the cursor of the next; null when there is none.
    Raises BadRequest, Behind.
    """
    request.may_wait(listing.seen)
    request.wait_for(listing.view, listing.stream)
    found = _read(listing, _after(request, listing.sealed), request.limit)
    items = [told for row in found.rows if (told := listing.told(row)) is not None]
    following = found.cursor and sealed(request.platform, listing.sealed, found.cursor)
    return {"items": items, "next": following}


def _after(request: ApiRequest, name: str) -> Cursor | None:
    text = request.query("cursor")
    return None if text is None else opened(request.platform, name, text)


def _read(listing: Listing, after: Cursor | None, limit: int) -> Page:
    if listing.shown is None:
        return listing.fetch(after, limit)
    return visible(listing.fetch, listing.shown, after, limit)


# Cursors


def sealed(platform: Platform, partition: str, cursor: Cursor) -> str:
    raw = json.dumps(list(cursor))
    content = urlsafe_b64encode(raw.encode()).decode().rstrip("=")
    return f"{_seal(platform, partition, raw)}.{content}"


def opened(platform: Platform, partition: str, text: str) -> Cursor:
    """Raises BadRequest for what `sealed` did not give out for this partition."""
    seal, _, content = text.partition(".")
    try:
        raw = urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()
    except ValueError:
        raise BadRequest("bad-parameter", parameter="cursor") from None
    if not compare_digest(seal.encode(), _seal(platform, partition, raw).encode()):
        raise BadRequest("bad-parameter", parameter="cursor")
    return Cursor(*json.loads(raw))


def _seal(platform: Platform, partition: str, raw: str) -> str:
    return platform.keyed("cursor", partition, raw).hex()[:16]
