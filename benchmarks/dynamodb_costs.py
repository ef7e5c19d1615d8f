"""
Dollars for a million cases of 8 events, each command one event, in three designs of the store.

Prices are AWS's published on-demand prices for us-east-1 as they were known in November 2025, past
the free tier: check them before you rely on them (https://aws.amazon.com/dynamodb/pricing/,
/lambda/, /s3/, /sqs/, /sns/, /api-gateway/). Prices of cn-north-1 are published in yuan elsewhere
and are not in here. Views, logs, transfer and tax are not in here either: they are the same in
all three designs, as are the parts that come after the store.
"""

from collections.abc import Mapping
from math import ceil
from typing import NamedTuple

CASES = 1_000_000
EVENTS = 8  # a case
EVENT_BYTES = 650  # an event's body with its envelope
KEY_BYTES = 150  # an item's key, command id, fingerprint, hash and names
INDEX_BYTES = 100  # DynamoDB bills these for each item's storage
GB = 1024**3
MONTHS = 12

PRICES: Mapping[str, float] = {
    "write unit": 0.625e-6,
    "read unit": 0.125e-6,
    "table GB-month": 0.25,
    "S3 put": 5e-6,
    "S3 GB-month": 0.023,
    "Lambda request": 0.2e-6,
    "Lambda GB-second": 16.6667e-6,
    "SQS request": 0.4e-6,
    "SNS publish": 0.5e-6,
    "REST request": 3.5e-6,
}

SEGMENT_COMMITS = 98  # a full batch: a transaction takes 100 items, two are the head and the index
COMPRESSED = 0.35  # of a segment's bytes that gzip leaves
QUEUES = 7  # consumers
QUEUE_REQUESTS = 3  # send, receive, delete
REQUESTS = 2  # HTTP requests for each command: itself, and looking at the result
REQUEST_GB_SECONDS = 0.05  # 50 ms with 1 GB
BATCH_GB_SECONDS = 0.5  # the sequencer, or one consumer, with one segment


class Design(NamedTuple):
    """
    For each event of a case, by its number from 1: write units, and read units of the load before
    it; and the bytes that one case keeps in the table.
    """

    name: str
    writes: tuple[int, ...]
    reads: tuple[int, ...]
    stored: int


def _design(
    name: str, *, writes: Mapping[int, int], reads: Mapping[int, int], items: int, stored: int
) -> Design:
    steps = range(1, EVENTS + 1)
    return Design(
        name,
        tuple(writes[step] for step in steps),
        tuple(reads[step] for step in steps),
        stored + items * INDEX_BYTES,
    )


def _units(size: int, unit: int) -> int:
    """An empty answer costs one as well."""
    return max(1, ceil(size / unit))


ITEM = KEY_BYTES + EVENT_BYTES
_STEPS = range(1, EVENTS + 1)
# What a stream's state takes where it is one item that grows: its key, and each event with its id.
TIP = {step: KEY_BYTES + step * (EVENT_BYTES + 50) for step in range(EVENTS + 1)}

DESIGNS = (
    _design(
        "commit_per_item",
        writes={step: _units(ITEM, 1024) for step in _STEPS},
        reads={step: _units((step - 1) * ITEM, 4096) for step in _STEPS},
        items=EVENTS,
        stored=EVENTS * ITEM,
    ),
    _design(
        "growing_tip",
        writes={step: _units(TIP[step], 1024) for step in _STEPS},
        reads={step: _units(TIP[step - 1], 4096) for step in _STEPS},
        items=1,
        stored=TIP[EVENTS],
    ),
    _design(
        "transaction_per_event",
        # In a transaction each write costs double: the event, and the stream's version beside it.
        writes={step: 2 * (_units(ITEM, 1024) + 1) for step in _STEPS},
        reads={step: _units((step - 1) * ITEM + KEY_BYTES, 4096) for step in _STEPS},
        items=EVENTS + 1,
        stored=EVENTS * ITEM + KEY_BYTES,
    ),
)


def dollars(design: Design, sequencing_units: float | None = None) -> dict[str, float]:
    """
    By part. `sequencing_units`: write units that the log adds to each commit, if they were
    measured; else two for each cursor, and four for each segment of SEGMENT_COMMITS.
    """
    commits = CASES * EVENTS
    segments = commits / SEGMENT_COMMITS
    added = sequencing_write_units() if sequencing_units is None else sequencing_units
    return {
        "writes": CASES * sum(design.writes) * PRICES["write unit"],
        "reads": CASES * sum(design.reads) * PRICES["read unit"],
        "table storage for a year": CASES * design.stored / GB * MONTHS * PRICES["table GB-month"],
        "sequencing": commits * added * PRICES["write unit"],
        "stream reads": 0.0,  # Lambda's are free
        "S3 puts": segments * PRICES["S3 put"],
        "S3 storage for a year": (
            commits * ITEM * COMPRESSED / GB * MONTHS * PRICES["S3 GB-month"]
        ),
        "Lambda": _lambda(commits, segments),
        "SQS": segments * QUEUES * QUEUE_REQUESTS * PRICES["SQS request"],
        "SNS": segments * PRICES["SNS publish"],
        "API Gateway": commits * REQUESTS * PRICES["REST request"],
    }


def sequencing_write_units() -> float:
    """For each commit of a full segment whose streams are all different, the dearest case."""
    return 2 + 4 / SEGMENT_COMMITS


def _lambda(commits: int, segments: float) -> float:
    requests, batches = commits * REQUESTS, segments * (1 + QUEUES)
    seconds = requests * REQUEST_GB_SECONDS + batches * BATCH_GB_SECONDS
    return (requests + batches) * PRICES["Lambda request"] + seconds * PRICES["Lambda GB-second"]
