"""
Designs of the store: what each keeps and writes of a case, and dollars for a million cases of 8
events, each command one event.

Prices are AWS's on-demand prices for us-east-1, first tier, past the free tier, as they were known
in November 2025, of these pages: "Amazon DynamoDB pricing: on-demand capacity" (units, storage,
point-in-time recovery), "AWS Lambda pricing" (x86), "Amazon S3 pricing" (Standard), "Amazon SQS
pricing" (standard queues), "Amazon SNS pricing" (standard topics), "Amazon API Gateway pricing"
(REST). Second-hand listings of 2025 and 2026 have the same for units, Lambda, SQS, SNS and REST;
nobody has read AWS's pages again, so look prices up before you rely on them. cn-north-1 has other
ones, in yuan.

Not in here, and the same in all designs: views (most of the writes: docs/scale.md), firewall, logs,
keys, transfer and tax.
"""

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.adapters.dynamodb.items import Item, to_item
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.bootstrap.codec import CODEC
from chalicelib.eventlog.codec import encode
from chalicelib.eventlog.envelope import Circumstances
from chalicelib.eventlog.ports import GENESIS, CommandId, Commit, History
from chalicelib.eventlog.sequencing.plan import MAX_STREAMS
from chalicelib.kernel.actor import Actor, Channel

CASES = 1_000_000
EVENTS = 8  # a case
EVENT_BYTES = 650  # an event's body with its envelope
KEY_BYTES = 150  # an item's key, command id, fingerprint, hash and names
ITEM = KEY_BYTES + EVENT_BYTES
INDEX_BYTES = 100  # DynamoDB bills these for each item's storage
GB = 1024**3
MONTHS = 12

# A plain case of 8 events, of those published; the first is large, because its review is joint.
EXAMPLES = Path(__file__).parent.parent / "events" / "case"
CASE = (
    "CaseSubmitted",
    "CaseAccepted",
    "StepStarted",
    "StepFinished",
    "CaseGranted",
    "CertificateIssued",
    "ResultDelivered",
    "CaseArchived",
)

PRICES: Mapping[str, float] = {
    "write unit": 0.625e-6,  # halved on 1 November 2024
    "read unit": 0.125e-6,
    "table GB-month": 0.25,
    "recovery GB-month": 0.20,
    "S3 put": 5e-6,
    "S3 GB-month": 0.023,
    "Lambda request": 0.2e-6,
    "Lambda GB-second": 16.6667e-6,
    "SQS request": 0.4e-6,
    "SNS publish": 0.5e-6,
    "REST request": 3.5e-6,
}

SEGMENT_COMMITS = MAX_STREAMS  # in a full batch, where all streams are different
COMPRESSED = 0.35  # of a segment's bytes that gzip leaves
QUEUES = 17  # consumers
QUEUE_REQUESTS = 3  # send, receive, delete
REQUESTS = 2  # HTTP requests for each command: itself, and looking at the result
REQUEST_GB_SECONDS = 0.05  # 29 ms with the 1,769 MB that the function has
BATCH_GB_SECONDS = 0.5  # the sequencer, or one consumer, with one segment


class Design(NamedTuple):
    """
    For each event of a case, in order: write units, and read units of the load before it; and the
    bytes that DynamoDB bills one case's items for.
    """

    name: str
    writes: tuple[int, ...]
    reads: tuple[int, ...]
    stored: int


# As dynamodb.measured found them, of published examples; a test measures them again.
DESIGNS = (
    Design("commit_per_item", (2, 1, 1, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 2, 2), 6439),
    Design("growing_tip", (2, 3, 3, 4, 4, 5, 5, 5), (1, 1, 1, 1, 1, 1, 2, 2), 5165),
    Design("growing_tip_deflated", (2, 2, 3, 3, 3, 3, 3, 3), (1, 1, 1, 1, 1, 1, 1, 1), 2763),
    Design("transaction_per_event", (6, 4, 4, 4, 4, 4, 4, 4), (1, 1, 1, 1, 1, 2, 2, 2), 6620),
)


