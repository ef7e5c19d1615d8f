"""The log's table and a whole log on moto, as the tests have them."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from chalicelib.adapters.dynamodb.ledger import DynamoLedger
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.stream_records import arrivals
from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.adapters.s3.segments import S3Segments
from chalicelib.eventlog.sequencing.ports import Sequencer
from chalicelib.triggers.sequencer import on_records

from ... import cloud

LOG_TABLE = "banjian-log"


def log_table(client: Any = None) -> str:
    cloud.table(LOG_TABLE, on=client)
    return LOG_TABLE


def as_lambda_gets_it(record: dict[str, Any]) -> dict[str, Any]:
    """JSON, so bytes are in base64."""

    def text(value: Any) -> Any:
        if isinstance(value, bytes):
            return b64encode(value).decode()
        if isinstance(value, dict):
            return {name: text(one) for name, one in value.items()}
        return value

    return {name: text(record[name]) for name in ("eventName", "dynamodb")}


def records(events: str) -> list[dict[str, Any]]:
    """All that the table's stream has, in order."""
    client = cloud.client("dynamodbstreams")
    (table,) = client.list_streams(TableName=events)["Streams"]
    (shard,) = client.describe_stream(StreamArn=table["StreamArn"])["StreamDescription"]["Shards"]
    iterator = client.get_shard_iterator(
        StreamArn=table["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = []
    while iterator:
        page = client.get_records(ShardIterator=iterator)
        found += [as_lambda_gets_it(record) for record in page["Records"]]
        iterator = page.get("NextShardIterator") if page["Records"] else None
    return found


def sequenced(client: Any, events: str) -> tuple[SegmentLog, Callable[[], None]]:
    """The log of an events' table, and what takes everything to it that the table's stream has."""
    ledger = DynamoLedger(client, log_table(client))
    segments = S3Segments(cloud.client("s3"), cloud.bucket())
    sequencer = Sequencer(ledger, segments, DynamoStore(client, events))

    def settle() -> None:
        event = {"Records": records(events)}
        assert on_records(sequencer, arrivals, event) == {"batchItemFailures": []}

    return SegmentLog(ledger, segments), settle
