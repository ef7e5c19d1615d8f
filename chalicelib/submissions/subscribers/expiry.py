"""过期清理: drafts that were left, and documents that neither a case nor a draft names."""

from functools import partial
from typing import Final

from ...cases.application import cases
from ...documents.application import discarding, documents
from ...documents.projections import own_documents
from ...eventlog.timers import Fact, Timer, run
from ...eventlog.views.port import Cursor, Row
from ...platform.platform import Platform
from ..application import drafts
from ..projections import drafts as drafts_view

BATCH: Final = 200
# What is left for days need not be looked at every few minutes.
EVERY: Final = 60


def drafts_timer(platform: Platform) -> Timer:
    days = platform.quotas.drafts.days
    return Timer(
        "expire_drafts",
        drafts_view.PROJECTION,
        drafts.DUE,
        lambda now: None if days is None else discarding.due(now, days),
        partial(drafts.expire, platform),
        lambda row: Fact(cases.stream(row["case_id"]), row["version"]),
        platform.now,
        EVERY,
    )


def documents_timer(platform: Platform) -> Timer:
    days = platform.quotas.uploads.days
    return Timer(
        "expire_documents",
        own_documents.PROJECTION,
        discarding.DUE,
        lambda now: None if days is None else discarding.due(now, days),
        partial(_expire_document, platform),
        lambda row: Fact(documents.stream(row["id"]), row["version"]),
        platform.now,
        EVERY,
    )


def expire_drafts(platform: Platform) -> int:
    """How many went."""
    return run(drafts_timer(platform), platform.source, platform.views).done


def expire_documents(platform: Platform) -> int:
    """How many went."""
    return run(documents_timer(platform), platform.source, platform.views).done


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
