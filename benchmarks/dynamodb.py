"""
What a command costs on DynamoDB, and a million cases on AWS.

Calls and write units are those of the real `transact`, store and sequencer against an emulator
(ministack, a process of its own), which counts capacity by DynamoDB's documented rules. The designs
that are compared with ours write the same events to it. Dollars follow from that and from published
prices: see dynamodb_costs.py.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from chalicelib.adapters.dynamodb.items import Item, size, to_item, write_units
from chalicelib.adapters.dynamodb.ledger import DynamoLedger
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.s3.segments import S3Segments
from chalicelib.eventlog.envelope import Circumstances
from chalicelib.eventlog.ports import CommandId
from chalicelib.eventlog.sequencing.plan import MAX_STREAMS, Arrival
from chalicelib.eventlog.sequencing.ports import LOG, Sequencer
from chalicelib.eventlog.sequencing.sequencer import sequence
from chalicelib.eventlog.transact import Request, transact
from chalicelib.kernel.actor import Channel

from .case_notes import CLERK, DECIDER, Opened
from .dynamodb_costs import (
    EVENTS,
    INDEX_BYTES,
    LAYOUTS,
    Design,
    Layout,
    costs,
    parts_table,
    plain_case,
    readme_table,
    sequencing_write_units,
)

TABLE = "banjian-benchmark-events"
LOG_TABLE = "banjian-benchmark-log"
BUCKET = "banjian-benchmark"
REGION = "us-east-1"
PATIENCE = 60.0
READ_UNIT = 4096
TEXT = "t" * 400  # an item of about 800 bytes: an event of the guided case with its envelope
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}


class Meter:
    """Counts a client's calls, and the write units that each answer says it took."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.write_units = 0.0

    def asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in WRITES:
            params["ReturnConsumedCapacity"] = "TOTAL"

    def sent(self, event_name: str, **_: Any) -> None:
        self.calls.append(event_name.rpartition(".")[2])

    def answered(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        # Of queries ministack reports 1 unit whatever they read, so only writes are measured.
        if model.name not in WRITES:
            return
        told = parsed.get("ConsumedCapacity")
        if not told:  # one that was refused is not free either
            raise ValueError(f"an answer to {model.name} does not say what it took: {parsed}")
        tables = told if isinstance(told, list) else [told]
        self.write_units += sum(float(table["CapacityUnits"]) for table in tables)


@contextmanager
def metered(client: Any) -> Iterator[Meter]:
    """Raises ValueError at a write of unknown units."""
    meter, events = Meter(), client.meta.events
    handlers = {
        "before-parameter-build.dynamodb": meter.asked,
        "before-send.dynamodb": meter.sent,
        "after-call.dynamodb": meter.answered,
    }
    for name, handler in handlers.items():
        events.register(name, handler)
    try:
        yield meter
    finally:
        for name, handler in handlers.items():
            events.unregister(name, handler)


def run() -> dict[str, float]:
    """Calls and units for each command and commit; units a case and dollars, by design."""
    with emulator() as client:
        create_table(client)
        figures = commands(client)
        figures["wcu_per_sequenced_commit"] = sequenced(client)
        designs = [measured(client, layout) for layout in LAYOUTS]
    added = figures["wcu_per_sequenced_commit"] - figures["wcu_per_commit"]
    print(parts_table(designs, added), readme_table(designs, added), sep="\n\n")
    for design in designs:
        found = costs(design, added)
        figures[f"wcu_per_case_{design.name}"] = found.write_units
        figures[f"usd_writes_{design.name}"] = round(found.writes, 2)
        figures[f"usd_writes_and_log_{design.name}"] = round(found.writes_and_log, 2)
        figures[f"usd_per_million_cases_{design.name}"] = round(found.total, 2)
    return figures


# Commands


def commands(client: Any, cases: int = 10) -> dict[str, float]:
    """`cases` of EVENTS commands of one event each, through `transact`."""
    store = DynamoStore(client, TABLE)
    streams = [f"case-{case:032d}" for case in range(cases)]
    with metered(client) as meter:
        for number, stream in enumerate(streams):
            for step in range(EVENTS):
                _command(store, stream, f"command-{number:012d}{step:012d}")
    sent = cases * EVENTS
    items = [to_item(commit) for stream in streams for commit in store.load(stream).commits]
    ruled = sum(map(write_units, items))
    # The emulator is not believed blindly: it and the documented rules must agree.
    assert meter.write_units == ruled, f"{meter.write_units} units reported, {ruled} by the rules"
    assert meter.calls.count("PutItem") == sent
    return {
        "calls_per_command": len(meter.calls) / sent,
        "wcu_per_commit": meter.write_units / sent,
        "item_bytes": round(sum(map(size, items)) / sent, 1),
    }


def _command(store: DynamoStore, stream: str, key: str) -> None:
    now = datetime.now(UTC)
    request = Request(
        CommandId(key, bytes(32)), Circumstances(now, CLERK, Channel.WINDOW), now, key
    )
    transact(store, DECIDER, stream, request, lambda _: [Opened(title=TEXT)])


# The log


def sequenced(client: Any, segments: int = 3) -> float:
    """
    Write units for each commit, those of the log included: `segments` full ones, with one commit of
    each of as many streams as go into a transaction.
    """
    store = DynamoStore(client, TABLE)
    sequencer = Sequencer(_ledger(client), _segments(client), store)
    with metered(client) as meter:
        for segment in range(segments):
            sequence(sequencer, _arrivals(store, segment))
    index = sequencer.ledger.index(LOG, 0, segments + 1)
    assert [one.commits for one in index] == [MAX_STREAMS] * segments
    commits = segments * MAX_STREAMS
    ruled = commits * (1 + sequencing_write_units())
    assert meter.write_units == round(ruled), f"{meter.write_units} units reported, {ruled} by rule"
    return meter.write_units / commits


def _arrivals(store: DynamoStore, segment: int) -> Iterator[Arrival]:
    """One commit more, of at most 1 KB, of each stream."""
    body = plain_case("case-1")[1].body
    for number in range(MAX_STREAMS):
        history = store.load(f"case-log-{number:028d}")
        command = CommandId(f"command-{number:012d}{segment:012d}", bytes(32))
        commit = store.append(history, command, 1, body)
        yield Arrival(f"{segment}-{number}", commit.stream, commit.version, commit)


def _ledger(client: Any) -> DynamoLedger:
    _create_table(client, LOG_TABLE, pk="S", sk="S")
    return DynamoLedger(client, LOG_TABLE)


def _segments(client: Any) -> S3Segments:
    s3 = _client("s3", client.meta.endpoint_url)
    s3.create_bucket(Bucket=BUCKET)
    return S3Segments(s3, BUCKET)


# Designs


def measured(client: Any, layout: Layout) -> Design:
    """One case's writes as the emulator reports them; reads and storage by the rules."""
    case = plain_case(f"case-{layout.name:->26.26}")
    writes, reads = [], []
    for step in range(1, len(case) + 1):
        reads.append(_read_units(layout.items(case[: step - 1])))
        with metered(client) as meter:
            layout.write(client, TABLE, case[:step])
        writes.append(int(meter.write_units))
    stored = sum(size(item) + INDEX_BYTES for item in layout.items(case))
    return Design(layout.name, tuple(writes), tuple(reads), stored)


def _read_units(items: Sequence[Item]) -> int:
    """Of one consistent query; an empty answer costs one as well."""
    return max(1, ceil(sum(map(size, items)) / READ_UNIT))


# The emulator


def create_table(client: Any) -> None:
    _create_table(client, TABLE, stream="S", version="N")


def _create_table(client: Any, name: str, **keys: str) -> None:
    partition, sort = keys
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": partition, "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@contextmanager
def emulator() -> Iterator[Any]:
    """A DynamoDB client of a ministack of its own; raises OSError if it does not come up."""
    with TemporaryDirectory() as name, _process(Path(name)) as url:
        yield _client("dynamodb", url)


def _client(service: str, url: str) -> Any:
    import botocore.session
    from botocore.config import Config

    session = botocore.session.Session()
    session.set_credentials("test", "test")
    config = Config(retries={"mode": "standard", "total_max_attempts": 5})
    return session.create_client(service, REGION, endpoint_url=url, config=config)


@contextmanager
def _process(directory: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {
        **kept,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        "S3_DATA_DIR": str(directory / "s3"),
        "STATE_DIR": str(directory / "state"),
        "TMPDIR": str(directory),
    }
    with (
        (directory / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=directory,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait(port, process, directory / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = monotonic() + PATIENCE
    while process.poll() is None and monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    raise OSError(f"ministack did not start:\n{log.read_text(errors='replace')[-3000:]}")