def dollars(design: Design, sequencing_units: float | None = None) -> dict[str, float]:
    """
    By part. `sequencing_units`: write units that the log adds to each commit, if they were
    measured; else two for each cursor, and four for each segment of SEGMENT_COMMITS.
    """
    commits = CASES * EVENTS
    segments = commits / SEGMENT_COMMITS
    added = sequencing_write_units() if sequencing_units is None else sequencing_units
    gb_month = PRICES["table GB-month"] + PRICES["recovery GB-month"]
    return {
        "writes": CASES * sum(design.writes) * PRICES["write unit"],
        "reads": CASES * sum(design.reads) * PRICES["read unit"],
        "table storage for a year": CASES * design.stored / GB * MONTHS * gb_month,
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


class Costs(NamedTuple):
    """Of a design: write units a case, and dollars for a million cases."""

    write_units: int
    writes: float
    writes_and_log: float
    total: float


def costs(design: Design, sequencing_units: float) -> Costs:
    parts = dollars(design, sequencing_units)
    writes = parts["writes"]
    return Costs(sum(design.writes), writes, writes + parts["sequencing"], sum(parts.values()))


def readme_table(designs: Sequence[Design], sequencing_units: float) -> str:
    """In Markdown, as the README has it."""
    lines = [
        "| design | write units a case | writes | writes and log | everything |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for design in designs:
        units, *money = costs(design, sequencing_units)
        name = design.name.replace("_", " ")
        lines.append(f"| {name} | {units} | " + " | ".join(f"${one:.2f}" for one in money) + " |")
    return "\n".join(lines)


def parts_table(designs: Sequence[Design], sequencing_units: float) -> str:
    """For people at a terminal."""
    columns = [dollars(design, sequencing_units) for design in designs]
    names = "".join(f"{design.name:>22}" for design in designs)
    lines = [f"  {'dollars per million cases':<30}{names}"]
    lines += [
        f"  {part:<30}" + "".join(f"{column[part]:>22,.2f}" for column in columns)
        for part in columns[0]
    ]
    return "\n".join(lines)


def plain_case(stream: str) -> tuple[Commit, ...]:
    """The published examples, each a commit of its own, as the real codec writes them."""
    history = History(stream)
    for name in CASE:
        command, body = _told(json.loads((EXAMPLES / f"{name}.v1.example.json").read_text("utf-8")))
        history = History(stream, (*history.commits, history.following(command, 1, body)))
    return history.commits


def _told(example: dict[str, Any]) -> tuple[CommandId, bytes]:
    circumstances = Circumstances(
        datetime.fromisoformat(example["occurred_at"]),
        Actor.model_validate(example["actor"]),
        Channel(example["channel"]),
        example["source"],
    )
    body = encode(
        [CODEC.types[example["type"]].model_validate(example["data"])],
        circumstances,
        recorded_at=datetime.fromisoformat(example["recorded_at"]),
        correlation_id=example["correlation_id"],
    )
    return CommandId(example["causation_id"], sha256(body).digest()), body


class Layout(NamedTuple):
    """
    How a design works: `items` are what it keeps of a case's commits, and `write` adds the last of
    them to a table. Each keeps what makes a command count once, and refuses a writer that is late.
    """

    name: str
    items: Callable[[Sequence[Commit]], list[Item]]
    write: Callable[[Any, str, Sequence[Commit]], object]


def _commits(commits: Sequence[Commit]) -> list[Item]:
    return list(map(to_item, commits))


def _commit_per_item(client: Any, table: str, commits: Sequence[Commit]) -> object:
    *before, last = commits
    history = History(last.stream, tuple(before))
    return DynamoStore(client, table).append(history, last.command, 1, last.body)


def _tip(commits: Sequence[Commit]) -> list[Item]:
    """One item with all bodies, each as our own items have it."""
    return _one_item(commits, b"".join(_known(one) + _stored(one) for one in commits))


def _tip_deflated(commits: Sequence[Commit]) -> list[Item]:
    whole = b"".join(_known(one) + one.body for one in commits)
    return _one_item(commits, zlib.compress(whole, wbits=-zlib.MAX_WBITS))


def _one_item(commits: Sequence[Commit], content: bytes) -> list[Item]:
    return [{**_state(commits[-1]), "e": {"B": content}}] if commits else []


def _known(commit: Commit) -> bytes:
    return commit.command.id.encode() + commit.command.fingerprint


def _stored(commit: Commit) -> bytes:
    item = to_item(commit)
    content: bytes = (item.get("z") or item["b"])["B"]
    return content


def _growing_tip(client: Any, table: str, commits: Sequence[Commit]) -> object:
    return client.put_item(**_put_behind(table, _tip(commits)[0], commits))


def _growing_tip_deflated(client: Any, table: str, commits: Sequence[Commit]) -> object:
    return client.put_item(**_put_behind(table, _tip_deflated(commits)[0], commits))


def _events(commits: Sequence[Commit]) -> list[Item]:
    """An item for each event, and one for the stream's version."""
    return [*map(to_item, commits), *map(_state, commits[-1:])]


def _state(last: Commit) -> Item:
    """Under a version that no event has."""
    return {
        "stream": {"S": last.stream},
        "version": {"N": "0"},
        "n": {"N": str(last.last_version)},
        "h": {"B": last.hash},
    }


def _transaction_per_event(client: Any, table: str, commits: Sequence[Commit]) -> object:
    event = {
        "TableName": table,
        "Item": to_item(commits[-1]),
        "ConditionExpression": "attribute_not_exists(h)",
    }
    version = _put_behind(table, _state(commits[-1]), commits)
    return client.transact_write_items(TransactItems=[{"Put": event}, {"Put": version}])


def _put_behind(table: str, item: Item, commits: Sequence[Commit]) -> dict[str, Any]:
    """On the condition that the item is as the commit before the last one has left it."""
    before = commits[-2].hash if len(commits) > 1 else GENESIS
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": "attribute_not_exists(h) OR h = :before",
        "ExpressionAttributeValues": {":before": {"B": before}},
    }


LAYOUTS = (
    Layout("commit_per_item", _commits, _commit_per_item),
    Layout("growing_tip", _tip, _growing_tip),
    Layout("growing_tip_deflated", _tip_deflated, _growing_tip_deflated),
    Layout("transaction_per_event", _events, _transaction_per_event),
)
