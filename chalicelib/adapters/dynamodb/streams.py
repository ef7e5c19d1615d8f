"""The names of all streams of the events' table, to read each of them again (see `resequence`)."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...eventlog.sequencing.recovery import Names
from ..aws.clients import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def all_streams(
    client: "DynamoDBClient", table: str, *, part: int = 0, parts: int = 1
) -> Iterator[str]:
    """
    Each once, in no order; `part` (from 0) of `parts`, which may be read side by side. It reads the
    whole table, half a read unit for each 4 KB. Raises Unavailable.
    """
    scan: Any = {
        "TableName": table,
        "ProjectionExpression": "#stream",
        "ExpressionAttributeNames": {"#stream": "stream"},
        "Segment": part,
        "TotalSegments": parts,
    }
    last = None
    while True:
        with translated(f"table {table} cannot be read; try again"):
            page = client.scan(**scan)
        for item in page["Items"]:
            # The items of one stream lie together.
            if item["stream"]["S"] != last:
                last = item["stream"]["S"]
                yield last
        if "LastEvaluatedKey" not in page:
            return
        scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def some_streams(client: "DynamoDBClient", table: str, at: str) -> Names:
    """
    Those of one page of a scan, which begins `at` what the page before named as next, "" for the
    first. Raises Unavailable.
    """
    start: Any = {"ExclusiveStartKey": json.loads(at)} if at else {}
    with translated(f"table {table} cannot be read; try again"):
        page = client.scan(
            TableName=table,
            ProjectionExpression="#stream",
            ExpressionAttributeNames={"#stream": "stream"},
            **start,
        )
    following = page.get("LastEvaluatedKey")
    names = dict.fromkeys(item["stream"]["S"] for item in page["Items"])
    return Names(list(names), json.dumps(following) if following else "")
