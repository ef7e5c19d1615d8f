"""
What the operator is woken for. Each description says what it means and where to look, and
docs/operating-aws.md what to do. How often something must go wrong follows from how often it can
(pace.py).
"""

from typing import Any, Final, NamedTuple

from chalicelib.platform import canary
from chalicelib.subjects import minutes

from . import pace
from .functions import FUNCTIONS, SEQUENCER, WATCHED, Function
from .metrics import TABLES, Metric, of_function, of_interface, of_queue, of_table, own
from .pace import DAY, HOUR, MINUTE, Window
from .queues import UNSEQUENCED, dead_letters

Json = dict[str, Any]

TOPIC: Final = {"Ref": "AlarmTopic"}

# Limits, each with what it is a limit of.
ITERATOR_AGE_MS: Final = 60_000
BEHIND_SECONDS: Final = 1_800
WAITING_SECONDS: Final = 600
SLOW_MS: Final = 3_000
ERROR_RATE: Final = 0.05
# A night was left out, and half a day went by.
RECONCILED_SECONDS: Final = DAY + 12 * HOUR

SOON: Final = Window(MINUTE, 1, 1)
STEADY: Final = Window(5 * MINUTE, 3, 2)
# Of what `heal` measures each minute. It may be a little late for its minute, every other time: of
# six, five have to be missing.
MEASURED: Final = Window(MINUTE, 6, 5)
LASTING: Final = Window(MINUTE, 10, 10)


class Alarm(NamedTuple):
    """
    Raised when the metric is above `limit` (below it, if `below`) in enough periods of `window`.
    `silence` says that a period without any datapoint counts as such: of what must happen, or must
    be measured. `standby` is False for what does not happen on standby: nobody is told then.
    """

    metric: Metric
    means: str
    limit: float = 0
    window: Window = SOON
    statistic: str = "Sum"
    below: bool = False
    silence: bool = False
    standby: bool = True


def resources(stage: str) -> Json:
    return {f"{name}Alarm": _alarm(alarm) for name, alarm in alarms(stage).items()}


def alarms(stage: str) -> dict[str, Alarm]:
    """By logical name, without the word Alarm at its end."""
    return {
        **_of_the_interface(),
        **_of_the_log(),
        **_of_functions(stage),
        **_of_consumers(),
        **_of_queues(stage),
        **_of_tables(),
    }


def _of_the_interface() -> dict[str, Alarm]:
    return {
        "ServerErrors": Alarm(
            of_interface("5XXError"),
            "The interface answered with errors of its own: see the log of api_handler.",
            limit=5,
        ),
        # Where few ask, there are never six in a minute. The average of ones and noughts is a rate.
        "ServerErrorRate": Alarm(
            of_interface("5XXError"),
            "Of the answers of the interface more than that share were errors of its own, though "
            "they may be few: see the log of api_handler.",
            limit=ERROR_RATE,
            window=STEADY,
            statistic="Average",
        ),
        "Slow": Alarm(
            of_interface("Latency"),
            "One request in a hundred took longer than that: see api_handler and the tables.",
            limit=SLOW_MS,
            window=STEADY,
            statistic="p99",
        ),
    }


def _of_the_log() -> dict[str, Alarm]:
    return {
        "IteratorAge": Alarm(
            of_function(SEQUENCER, "IteratorAge"),
            "Commits wait for their place in the log; records are lost to the stream after 24 h.",
            limit=ITERATOR_AGE_MS,
            window=Window(MINUTE, 3, 3),
            statistic="Maximum",
        ),
        "IteratorAgeMissing": Alarm(
            of_function(SEQUENCER, "IteratorAge"),
            "No record reached sequence, though the canary writes one every few minutes: look "
            "whether its trigger is on.",
            limit=ITERATOR_AGE_MS,
            window=pace.silent(minutes("canary") * MINUTE),
            statistic="Minimum",
            silence=True,
            standby=False,
        ),
        "SequencerParked": _measured(
            own("SequencerParked"),
            "Commits that cannot be put into the log were set aside: see the log of sequence.",
        ),
        "Unmerged": _measured(
            own("Unmerged"),
            "Commits lie in their lanes and do not come into the log: see the log of heal.",
        ),
        "CanaryLog": _measured(
            own("CanaryLog"),
            "For so many seconds no canary was sent that came into the log: look whether the "
            "trigger of sequence is on, and canary runs.",
            limit=canary.log_limit(),
            standby=False,
        ),
        "CanaryView": _measured(
            own("CanaryView"),
            "For so many seconds no canary was sent that came into its view: see CanaryLog, then "
            "the log of powers, which keeps it.",
            limit=canary.view_limit(),
            standby=False,
        ),
        "Differences": _measured(
            own("Differences"),
            "The events table is not what the log has: see the log of reconcile, which names each "
            "stream and version.",
            standby=False,
        ),
        "ReconciledAge": _measured(
            own("ReconciledAge"),
            "For so many seconds table and log were not compared to the end: see the log of "
            "reconcile.",
            limit=RECONCILED_SECONDS,
            standby=False,
        ),
    }


