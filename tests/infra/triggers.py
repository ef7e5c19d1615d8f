"""
What the triggers of the packaged stack can make their functions do, in samples for CloudWatch: read
from its rules, queues and mappings, and from nothing that the alarms were made from.
"""

import re
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from .cloudwatch import Sample
from .conftest import Packaged

Json = dict[str, Any]

DAY = 24 * 3600
UNITS = {"minute": 60, "hour": 3600, "day": DAY}
# Somebody, a monitor at least, asks the interface so often.
QUIET = 300


def of_metric(packaged: Packaged, alarm: Json) -> float:
    """Seconds between two samples of the alarm's metric, at the most, while its trigger is on."""
    names = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
    match alarm["Namespace"]:
        case "AWS/Lambda":
            return starts(packaged, names["FunctionName"]["Ref"])
        case "AWS/ApiGateway":
            return QUIET
        case "AWS/SQS":
            return 60  # each minute, as long as something is in the queue
        case "AWS/DynamoDB":
            return 1
        case "Banjian":
            return starts(packaged, "Heal")
        case other:
            raise ValueError(other)


def starts(packaged: Packaged, function: str) -> float:
    """Seconds between two starts of a function, at the most, though nothing happens."""
    if function == "APIHandler":
        return QUIET
    for rule in packaged.of_type("AWS::Events::Rule").values():
        if function in str(rule["Targets"]):
            return every(rule["ScheduleExpression"])
    (mapping,) = (
        one
        for one in packaged.of_type("AWS::Lambda::EventSourceMapping").values()
        if one["FunctionName"] == {"Ref": function}
    )
    if mapping["EventSourceArn"] == {"Fn::GetAtt": ["EventsTable", "StreamArn"]}:
        return starts(packaged, "Canary")
    queue = mapping["EventSourceArn"]["Fn::GetAtt"][0]
    if function + "Subscription" in packaged.of_type("AWS::SNS::Subscription"):
        return starts(packaged, "Heal")
    timeout: float = packaged.of_type("AWS::SQS::Queue")[queue]["VisibilityTimeout"]
    return timeout


def every(expression: str) -> float:
    """Seconds of a rate, or of a cron that is met once a day."""
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if rate:
        return int(rate[1]) * UNITS[rate[2]]
    assert re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", expression), expression
    return DAY


def spread(values: Iterable[float], seconds: float, rnd: Random) -> Iterator[Sample]:
    """One after another, so many seconds apart, each a little late, as EventBridge is."""
    phase = rnd.uniform(0, seconds)
    for n, value in enumerate(values):
        yield Sample(phase + n * seconds + rnd.uniform(0, min(5.0, seconds / 10)), value)
