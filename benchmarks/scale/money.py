"""Dollars a year, by region: docs/scale.md has the table. Prices are AWS's; see paper.py."""

from collections.abc import Mapping

from ..dynamodb_costs import (
    COMPRESSED,
    GB,
    INDEX_BYTES,
    ITEM,
    MONTHS,
    PRICES,
    QUEUE_REQUESTS,
    QUEUES,
    REQUEST_GB_SECONDS,
    REQUESTS,
)
from .paper import (
    CASE,
    COMMANDS,
    CONSUMERS_AT_ONCE,
    DOCUMENT_BYTES,
    DOCUMENTS,
    REGIONS,
    YEAR,
    Region,
    commits_per_segment,
    log_units,
    read_units,
    rounded,
    table,
)

MORE_PRICES: Mapping[str, float] = {
    "backup GB-month": 0.20,  # point-in-time recovery
    "firewall request": 0.6e-6,
    "log GB": 0.50,
    "GB out": 0.09,
    "KMS signature": 15e-6,  # ECC
}
# Assumptions.
LOGGED, ANSWERED = 1_500, 2_000  # bytes for each request: in logs, and sent out
FILE_BYTES = 35_000  # of a certificate: 34,518 were measured
ENTRIES = 45  # rows of views and places on lists that a case leaves
CONSUMER_GB_SECONDS = 0.2  # for each wake-up
SEQUENCER_GB_SECONDS = 0.2  # for each segment


def dollars(region: Region) -> dict[str, float]:
    """For a year's cases, and for keeping them 12 months."""
    million = region.cases * PRICES["write unit"]
    commits = region.cases * CASE.commits
    segments = commits / commits_per_segment(region)
    requests = region.cases * COMMANDS * REQUESTS
    return {
        "events: writes": million * CASE.write_units,
        "log: writes": million * CASE.commits * log_units(region),
        "views: writes": million * CASE.view_units,
        "reads": region.cases * read_units() * PRICES["read unit"],
        "tables: a year's storage, with backup": region.cases
        * _table_bytes()
        / GB
        * MONTHS
        * (PRICES["table GB-month"] + MORE_PRICES["backup GB-month"]),
        "log: objects and a year's storage": segments * PRICES["S3 put"]
        + commits * ITEM * COMPRESSED / GB * MONTHS * PRICES["S3 GB-month"],
        "certificates: signatures and files": region.cases * _certificate_price(),
        "queues and topic": segments
        * (PRICES["SNS publish"] + QUEUES * QUEUE_REQUESTS * PRICES["SQS request"]),
        "Lambda": _lambda(requests, segments),
        "interface, firewall, logs, transfer": requests * _request_price(),
    }


def _table_bytes() -> float:
    """Of a case, with what each item is billed for beside its own bytes."""
    streams, cursor, entries = 3, 150, ENTRIES
    items = CASE.commits + streams + entries
    return CASE.item_bytes + streams * cursor + CASE.view_bytes + items * INDEX_BYTES


def _certificate_price() -> float:
    """The file and its manifest are signed."""
    kept = FILE_BYTES / GB * MONTHS * PRICES["S3 GB-month"]
    return 2 * MORE_PRICES["KMS signature"] + PRICES["S3 put"] + kept


def _lambda(requests: float, segments: float) -> float:
    consumers = min(segments * QUEUES * CONSUMER_GB_SECONDS, CONSUMERS_AT_ONCE * YEAR)
    seconds = requests * REQUEST_GB_SECONDS + segments * SEQUENCER_GB_SECONDS + consumers
    calls = requests + segments * (1 + QUEUES)
    return calls * PRICES["Lambda request"] + seconds * PRICES["Lambda GB-second"]


def _request_price() -> float:
    return (
        PRICES["REST request"]
        + MORE_PRICES["firewall request"]
        + LOGGED / GB * MORE_PRICES["log GB"]
        + ANSWERED / GB * MORE_PRICES["GB out"]
    )


def document_dollars(region: Region) -> float:
    stored = DOCUMENTS * DOCUMENT_BYTES / GB * MONTHS * PRICES["S3 GB-month"]
    return region.cases * (stored + DOCUMENTS * PRICES["S3 put"])


def money_table() -> str:
    parts = [dollars(region) for region in REGIONS]
    totals = [sum(part.values()) for part in parts]
    lines = [[name, *(rounded(part[name]) for part in parts)] for name in parts[0]]
    lines.append(["**together**", *(f"**{rounded(total)}**" for total in totals)])
    each = [total / one.cases for total, one in zip(totals, REGIONS, strict=True)]
    lines.append(["a case, in cents", *(f"{100 * one:.3f}" for one in each)])
    lines.append(["documents beside that", *(rounded(document_dollars(r)) for r in REGIONS)])
    return table(["dollars a year", *(one.name for one in REGIONS)], lines)
