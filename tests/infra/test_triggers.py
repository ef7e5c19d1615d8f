"""Queues, the stream and the schedules: nothing is lost without somebody being told."""

import json

import pytest
from typer.testing import CliRunner

from chalicelib.adapters import clamd
from chalicelib.cli.sequencer import commands
from chalicelib.documents.subscribers import document_scans
from infra import alarms, queues
from infra.functions import CONSUMERS, FUNCTIONS, timeout
from infra.metrics import NAMESPACE

QUEUED = [one for one in FUNCTIONS if one.queue]


def mapping(packaged, function):
    return next(
        one
        for one in packaged.of_type("AWS::Lambda::EventSourceMapping").values()
        if one["FunctionName"] == {"Ref": function}
    )


@pytest.mark.parametrize("function", QUEUED, ids=lambda one: one.name)
def test_a_queue_has_dead_letters_that_take_only_its_own(packaged, function):
    every = packaged.of_type("AWS::SQS::Queue")
    queue, dead = every[f"{function.logical}Queue"], every[f"{function.logical}DeadLetters"]
    redrive = queue["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {
        "Fn::GetAtt": [f"{function.logical}DeadLetters", "Arn"]
    }
    assert redrive["maxReceiveCount"] >= 5
    (source,) = dead["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source["Fn::Sub"].endswith(":" + queue["QueueName"]["Fn::Sub"])
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"] or function.name == (
        "rebuild_step"
    )


@pytest.mark.parametrize("function", QUEUED, ids=lambda one: one.name)
def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_take(packaged, function):
    queue = packaged.of_type("AWS::SQS::Queue")[f"{function.logical}Queue"]
    limit = packaged.functions()[function.name]["Timeout"]
    assert limit == timeout("prod", function.name)
    assert queue["VisibilityTimeout"] == 6 * limit


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_a_clamd_that_never_answers_is_given_up_before_the_function_s_time_is(stage):
    """Else the document would never be parked, and every later one would wait behind it."""
    asked = 2  # for the verdict and for the version
    longest = document_scans.ATTEMPTS * (asked * clamd.REPLY_SECONDS + document_scans.PAUSE)
    assert longest < timeout(stage, "document_scans")


@pytest.mark.parametrize("function", QUEUED, ids=lambda one: one.name)
def test_a_queue_s_trigger_takes_partial_answers_and_is_limited(packaged, function):
    trigger = mapping(packaged, function.logical)
    assert trigger["EventSourceArn"] == {"Fn::GetAtt": [f"{function.logical}Queue", "Arn"]}
    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert trigger["ScalingConfig"]["MaximumConcurrency"] >= 2


@pytest.mark.parametrize("function", CONSUMERS, ids=lambda one: one.name)
def test_the_topic_wakes_every_consumer_and_only_it_may(packaged, function):
    queue = f"{function.logical}Queue"
    subscription = packaged.of_type("AWS::SNS::Subscription")[f"{function.logical}Subscription"]
    assert subscription["Endpoint"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert subscription["TopicArn"] == {"Ref": "CommittedTopic"}
    policy = packaged.of_type("AWS::SQS::QueuePolicy")[f"{queue}Policy"]
    (allowed,) = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"] == {"Ref": "CommittedTopic"}


def test_the_stream_s_trigger_gives_up_in_time_and_says_on_what(packaged):
    trigger = mapping(packaged, "Sequence")
    assert trigger["EventSourceArn"] == {"Fn::GetAtt": ["EventsTable", "StreamArn"]}
    assert trigger["StartingPosition"] == "TRIM_HORIZON"
    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert trigger["BisectBatchOnFunctionError"] is True
    assert 0 < trigger["MaximumRetryAttempts"] <= 10_000
    assert 60 <= trigger["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert trigger["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": ["UnsequencedQueue", "Arn"]
    }


def test_no_change_of_an_event_is_kept_from_the_sequencer(packaged):
    # It parks what was altered or removed, and raises an alarm: a filter would hide it.
    assert "FilterCriteria" not in mapping(packaged, "Sequence")


def test_the_schedules_run_as_often_as_the_infrastructure_believes(packaged):
    rules = packaged.of_type("AWS::Events::Rule").values()
    assert sorted(one["ScheduleExpression"] for one in rules) == [
        "cron(30 18 * * ? *)",
        "rate(1 hour)",
        "rate(1 minute)",
        "rate(10 minutes)",
        "rate(10 minutes)",
        "rate(5 minutes)",
    ]


@pytest.mark.parametrize("queue", queues.dead_letters())
def test_a_dead_letter_raises_an_alarm(packaged, queue):
    alarm = packaged.of_type("AWS::CloudWatch::Alarm")[f"{queue}Alarm"]
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}
    ]
    assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (0, 1)


