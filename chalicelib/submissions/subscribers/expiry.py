"""过期清理: drafts that were left, and documents that neither a case nor a draft names."""

import logging
from collections.abc import Callable, Iterator

from ...documents.application import discarding
from ...eventlog.views.port import Cursor, Row
from ...platform.platform import Platform
from ..application import drafts

BATCH = 200

logger = logging.getLogger(__name__)


def expire_drafts(platform: Platform) -> int:
    """How many went."""
    days = platform.quotas.drafts.days
    return _expire(platform, drafts.VIEW, drafts.IDLE, days, drafts.expire)


def expire_documents(platform: Platform) -> int:
    """How many went."""
    days = platform.quotas.uploads.days
    return _expire(platform, discarding.VIEW, discarding.IDLE, days, _expire_document)


def _expire(
    platform: Platform,
    view: str,
    index: str,
    days: int | None,
    expire: Callable[[Platform, Row], bool],
) -> int:
    """What is due is read, and not what there is; one that fails is nobody else's matter."""
    done = 0
    for row in _due(platform, view, index, days):
        try:
            done += expire(platform, row)
        except Exception:
            logger.exception("a row of %s could not expire; it is tried again in an hour", view)
    return done


def _due(platform: Platform, view: str, index: str, days: int | None) -> Iterator[Row]:
    if days is None:
        return
    until, after = discarding.due(platform.now(), days), None
    while True:
        page = platform.views.page(view, index, index, upper=until, after=after, limit=BATCH)
        yield from page.rows
        after = page.cursor
        if after is None:
            return


def _expire_document(platform: Platform, row: Row) -> bool:
    """A draft keeps what it names for as long as it is kept itself."""
    named = _named(platform, row["owner"])
    return row["sha256"] not in named and discarding.expire(platform, row)


def _named(platform: Platform, account: str) -> frozenset[str]:
    found: set[str] = set()
    after: Cursor | None = None
    while True:
        owner = f"account:{account}"
        page = platform.views.page(drafts.VIEW, drafts.OWNER, owner, after=after, limit=BATCH)
        found.update(digest for row in page.rows for digest in row["documents"])
        after = page.cursor
        if after is None:
            return frozenset(found)
