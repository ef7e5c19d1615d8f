"""
What a command costs on DynamoDB, and a million cases on AWS.

Calls and write units are those of the real `transact` against an emulator (ministack, a process of
its own), which counts capacity by DynamoDB's documented rules. Dollars follow from them and from
published prices: see dynamodb_costs.py.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from chalicelib.adapters.dynamodb_items import size, to_item, write_units
from chalicelib.adapters.dynamodb_store import DynamoStore
from chalicelib.application.envelope import Circumstances
from chalicelib.application.ports import CommandId, History
from chalicelib.application.transact import Request, transact
from chalicelib.domain.actor import Channel

from .case_notes import CLERK, DECIDER, Opened
from .dynamodb_costs import DESIGNS, EVENTS, dollars

TABLE = "banjian-benchmark-events"
REGION = "us-east-1"
PATIENCE = 60.0
TEXT = "t" * 400  # an item of about 800 bytes: an event of the guided case with its envelope


class Meter:
    """Counts a client's calls, and the units that each answer says it took."""

    def __init__(self, client: Any) -> None:
        self.calls: list[str] = []
        self.write_units = 0.0
        client.meta.events.register("before-parameter-build.dynamodb", self._asked)
        client.meta.events.register("before-send.dynamodb", self._sent)
        client.meta.events.register("after-call.dynamodb", self._answered)

    def _asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutItem":
            params["ReturnConsumedCapacity"] = "TOTAL"

    def _sent(self, event_name: str, **_: Any) -> None:
        self.calls.append(event_name.rpartition(".")[2])

    def _answered(self, model: Any, parsed: dict[str, Any], **_: Any) -> None:
        # Of queries ministack reports 1 unit whatever they read, so only writes are measured.
        if model.name == "PutItem":
            self.write_units += float(parsed["ConsumedCapacity"]["CapacityUnits"])


def run() -> dict[str, float]:
    """Calls and units for each command and commit; dollars for each million cases, by design."""
    with emulator() as client:
        create_table(client)
        figures = commands(client)
    costs = {
        f"usd_per_million_cases_{design.name}": round(sum(dollars(design).values()), 1)
        for design in DESIGNS
    }
    _print_costs()
    return {**figures, **costs}


def commands(client: Any, cases: int = 10) -> dict[str, float]:
    """`cases` of EVENTS commands of one event each, through `transact`."""
    meter = Meter(client)
    store = DynamoStore(client, TABLE)
    for case in range(cases):
        for step in range(EVENTS):
            _command(store, f"case-{case:032d}", f"command-{case:012d}{step:012d}")
    sent = cases * EVENTS
    items = [to_item(one) for case in range(cases) for one in _loaded(store, case).commits]
    ruled = sum(map(write_units, items))
    # The emulator is not believed blindly: it and the documented rules must agree.
    assert meter.write_units == ruled, f"{meter.write_units} units reported, {ruled} by the rules"
    assert meter.calls.count("PutItem") == sent
    return {
        "calls_per_command": (len(meter.calls) - cases) / sent,  # each case was loaded once more
        "wcu_per_commit": meter.write_units / sent,
        "item_bytes": round(sum(map(size, items)) / sent, 1),
    }


def _loaded(store: DynamoStore, case: int) -> History:
    return store.load(f"case-{case:032d}")


def _command(store: DynamoStore, stream: str, key: str) -> None:
    now = datetime.now(UTC)
    request = Request(
        CommandId(key, bytes(32)), Circumstances(now, CLERK, Channel.WINDOW), now, key
    )
    transact(store, DECIDER, stream, request, lambda _: [Opened(title=TEXT)])


def create_table(client: Any) -> None:
    client.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "stream", "KeyType": "HASH"},
            {"AttributeName": "version", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "stream", "AttributeType": "S"},
            {"AttributeName": "version", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@contextmanager
def emulator() -> Iterator[Any]:
    """A DynamoDB client of a ministack of its own; raises OSError if it does not come up."""
    import botocore.session
    from botocore.config import Config

    with TemporaryDirectory() as name, _process(Path(name)) as url:
        session = botocore.session.Session()
        session.set_credentials("test", "test")
        config = Config(retries={"mode": "standard", "total_max_attempts": 5})
        yield session.create_client("dynamodb", REGION, endpoint_url=url, config=config)


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


def _print_costs() -> None:
    lines = [dollars(design) for design in DESIGNS]
    print(f"  {'dollars per million cases':<30}" + "".join(f"{d.name:>22}" for d in DESIGNS))
    for part in lines[0]:
        print(f"  {part:<30}" + "".join(f"{line[part]:>22,.2f}" for line in lines))
