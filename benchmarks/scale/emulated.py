"""How long the sequencer's calls take against an emulator: for the record, and nothing else."""

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

from chalicelib.adapters.dynamodb.ledger import DynamoLedger
from chalicelib.adapters.s3.segments import S3Segments
from chalicelib.eventlog.ports import Commit
from chalicelib.eventlog.sequencing.plan import MAX_STREAMS, Chunk, draft
from chalicelib.eventlog.sequencing.ports import LOG, Cursor

from ..dynamodb import REGION, emulator
from .simulation import like_others

CALLS = 10  # of each kind


def emulated_ms(case: Sequence[Commit]) -> dict[str, float]:
    """Median milliseconds of the sequencer's calls to ministack: an emulator's, not AWS's."""
    import botocore.session

    commits = like_others(case, MAX_STREAMS)
    with emulator() as client:
        session = botocore.session.Session()
        session.set_credentials("test", "test")
        s3: Any = session.create_client("s3", REGION, endpoint_url=client.meta.endpoint_url)
        s3.create_bucket(Bucket="log")
        _create(client)
        return _call_times(DynamoLedger(client, "log"), S3Segments(s3, "log"), commits)


def _create(client: Any) -> None:
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    client.create_table(
        TableName="log",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )


def _call_times(
    ledger: DynamoLedger, segments: S3Segments, commits: Sequence[Commit]
) -> dict[str, float]:
    taken: dict[str, list[float]] = {}

    def timed(call: str, work: Callable[[], Any]) -> Any:
        begin = perf_counter()
        done = work()
        taken.setdefault(f"emulator_{call}_ms", []).append(1000 * (perf_counter() - begin))
        return done

    names = [one.stream for one in commits]
    for attempt in range(CALLS):
        cursors = timed("cursors", lambda: ledger.cursors(names))
        head = timed("head", lambda: ledger.head(LOG))
        # The same commits again, as of streams that nobody knows: what counts is their number.
        fresh = [one._replace(stream=f"{one.stream}-{attempt}") for one in commits]
        known = {one.stream: cursors.get(one.stream, Cursor(one.stream)) for one in fresh}
        made = draft(Chunk(LOG, fresh), head, known, f"{attempt:032d}")
        timed("put", lambda made=made: segments.put(made.advance.segment.key, made.content))  # type: ignore[misc]  # mypy cannot infer a default
        assert timed("advance", lambda made=made: ledger.advance(made.advance))  # type: ignore[misc]  # as above
        timed("index", lambda: ledger.index(LOG, 0, 1))
    return {call: round(median(times), 1) for call, times in taken.items()}
