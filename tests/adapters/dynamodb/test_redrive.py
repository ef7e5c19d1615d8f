"""A log is made again from the events' table alone, on moto from end to end."""

from moto import mock_aws

from chalicelib.adapters.dynamodb.ledger import DynamoLedger
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.streams import all_streams
from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.adapters.s3.segments import S3Segments
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.sequencing.ports import Sequencer
from chalicelib.eventlog.sequencing.retries import heal, resequence

from ... import cloud
from ..commits import add
from .aws_log import log_table
from .edge import TABLE, create_table


def test_a_lost_log_is_made_again_from_the_table():
    with mock_aws():
        client = cloud.client("dynamodb")
        create_table(client)
        store = DynamoStore(client, TABLE)
        for n in range(12):
            add(store, f"case-{n % 4}", f"command-{n}", length=1 + n % 2)
        parts = [list(all_streams(client, TABLE, part=part, parts=2)) for part in range(2)]
        assert sorted(parts[0] + parts[1]) == [f"case-{n}" for n in range(4)]
        ledger = DynamoLedger(client, log_table())
        segments = S3Segments(cloud.client("s3"), cloud.bucket())
        for lanes in (1, 2):
            sequencer = Sequencer(ledger, segments, store, lanes=lanes)
            resequence(sequencer, all_streams(client, TABLE))
            add(store, "case-9", f"late-{lanes}")
        assert heal(sequencer) == (19, 0, 0)
        resequence(sequencer, all_streams(client, TABLE))
        report = check(SegmentLog(ledger, segments))
        assert (report.clean, report.commits, report.events) == (True, 14, 20)
