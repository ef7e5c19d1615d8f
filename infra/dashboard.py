"""The operator's page in CloudWatch: is it up, is it fast, is anything behind or set aside?"""

import json
from collections.abc import Sequence
from typing import Any, Final

from .alarms import BEHIND_SECONDS, ITERATOR_AGE_MS, RECONCILED_SECONDS
from .functions import FUNCTIONS, SEQUENCER, WATCHED
from .metrics import TABLES, Metric, of_function, of_interface, of_queue, of_table, own
from .queues import dead_letters

Json = dict[str, Any]

COLUMNS: Final = 3
WIDTH, HEIGHT = 24 // COLUMNS, 6


def resources() -> Json:
    body, values = _joined(_graphs())
    return {
        "Dashboard": {
            "Type": "AWS::CloudWatch::Dashboard",
            "Properties": {
                "DashboardName": {"Fn::Sub": "${AWS::StackName}"},
                "DashboardBody": {"Fn::Sub": [body, values]},
            },
        }
    }


def _graphs() -> Sequence[Json]:
    return (
        _graph("Requests and errors", "Sum", *map(of_interface, ("Count", "4XXError", "5XXError"))),
        _graph("Latency of requests, ms", "p99", of_interface("Latency")),
        _graph("Commands and conflicts", "Sum", own("Commands"), own("Conflicts")),
        _graph(
            "Commits waiting for the sequencer, ms",
            "Maximum",
            of_function(SEQUENCER, "IteratorAge"),
            line=ITERATOR_AGE_MS,
        ),
        _graph("Events behind the log", "Maximum", *(own("Lag", Consumer=c.name) for c in WATCHED)),
        _graph(
            "Seconds that the first of them has waited",
            "Maximum",
            *(own("Behind", Consumer=c.name) for c in WATCHED),
            line=BEHIND_SECONDS,
        ),
        _graph("Since the last canary came, s", "Maximum", own("CanaryLog"), own("CanaryView")),
        _graph(
            "Table and log: differences, not merged", "Maximum", own("Differences"), own("Unmerged")
        ),
        _graph(
            "Since table and log were compared, s",
            "Maximum",
            own("ReconciledAge"),
            line=RECONCILED_SECONDS,
        ),
        _graph(
            "Set aside",
            "Maximum",
            own("SequencerParked"),
            *(own("Parked", Consumer=c.name) for c in WATCHED),
        ),
        _graph(
            "Dead letters",
            "Maximum",
            *(of_queue(q, "ApproximateNumberOfMessagesVisible") for q in dead_letters()),
        ),
        _graph("Failed invocations", "Sum", *(of_function(f, "Errors") for f in FUNCTIONS)),
        _graph("Held back", "Sum", *(of_function(f, "Throttles") for f in FUNCTIONS)),
        _graph("Duration, ms", "p99", *(of_function(f, "Duration") for f in FUNCTIONS)),
        _graph("At once", "Maximum", *(of_function(f, "ConcurrentExecutions") for f in FUNCTIONS)),
        _graph("Write units", "Sum", *(of_table(t, "ConsumedWriteCapacityUnits") for t in TABLES)),
    )


def _graph(title: str, statistic: str, *metrics: Metric, line: float | None = None) -> Json:
    shown = [
        [one.namespace, one.name, *(part for pair in one.dimensions.items() for part in pair)]
        for one in metrics
    ]
    return {
        "title": title,
        "view": "timeSeries",
        "region": {"Ref": "AWS::Region"},
        "stat": statistic,
        "period": 60,
        "metrics": shown,
        **({"annotations": {"horizontal": [{"value": line}]}} if line is not None else {}),
    }


def _joined(graphs: Sequence[Json]) -> tuple[str, Json]:
    """The body as one string for Fn::Sub, and what it is to put into it."""
    values: Json = {}

    def placed(value: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1 and {"Ref", "Fn::GetAtt"} & value.keys():
            name = f"Value{len(values)}"
            known = next((key for key, other in values.items() if other == value), name)
            values[known] = value
            return f"${{{known}}}"
        if isinstance(value, dict):
            return {key: placed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [placed(inner) for inner in value]
        return value

    widgets = [
        {
            "type": "metric",
            "x": WIDTH * (at % COLUMNS),
            "y": HEIGHT * (at // COLUMNS),
            "width": WIDTH,
            "height": HEIGHT,
            "properties": placed(graph),
        }
        for at, graph in enumerate(graphs)
    ]
    return json.dumps({"widgets": widgets}), values
