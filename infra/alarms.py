"""What the operator is woken for. Each description says what it means and where to look."""

from typing import Any, Final, NamedTuple

from .functions import FUNCTIONS, SEQUENCER, WATCHED, Function
from .queues import UNSEQUENCED, dead_letters

Json = dict[str, Any]

NAMESPACE: Final = "Banjian"
TABLES: Final = ("EventsTable", "LimitsTable", "LogTable", "SignInsTable", "ViewsTable")
TOPIC: Final = {"Ref": "AlarmTopic"}

# Limits, each with what it is a limit of.
ITERATOR_AGE_MS: Final = 60_000
BEHIND_EVENTS: Final = 10_000
WAITING_SECONDS: Final = 600
SLOW_MS: Final = 3_000


class Metric(NamedTuple):
    namespace: str
    name: str
    dimensions: Json


class Alarm(NamedTuple):
    """Raised when the metric is above `limit` for `minutes` on end."""

    metric: Metric
    means: str
    limit: float = 0
    minutes: int = 1
    statistic: str = "Sum"
    below: bool = False


def resources() -> Json:
    return {f"{name}Alarm": _alarm(alarm) for name, alarm in alarms().items()}


def alarms() -> dict[str, Alarm]:
    """By logical name, without the word Alarm at its end."""
    return {
        **_of_the_interface(),
        **_of_the_sequencer(),
        **_of_functions(),
        **_of_consumers(),
        **_of_queues(),
        **_of_tables(),
    }


def of_function(function: Function, name: str) -> Metric:
    return Metric("AWS/Lambda", name, {"FunctionName": {"Ref": function.logical}})


def of_queue(queue: str, name: str) -> Metric:
    return Metric("AWS/SQS", name, {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}})


def of_interface(name: str) -> Metric:
    # SAM names the API after its title in the OpenAPI document that chalice writes.
    return Metric("AWS/ApiGateway", name, {"ApiName": "banjian", "Stage": {"Ref": "RestAPI.Stage"}})


def own(name: str, **dimensions: str) -> Metric:
    return Metric(NAMESPACE, name, {"Stage": {"Ref": "Stage"}, **dimensions})


def _of_the_interface() -> dict[str, Alarm]:
    return {
        "ServerErrors": Alarm(
            of_interface("5XXError"),
            "The interface answered with errors of its own: see the log of api_handler.",
            limit=5,
        ),
        "Slow": Alarm(
            of_interface("Latency"),
            "One request in a hundred took longer than that: see api_handler and the tables.",
            limit=SLOW_MS,
            minutes=5,
            statistic="p99",
        ),
    }


def _of_the_sequencer() -> dict[str, Alarm]:
    return {
        "IteratorAge": Alarm(
            of_function(SEQUENCER, "IteratorAge"),
            "Commits wait for their place in the log; records are lost to the stream after 24 h.",
            limit=ITERATOR_AGE_MS,
            minutes=3,
            statistic="Maximum",
        ),
        "SequencerParked": Alarm(
            own("SequencerParked"),
            "Commits that cannot be put into the log were set aside: see the log of sequence.",
            statistic="Maximum",
        ),
        "HealStopped": Alarm(
            of_function(_named("heal"), "Invocations"),
            "The healing schedule does not run: lost wake-ups stay lost, and nobody measures lag.",
            limit=1,
            minutes=5,
            below=True,
        ),
    }


def _of_functions() -> dict[str, Alarm]:
    made = {}
    for one in FUNCTIONS:
        made[f"{one.logical}Errors"] = Alarm(
            of_function(one, "Errors"),
            f"{one.name} failed again and again: see its log.",
            limit=2,
            minutes=3,
        )
        made[f"{one.logical}Throttles"] = Alarm(
            of_function(one, "Throttles"),
            f"{one.name} was held back: the account has too few concurrent executions.",
            limit=10,
            minutes=5,
        )
    return made


def _of_consumers() -> dict[str, Alarm]:
    made = {}
    for one in WATCHED:
        made[f"{one.logical}Lag"] = Alarm(
            own("Lag", Consumer=one.name),
            f"{one.name} is that many events behind the log: see its log and its queue.",
            limit=BEHIND_EVENTS,
            minutes=10,
            statistic="Maximum",
        )
        made[f"{one.logical}Parked"] = Alarm(
            own("Parked", Consumer=one.name),
            f"{one.name} could not take an event and set its stream aside: list what is parked.",
            statistic="Maximum",
        )
    return made


def _of_queues() -> dict[str, Alarm]:
    made = {}
    for queue in dead_letters():
        means = "Messages were given up on; their queue's function tells why. Redrive or purge."
        if queue == UNSEQUENCED:
            # A message has the shard, sequence numbers and times of the records, not their keys.
            means = (
                "Commits were given up on before they came into the log, which lacks them now: say "
                "banjian sequencer resequence --all, then purge."
            )
        made[queue] = Alarm(
            of_queue(queue, "ApproximateNumberOfMessagesVisible"), means, statistic="Maximum"
        )
    for one in FUNCTIONS:
        if one.queue:
            made[f"{one.logical}Waiting"] = Alarm(
                of_queue(f"{one.logical}Queue", "ApproximateAgeOfOldestMessage"),
                f"What {one.name} is to do has waited that many seconds.",
                limit=WAITING_SECONDS,
                minutes=5,
                statistic="Maximum",
            )
    return made


def _of_tables() -> dict[str, Alarm]:
    made = {}
    for table in TABLES:
        for kind in ("Read", "Write"):
            made[f"{table}{kind}Throttles"] = Alarm(
                Metric("AWS/DynamoDB", f"{kind}ThrottleEvents", {"TableName": {"Ref": table}}),
                "The table grows into its load, or one key is too hot.",
                limit=10,
                minutes=5,
            )
    return made


def _named(name: str) -> Function:
    return next(one for one in FUNCTIONS if one.name == name)


def _alarm(alarm: Alarm) -> Json:
    percentile = alarm.statistic.startswith("p")
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": alarm.means,
            "Namespace": alarm.metric.namespace,
            "MetricName": alarm.metric.name,
            "Dimensions": [
                {"Name": name, "Value": value} for name, value in alarm.metric.dimensions.items()
            ],
            ("ExtendedStatistic" if percentile else "Statistic"): alarm.statistic,
            "Period": 60,
            "EvaluationPeriods": alarm.minutes,
            "Threshold": alarm.limit,
            "ComparisonOperator": ("LessThanThreshold" if alarm.below else "GreaterThanThreshold"),
            # Only of what must happen does silence say something.
            "TreatMissingData": "breaching" if alarm.below else "notBreaching",
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
        },
    }
