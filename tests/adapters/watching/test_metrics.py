"""Metrics are lines that CloudWatch takes for metrics."""

import json
from io import StringIO

import pytest

from chalicelib.adapters.watching.metrics import MOST, Metrics


@pytest.fixture
def stream():
    return StringIO()


@pytest.fixture
def metrics(stream):
    return Metrics("prod", stream, clock=lambda: 1_767_225_600.25)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_count_is_a_line_in_the_embedded_metric_format(metrics, stream):
    metrics.count("Commands")
    metrics.flush()
    assert lines(stream) == [
        {
            "_aws": {
                "Timestamp": 1_767_225_600_250,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "Banjian",
                        "Dimensions": [["Stage"]],
                        "Metrics": [{"Name": "Commands", "Unit": "Count"}],
                    }
                ],
            },
            "Stage": "prod",
            "Commands": 1,
        }
    ]


def test_nothing_is_written_before_it_is_flushed_and_nothing_twice(metrics, stream):
    metrics.count("Commands")
    assert stream.getvalue() == ""
    metrics.flush()
    metrics.flush()
    assert len(lines(stream)) == 1


def test_metrics_of_the_same_dimensions_share_a_line(metrics, stream):
    metrics.count("Commands")
    metrics.count("Conflicts")
    metrics.count("Commands")
    metrics.flush()
    (line,) = lines(stream)
    assert (line["Commands"], line["Conflicts"]) == ([1, 1], 1)
    assert len(line["_aws"]["CloudWatchMetrics"][0]["Metrics"]) == 2


def test_each_consumer_has_a_line_of_its_own(metrics, stream):
    metrics.count("Lag", 7, Consumer="work_list")
    metrics.count("Lag", 0, Consumer="case_numbers")
    metrics.count("Parked", 2, Consumer="work_list")
    metrics.flush()
    seen = {line["Consumer"]: (line["Lag"], line.get("Parked")) for line in lines(stream)}
    assert seen == {"work_list": (7, 2), "case_numbers": (0, None)}
    for line in lines(stream):
        assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage", "Consumer"]]
        assert line["Stage"] == "prod"


def test_more_values_than_a_line_may_hold_are_written_in_several(metrics, stream):
    for value in range(MOST + 1):
        metrics.count("Lag", value)
    assert [len(line["Lag"]) for line in lines(stream)] == [MOST]
    metrics.flush()
    first, second = lines(stream)
    assert [*first["Lag"], second["Lag"]] == list(range(MOST + 1))
