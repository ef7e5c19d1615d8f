"""A queue and its dead letters for each function that is woken or given work."""

from typing import Any, Final

from . import pace
from .functions import FUNCTIONS, Function

Json = dict[str, Any]

HOURS: Final = 3600
DAYS: Final = 24 * HOURS
# A wake-up that is older than that says nothing that the next one does not say; but it must not be
# gone before it was tried often enough to become a dead letter.
KEPT: Final = {"woken": 1 * HOURS, "worked": 14 * DAYS}
TRIES: Final = 5
UNSEQUENCED: Final = "UnsequencedQueue"


def resources(stage: str) -> Json:
    made: Json = {
        # Which records the sequencer's trigger gave up on.
        UNSEQUENCED: _dead_letters("unsequenced", {"redrivePermission": "denyAll"}),
        f"{UNSEQUENCED}Policy": _policy(UNSEQUENCED),
    }
    for function in FUNCTIONS:
        if function.queue:
            made |= _queues(function, pace.invisible(function, stage))
    return made


def dead_letters() -> list[str]:
    """The logical names of the queues in which nothing should ever be."""
    return [UNSEQUENCED, *(f"{one.logical}DeadLetters" for one in FUNCTIONS if one.queue)]


def _queues(function: Function, invisible: int) -> Json:
    queue, dead = f"{function.logical}Queue", f"{function.logical}DeadLetters"
    only_from = {"redrivePermission": "byQueue", "sourceQueueArns": [_arn(function.name)]}
    made = {
        queue: _queue(
            _named(function.name),
            VisibilityTimeout=invisible,
            MessageRetentionPeriod=max(KEPT[function.queue], (TRIES + 1) * invisible),
            RedrivePolicy={
                "deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]},
                "maxReceiveCount": TRIES,
            },
        ),
        f"{queue}Policy": _policy(queue, from_topic=function.queue == "woken"),
        dead: _dead_letters(f"{function.name}-dead", only_from),
        f"{dead}Policy": _policy(dead),
    }
    if function.queue == "woken":
        made[f"{function.logical}Subscription"] = _subscription(queue)
    return made


def _queue(name: Json, **properties: Any) -> Json:
    # SQS's own key: a wake-up says nothing, and SNS would need a key of ours opened to it.
    made = {"QueueName": name, "SqsManagedSseEnabled": True, **properties}
    return {"Type": "AWS::SQS::Queue", "Properties": made}


def _dead_letters(name: str, redrive: Json) -> Json:
    return _queue(_named(name), MessageRetentionPeriod=14 * DAYS, RedriveAllowPolicy=redrive)


def _named(name: str) -> Json:
    return {"Fn::Sub": f"${{AWS::StackName}}-{name}"}


def _arn(name: str) -> Json:
    # By name: each of the two queues names the other, and a template cannot refer in a circle.
    here = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}"
    return {"Fn::Sub": f"{here}:${{AWS::StackName}}-{name}"}


def _policy(queue: str, *, from_topic: bool = False) -> Json:
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    statements = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if from_topic:
        statements.append(
            {
                "Sid": "WakeUps",
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "CommittedTopic"}}},
            }
        )
    document = {"Version": "2012-10-17", "Statement": statements}
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": queue}], "PolicyDocument": document},
    }


def _subscription(queue: str) -> Json:
    return {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": {"Ref": "CommittedTopic"},
            "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": [queue, "Arn"]},
            "RawMessageDelivery": True,
        },
    }