def _measured(
    metric: Metric, means: str, limit: float = 0, *, standby: bool = True, window: Window = MEASURED
) -> Alarm:
    """What is not measured any more is not well."""
    return Alarm(metric, means, limit, window, statistic="Maximum", silence=True, standby=standby)


def _of_functions(stage: str) -> dict[str, Alarm]:
    made = {}
    for one in FUNCTIONS:
        every = pace.seconds(one, stage)
        window, starts = pace.held_back(every)
        made[f"{one.logical}Errors"] = Alarm(
            of_function(one, "Errors"),
            f"{one.name} failed again and again: see its log.",
            window=pace.failing(every),
        )
        made[f"{one.logical}Throttles"] = Alarm(
            of_function(one, "Throttles"),
            f"{one.name} was held back: the account has too few concurrent executions.",
            limit=starts,
            window=window,
        )
        # A night that was left out shows in ReconciledAge: two windows of a day are too long.
        if one.every and one.every * MINUTE < DAY:
            made[f"{one.logical}Stopped"] = _stopped(one)
    return made


def _stopped(function: Function) -> Alarm:
    return Alarm(
        of_function(function, "Invocations"),
        f"The schedule of {function.name} does not run: look whether its rule is switched on.",
        limit=1,
        window=pace.silent(function.every * MINUTE),
        below=True,
        silence=True,
    )


def _of_consumers() -> dict[str, Alarm]:
    made = {}
    for one in WATCHED:
        # In seconds and not in events: where little happens, no consumer is ever far behind.
        made[f"{one.logical}Lag"] = _measured(
            own("Behind", Consumer=one.name),
            f"{one.name} has left an event of the log waiting for so many seconds: see its log and "
            "its queue.",
            limit=BEHIND_SECONDS,
            standby=False,
            window=LASTING,
        )
        made[f"{one.logical}Parked"] = _measured(
            own("Parked", Consumer=one.name),
            f"{one.name} could not take an event and set its stream aside: list what is parked.",
        )
    return made


def _of_queues(stage: str) -> dict[str, Alarm]:
    made = {}
    for queue in dead_letters():
        means = "Messages were given up on; their queue's function tells why. Redrive or purge."
        if queue == UNSEQUENCED:
            # A message has the shard, sequence numbers and times of the records, not their keys.
            means = (
                "Commits were given up on before they came into the log. heal reads the table for "
                "them; banjian sequencer resequence --all does at once. Then purge."
            )
        made[queue] = Alarm(
            of_queue(queue, "ApproximateNumberOfMessagesVisible"), means, statistic="Maximum"
        )
    for one in FUNCTIONS:
        if one.queue:
            made[f"{one.logical}Waiting"] = Alarm(
                of_queue(f"{one.logical}Queue", "ApproximateAgeOfOldestMessage"),
                f"What {one.name} is to do has waited that many seconds.",
                # A step of a rebuild takes its time, and so do those that wait behind it.
                limit=WAITING_SECONDS if one.queue == "woken" else pace.invisible(one, stage),
                window=STEADY,
                statistic="Maximum",
            )
    return made


def _of_tables() -> dict[str, Alarm]:
    made = {}
    for table in TABLES:
        for kind in ("Read", "Write"):
            made[f"{table}{kind}Throttles"] = Alarm(
                of_table(table, f"{kind}ThrottleEvents"),
                "The table grows into its load, or one key is too hot.",
                limit=10,
                window=Window(MINUTE, 5, 5),
            )
    return made


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
            "Period": alarm.window.seconds,
            "EvaluationPeriods": alarm.window.periods,
            "DatapointsToAlarm": alarm.window.datapoints,
            "Threshold": alarm.limit,
            "ComparisonOperator": ("LessThanThreshold" if alarm.below else "GreaterThanThreshold"),
            "TreatMissingData": "breaching" if alarm.silence else "notBreaching",
            "AlarmActions": [TOPIC],
            "OKActions": [TOPIC],
            # What stands still on purpose wakes nobody.
            **({} if alarm.standby else {"ActionsEnabled": {"Fn::If": ["OnStandby", False, True]}}),
        },
    }
