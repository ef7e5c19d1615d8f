"""Records of the events' table, as a Lambda function gets them."""

import json

import pytest
from moto import mock_aws

from chalicelib.adapters.aws.sns_bell import SnsBell
from chalicelib.adapters.dynamodb.items import to_item
from chalicelib.adapters.dynamodb.stream_records import NOBODY, arrivals
from chalicelib.eventlog.ports import CommandId, Commit, History, Unavailable
from chalicelib.eventlog.sequencing.plan import Trouble

from ... import cloud
from .aws_log import as_lambda_gets_it


def commit(body=b"{}", length=1):
    return History("case-1").following(CommandId("submit", b"\x00\xff"), length, body)


def record(stored: Commit, name="INSERT"):
    item = to_item(stored)
    keys = {key: item[key] for key in ("stream", "version")}
    change = {"Keys": keys, "NewImage": item, "SequenceNumber": "4711"}
    return as_lambda_gets_it({"eventName": name, "dynamodb": change})


def arrived(record):
    # Through JSON, as it comes to Lambda.
    (arrival,) = arrivals({"Records": [json.loads(json.dumps(record))]})
    return arrival


@pytest.mark.parametrize("stored", [commit(), commit(b"\x00\xfe" * 9, 3), commit(b"{}" * 4000)])
def test_an_insert_is_a_commit(stored):
    assert arrived(record(stored)) == ("4711", "case-1", 1, stored)


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE", "UPSERT"])
def test_any_other_change_is_an_alarm(name):
    trouble = Trouble(1, "altered", f"its item got a {name} in the events' table")
    assert arrived(record(commit(), name)) == ("4711", "case-1", 1, trouble)


@pytest.mark.parametrize("missing", ["c", "f", "h", "b"])
def test_an_insert_of_something_else_is_an_alarm(missing):
    broken = record(commit())
    del broken["dynamodb"]["NewImage"][missing]
    arrival = arrived(broken)
    assert (arrival.stream, arrival.version, arrival.content.reason) == ("case-1", 1, "unreadable")


def test_a_record_without_an_image_is_an_alarm():
    broken = record(commit())
    del broken["dynamodb"]["NewImage"]
    assert arrived(broken).content.reason == "unreadable"


def test_bytes_that_are_not_in_base64_are_an_alarm():
    broken = record(commit())
    broken["dynamodb"]["NewImage"]["h"]["B"] = "%"
    assert arrived(broken).content.reason == "unreadable"


def test_an_image_of_another_item_is_an_alarm():
    broken = record(commit())
    broken["dynamodb"]["Keys"]["version"]["N"] = "7"
    arrival = arrived(broken)
    assert (arrival.version, arrival.content.reason) == (7, "unreadable")


@pytest.mark.parametrize("broken", [{}, {"dynamodb": {}}, {"dynamodb": {"Keys": {"stream": 1}}}])
def test_a_record_that_says_nothing_is_an_alarm_that_belongs_to_nobody(broken):
    arrival = arrived(broken)
    assert (arrival.record, arrival.stream, arrival.version) == ("", NOBODY, 0)
    assert isinstance(arrival.content, Trouble)


def test_the_bell_tells_every_queue():
    with mock_aws():
        sns, sqs = cloud.client("sns"), cloud.client("sqs")
        topic = sns.create_topic(Name="committed")["TopicArn"]
        queue = sqs.create_queue(QueueName="work_list")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
        SnsBell(sns, topic).ring(17)
        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(json.loads(message["Body"])["Message"]) == {"position": 17}


def test_a_topic_that_is_not_there_is_unavailable():
    with mock_aws(), pytest.raises(Unavailable, match="position 17"):
        SnsBell(cloud.client("sns"), "arn:aws-cn:sns:cn-north-1:123456789012:gone").ring(17)
