"""What AWS starts, on emulated tables, topics and queues: from a submission to its certificate."""

import json
import os
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.watching.watch import watch
from chalicelib.bootstrap import functions
from chalicelib.cases.domain.state import certificate_of
from chalicelib.cases.projections import work_list
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.consumers import status
from chalicelib.platform.platform import Platform
from chalicelib.subjects import entries, function_of
from chalicelib.triggers import handlers
from chalicelib.triggers.instrumentation import HandlerFailed

from .. import cloud
from ..adapters.dynamodb.aws_log import records
from ..office import Office

MADE = (bootstrap.sequencer, bootstrap.cloud)
SCHEDULED = {
    "version": "0",
    "account": "",
    "region": "",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "",
    "id": "1",
    "resources": [],
}
WAKE_UP = {"Records": [{"messageId": "1", "body": "{}"}]}


def a_context(milliseconds: int = 60_000) -> Any:
    return SimpleNamespace(
        aws_request_id="request-1", get_remaining_time_in_millis=lambda: milliseconds
    )


# Those that serve consumers, some of them a group.
FUNCTIONS = tuple(dict.fromkeys(map(function_of, entries("CONSUMERS"))))


class Aws(Office):
    """`settle` does what the table's stream and the consumers' queues would start."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.printed = StringIO()
        telemetry = watch(self.printed)
        patch.setattr(bootstrap, "telemetry", lambda: telemetry)
        self.topic = _ear()
        super().__init__(self.opened)

    def opened(self, **options: Any) -> Platform:
        platform = bootstrap.aws(bootstrap.telemetry(), **options)
        self.patch.setattr(bootstrap, "platform", lambda: platform)
        return platform

    def call(self, function: str, event: Any, context: Any = None) -> Any:
        import app

        return vars(app)[function](event, context or a_context())

    def sequence(self) -> Any:
        return self.call("sequence", {"Records": records("events")})

    def settle(self) -> None:
        for _ in range(2):  # the certificates' consumer commits something itself
            assert self.sequence() == {"batchItemFailures": []}
            for name in FUNCTIONS:
                self.call(name, WAKE_UP)

    def work_off_the_rebuild(self) -> None:
        client, queue = cloud.client("sqs"), os.environ["BANJIAN_REBUILDS"]
        while found := client.receive_message(QueueUrl=queue).get("Messages"):
            for one in found:
                step = {"messageId": one["MessageId"], "body": one["Body"]}
                assert self.call("rebuild_step", {"Records": [step]}) == {"batchItemFailures": []}
                client.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])

    def lags(self) -> dict[str, int]:
        every = bootstrap.consumers(self.platform)
        found = status(every, self.platform.source, self.platform.views)
        return {one.name: one.lag for one in found}

    def heard(self) -> list[int]:
        """The positions that everyone was woken for, since it was asked last."""
        client = cloud.client("sqs")
        found = client.receive_message(QueueUrl=self.topic, MaxNumberOfMessages=10)
        messages = found.get("Messages", [])
        for one in messages:
            client.delete_message(QueueUrl=self.topic, ReceiptHandle=one["ReceiptHandle"])
        said = [json.loads(json.loads(one["Body"])["Message"]) for one in messages]
        return sorted(one["position"] for one in said)


def _ear() -> str:
    """A queue that hears what is said on the topic."""
    url: str = cloud.client("sqs").create_queue(QueueName="ear")["QueueUrl"]
    (topic,) = cloud.client("sns").list_topics()["Topics"]
    asked = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    cloud.client("sns").subscribe(TopicArn=topic["TopicArn"], Protocol="sqs", Endpoint=arn)
    return url


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with cloud.stack(monkeypatch, b"s" * 32):
        for one in MADE:
            one.cache_clear()
        yield Aws(monkeypatch)
    for one in MADE:
        one.cache_clear()


def test_a_case_comes_from_its_submission_to_its_certificate(aws: Aws):
    case_id = aws.granted()
    aws.settle()
    assert certificate_of(aws.state(case_id)) is not None
    # Without a key nothing is signed: its consumer waits where it is, and parks nothing.
    assert {name for name, lag in aws.lags().items() if lag} == {"certificate_files"}
    listed = aws.platform.views.page("applicant_cases", "applicant", "account:citizen").rows
    assert [row["case_id"] for row in listed] == [case_id]
    assert check(aws.platform.log).clean


def test_whatever_is_delivered_again_happens_once(aws: Aws):
    case_id = aws.granted()
    aws.settle()
    log, state = aws.platform.log.read(0, 1000), aws.state(case_id)
    aws.settle()
    assert aws.platform.log.read(0, 1000) == log
    assert aws.state(case_id) == state


def test_what_is_put_into_the_log_wakes_everyone(aws: Aws):
    aws.submitted()
    aws.sequence()
    assert aws.heard() == [aws.platform.log.head()]


def test_a_consumer_that_runs_out_of_time_leaves_the_rest_to_another_message(aws: Aws):
    aws.submitted()
    aws.sequence()
    aws.heard()
    aws.call("work_list", WAKE_UP, a_context(milliseconds=9_000))
    assert aws.lags()["work_list"] == aws.platform.log.head()
    assert aws.heard() == [aws.platform.log.head()]
    aws.call("work_list", WAKE_UP)
    assert aws.lags()["work_list"] == 0


def test_the_schedule_wakes_everyone_and_says_how_far_behind_each_is(aws: Aws):
    aws.submitted()
    aws.sequence()
    aws.heard()
    aws.call("work_list", WAKE_UP)
    aws.call("heal", SCHEDULED)
    head = aws.platform.log.head()
    assert aws.heard() == [head]
    lines = [json.loads(line) for line in aws.printed.getvalue().splitlines()]
    lags = {line["Consumer"]: line["Lag"] for line in lines if "Lag" in line}
    assert (lags["work_list"], lags["case_numbers"]) == (0, head)
    assert [line["SequencerParked"] for line in lines if "SequencerParked" in line] == [0]
    assert [line["Unmerged"] for line in lines if "Unmerged" in line] == [0]


def test_the_schedule_has_the_view_of_another_release_rebuilt(aws: Aws, monkeypatch):
    case_id = aws.submitted()
    aws.settle()
    newer = work_list.projection(aws.platform.calendar())._replace(signature="newer")
    monkeypatch.setattr(work_list, "projection", lambda _calendar: newer)
    aws.call("work_list", WAKE_UP)  # it waits, and does nothing
    aws.call("heal", SCHEDULED)
    aws.work_off_the_rebuild()
    live = aws.platform.views.live("work_list")
    assert live is not None
    assert live.signature == "newer"
    row = aws.platform.views.get("work_list", case_id)
    assert row is not None


def test_a_case_that_nobody_answered_is_accepted_by_the_schedule(aws: Aws):
    case_id = aws.submitted()
    aws.settle()
    aws.day = "2026-03-10"
    aws.call("timers", SCHEDULED)
    assert type(aws.state(case_id)).__name__ == "Accepted"


def test_the_sweep_may_run_at_any_time(aws: Aws):
    aws.call("sweep", SCHEDULED)
    case_id = aws.granted()
    aws.settle()
    aws.call("sweep", SCHEDULED)
    assert check(aws.platform.log).clean
    assert certificate_of(aws.state(case_id)) is not None


def test_of_steps_that_fail_only_these_come_again(aws: Aws):
    steps = [{"messageId": "good", "body": "{}"}, {"messageId": "bad", "body": "no JSON"}]
    taken: list[Any] = []
    aws.patch.setattr(functions, "step", taken.append)
    bootstrap.cloud.cache_clear()
    answer = aws.call("rebuild_step", {"Records": steps})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert taken == [{}]


def test_on_standby_only_the_log_goes_on(aws: Aws, monkeypatch):
    aws.submitted()
    monkeypatch.setenv("BANJIAN_STANDBY", "on")
    assert aws.sequence() == {"batchItemFailures": []}
    head = aws.platform.log.head()
    assert head > 0
    for name in FUNCTIONS:
        aws.call(name, WAKE_UP)
    for name in ("heal", "timers", "sweep"):
        aws.call(name, SCHEDULED)
    assert set(aws.lags().values()) == {head}
    assert aws.platform.log.head() == head


def test_an_outage_gives_up_no_message_and_is_counted(aws: Aws):
    """Without a key: each wake-up ends well, or the queue's dead letters would fill in a night."""
    aws.granted()
    aws.settle()
    lines = [json.loads(line) for line in aws.printed.getvalue().splitlines()]
    told = {line["Consumer"] for line in lines if "Outage" in line}
    assert told == {"certificate_files"}


def test_in_the_sweep_each_is_by_itself(aws: Aws, monkeypatch: pytest.MonkeyPatch):
    tried: list[str] = []

    def retry_all(consumer: Any, *_: Any) -> Iterator[Any]:
        tried.append(consumer.name)
        if consumer.name == "work_list":
            raise OSError("the disk")
        return iter(())

    monkeypatch.setattr(handlers, "retry_all", retry_all)
    with pytest.raises(HandlerFailed, match="OSError"):
        aws.call("sweep", SCHEDULED)
    assert tried == [one.name for one in bootstrap.consumers(aws.platform)]
    assert "deemed_acceptance" in tried