def test_who_is_woken_by_lost_commits_is_told_how_to_bring_them_into_the_log(packaged):
    alarm = packaged.of_type("AWS::CloudWatch::Alarm")["UnsequencedQueueAlarm"]
    assert "banjian sequencer resequence --all" in alarm["AlarmDescription"]
    help_of = CliRunner(env={"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "100"})
    assert "--all" in help_of.invoke(commands, ["resequence", "--help"]).output


def test_every_queue_has_an_alarm(packaged):
    watched = json.dumps(packaged.of_type("AWS::CloudWatch::Alarm"))
    for queue in packaged.of_type("AWS::SQS::Queue"):
        assert f'["{queue}", "QueueName"]' in watched


@pytest.mark.parametrize(
    "name",
    [
        "IteratorAge",
        "SequencerParked",
        "HealStopped",
        "ServerErrors",
        "EventsTableWriteThrottles",
        "WorkListLag",
        "WorkListParked",
        "WorkListWaiting",
        "SequenceErrors",
        "APIHandlerThrottles",
    ],
)
def test_the_operator_is_woken_for_it(packaged, name):
    assert f"{name}Alarm" in packaged.of_type("AWS::CloudWatch::Alarm")


def test_every_alarm_tells_somebody_and_says_what_it_means(packaged):
    for alarm in packaged.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["AlarmDescription"].endswith(".")


def test_the_dashboard_s_body_is_json_once_its_values_are_in(packaged):
    (one,) = packaged.of_type("AWS::CloudWatch::Dashboard").values()
    body, values = one["DashboardBody"]["Fn::Sub"]
    for name in values:
        body = body.replace(f"${{{name}}}", "x")
    assert "${" not in body
    widgets = json.loads(body)["widgets"]
    places = {(one["x"], one["y"]) for one in widgets}
    assert len(places) == len(widgets) >= 12
    assert len(json.dumps(body)) < 100_000


def test_the_metrics_of_the_service_are_asked_for_by_the_names_it_writes():
    asked = {
        one.metric.name: set(one.metric.dimensions)
        for one in alarms.alarms("prod").values()
        if one.metric.namespace == NAMESPACE
    }
    assert asked == {
        "Behind": {"Stage", "Consumer"},
        "Parked": {"Stage", "Consumer"},
        **{one: {"Stage"} for one in ("SequencerParked", "Unmerged", "CanaryLog")},
        **{one: {"Stage"} for one in ("CanaryView", "Differences", "ReconciledAge")},
    }


def test_the_interface_is_throttled_logged_and_takes_no_old_tls(packaged):
    (stage,) = packaged.of_type("AWS::ApiGateway::Stage").values()
    (settings,) = stage["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["DataTraceEnabled"] is False
    assert stage["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    (api,) = packaged.of_type("AWS::ApiGateway::RestApi").values()
    _, _, policy = api["SecurityPolicy"]["Fn::If"]
    assert policy.startswith("SecurityPolicy_TLS13_1_2_")
    (domain,) = packaged.of_type("AWS::ApiGateway::DomainName").values()
    assert domain["SecurityPolicy"] == "TLS_1_2"


def test_an_access_log_line_is_json_and_names_nobody(packaged):
    (stage,) = packaged.of_type("AWS::ApiGateway::Stage").values()
    said = stage["AccessLogSetting"]["Format"]
    line = json.loads(said)
    assert "$context.requestId" in line.values()
    for personal in (
        "sourceIp",
        "$context.path",
        "userAgent",
        "authorizer",
        "claims",
        "querystring",
    ):
        assert personal not in said


def test_every_function_is_found_in_app_py_by_the_name_it_is_deployed_with(packaged):
    import app

    handlers = {one["Handler"] for one in packaged.functions().values()}
    assert len(handlers) == len(packaged.functions())
    for module, _, name in (one.partition(".") for one in handlers):
        assert module == "app"
        assert callable(getattr(app, name))
