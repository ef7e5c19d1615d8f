"""
Lists and histories, page by page, by cursor. A cursor is sealed for the list that it pages, and
good for no other. A page is bounded in bytes, whatever its rows are: Lambda replies with 6,291,556
at most, and a client on a telephone has to hold it.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from hmac import compare_digest
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from pydantic_core import to_json

from ..eventlog.views.listing import Fetch, visible
from ..eventlog.views.port import Cursor, Page, Row
from ..platform.platform import Platform
from .errors import BadRequest
from .request import ApiRequest

T = TypeVar("T")
# Of a page, less its last row, in JSON.
MOST_BYTES: Final = 1_000_000
# Of a history, also for clients that know of no pages.
MOST_AT_ONCE: Final = 1000


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
    fitting = fits(items)
    if fitting < len(items):
        # A row that is not told comes with the one before it: it is not asked for twice.
        shown = [row for row in found.rows if listing.told(row) is not None]
        upto = found.rows.index(shown[fitting - 1]) + 1
        found = _read(listing, _after(request, listing.sealed), upto)
    following = found.cursor and sealed(request.platform, listing.sealed, found.cursor)
    return {"items": items[:fitting], "next": following}


def fits(items: Sequence[Row]) -> int:
    """How many of them, from the first on, are a page: at least one, however large it is."""
    size = 0
    for count, one in enumerate(items):
        size += len(to_json(one))
        if size > MOST_BYTES and count:
            return count
    return len(items)


def part(
    request: ApiRequest, name: str, items: Iterable[T], told: Callable[[T], Row]
) -> tuple[list[Row], str | None]:
    """
    The page of something that is held as a whole, such as a history, each as it is `told`, and the
    cursor of the next. What is beyond the page is neither told nor looked at. Raises BadRequest.
    """
    after = _after(request, name)
    start = int(after.sort) if after is not None else 0
    limit = request.number("limit", MOST_AT_ONCE, 1, MOST_AT_ONCE)
    found: list[Row] = []
    size = 0
    for one in islice(items, start, None):
        row = told(one)
        size += len(to_json(row))
        if found and (len(found) == limit or size > MOST_BYTES):
            return found, sealed(request.platform, name, Cursor(str(start + len(found)), ""))
        found.append(row)
    return found, None


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
