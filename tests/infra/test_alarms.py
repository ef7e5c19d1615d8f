"""
Each alarm can ring, rings when its trigger always fails, and does not when all is well: in a
simulation of CloudWatch, on the template that is deployed and what its triggers can produce.
"""

import json
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chalicelib.platform import canary
from chalicelib.subjects import entries
from infra import alarms
from infra.alarms import Alarm
from infra.functions import FUNCTIONS, WATCHED
from infra.metrics import NAMESPACE

from .cloudwatch import BEYOND, Sample, rung
from .triggers import DAY, of_metric, spread, starts

Json = dict[str, Any]

ALARMS = alarms.alarms("prod")
HEALS = {"Behind", "Parked", "SequencerParked", "Unmerged", "CanaryLog", "CanaryView"} | {
    "Differences",
    "ReconciledAge",
}
SECOND = 1.0
# What each metric is when what it watches goes wrong for good: more than any limit, but no more
# often than its trigger can.
BAD = {
    "Errors": 1,
    "Throttles": 1,
    "5XXError": 1,
    "Latency": 29_000,
    "IteratorAge": 24 * 3600 * 1000,
    "ApproximateNumberOfMessagesVisible": 1,
    "ApproximateAgeOfOldestMessage": 12 * 3600,
    "ReadThrottleEvents": 1,
    "WriteThrottleEvents": 1,
    "SequencerParked": 1,
    "Unmerged": 1,
    "Parked": 1,
    "Differences": 1,
    "Behind": DAY,
    "CanaryLog": DAY,
    "CanaryView": DAY,
    "ReconciledAge": 7 * DAY,
}
# What is measured more often than its trigger fires, where it fires most.
BUSY = {"ServerErrors": SECOND, "IteratorAge": 20.0}


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - reproducible on purpose


def template(packaged: Any, name: str) -> Json:
    found: Json = packaged.of_type("AWS::CloudWatch::Alarm")[f"{name}Alarm"]
    return found


def long_enough(alarm: Json) -> float:
    return float((alarm["EvaluationPeriods"] + max(BEYOND) + 6) * max(alarm["Period"], 600))


def samples(packaged: Any, name: str, values: Iterator[float], rnd: Random) -> list[Sample]:
    alarm = template(packaged, name)
    seconds = BUSY.get(name, of_metric(packaged, alarm))
    until = long_enough(alarm)
    spaced = spread(values, seconds, rnd)
    return [one for one, _ in zip(spaced, range(int(until // seconds) + 1), strict=False)]


def troubled(packaged: Any, name: str, rnd: Random) -> list[Sample]:
    """What fails always; of what is to be started, that it never is."""
    metric = ALARMS[name].metric.name
    if metric == "Invocations" or name == "IteratorAgeMissing":
        return []
    return samples(packaged, name, repeat(BAD[metric]), rnd)


def healthy(packaged: Any, name: str, rnd: Random) -> list[Sample]:
    """Nothing fails, and what is to be started is."""
    values = {
        "Invocations": repeat(1),
        "IteratorAge": iter(lambda: rnd.uniform(100, 2_000), None),
        "Latency": iter(lambda: rnd.uniform(20, 900), None),
        "ApproximateAgeOfOldestMessage": iter(lambda: rnd.uniform(0, 60), None),
        "Behind": iter(lambda: rnd.uniform(0, 90), None),
        # Until the next one comes.
        "CanaryLog": iter(lambda: rnd.uniform(0, starts(packaged, "Canary") + 60), None),
        "CanaryView": iter(lambda: rnd.uniform(0, starts(packaged, "Canary") + 120), None),
        "ReconciledAge": iter(lambda: rnd.uniform(0, starts(packaged, "Reconcile") + 900), None),
    }
    return samples(packaged, name, values.get(ALARMS[name].metric.name, repeat(0)), rnd)


def rings(packaged: Any, name: str, found: list[Sample], beyond: int) -> list[float]:
    alarm = template(packaged, name)
    return list(rung(alarm, found, long_enough(alarm), beyond))


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_rings_when_its_trigger_always_fails(packaged, name):
    for beyond in BEYOND:
        for seed in range(5):
            found = troubled(packaged, name, dice(seed))
            assert rings(packaged, name, found, beyond), (beyond, seed)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_silent_when_all_is_well(packaged, name):
    for beyond in BEYOND:
        for seed in range(20):
            found = healthy(packaged, name, dice(seed))
            # Until its trigger has fired as often as it looks back there is nothing to judge.
            alarm = template(packaged, name)
            began = (alarm["EvaluationPeriods"] + beyond + 1) * alarm["Period"] + found[0].at
            late = [at for at in rings(packaged, name, found, beyond) if at > began]
            assert not late, (beyond, seed)


@pytest.mark.parametrize("name", [n for n, one in ALARMS.items() if one.metric.name == "Errors"])
def test_one_failure_among_many_starts_wakes_nobody(packaged, name):
    alarm = template(packaged, name)
    if alarm["Period"] >= 3600:
        return  # the next start is an hour off: that one tells
    for beyond in BEYOND:
        found = healthy(packaged, name, dice(1))
        middle = len(found) // 2
        found[middle] = found[middle]._replace(value=1)
        assert not rings(packaged, name, found, beyond)


def test_a_failing_heal_turns_nothing_green(packaged):
    """It measures nothing then: all that it measures counts as wrong, and its own alarm rings."""
    measured = {name for name, one in ALARMS.items() if one.metric.namespace == NAMESPACE}
    assert {ALARMS[name].metric.name for name in measured} == HEALS
    for name in measured:
        for beyond in BEYOND:
            healed = [one for one in healthy(packaged, name, dice(3)) if one.at < 600]
            assert rings(packaged, name, healed, beyond)[-1] > 900, name
    assert rings(packaged, "HealErrors", troubled(packaged, "HealErrors", dice(3)), 0)


def test_a_minute_that_was_not_measured_wakes_nobody(packaged):
    for name, one in ALARMS.items():
        if one.metric.namespace == NAMESPACE:
            found = healthy(packaged, name, dice(5))
            del found[len(found) // 2]
            for beyond in BEYOND:
                began = found[0].at + (one.window.periods + beyond + 1) * 60
                late = [at for at in rings(packaged, name, found, beyond) if at > began]
                assert not [at for at in late if at < found[-1].at], name


def test_a_stream_s_trigger_that_is_off_rings(packaged):
    """Nothing of sequence is measured then, and canaries grow old while heal looks."""
    off = [Sample(n * 60.0, n * 60.0) for n in range(120)]
    for beyond in BEYOND:
        assert rings(packaged, "IteratorAgeMissing", [], beyond)
        assert rings(packaged, "CanaryLog", off, beyond)[0] <= canary.log_limit() + 6 * 60


def test_silence_is_an_alarm_of_what_must_happen_and_of_what_must_be_measured():
    silent = {name for name, one in ALARMS.items() if one.silence}
    must = {name for name, one in ALARMS.items() if one.metric.namespace == NAMESPACE}
    must |= {name for name, one in ALARMS.items() if one.metric.name == "Invocations"}
    assert silent == must | {"IteratorAgeMissing"}


def test_every_schedule_that_stops_rings_somewhere():
    for one in FUNCTIONS:
        if one.every:
            assert f"{one.logical}Stopped" in ALARMS or one.name == "reconcile", one.name
    assert "ReconciledAge" in ALARMS
    assert ALARMS["ReconciledAge"].limit > DAY


def test_every_consumer_is_watched():
    assert {one.name for one in WATCHED} == {
        name for kind in ("CONSUMERS", "TIMERS") for name, *_ in entries(kind)
    }
    for one in WATCHED:
        assert {f"{one.logical}Lag", f"{one.logical}Parked"} <= ALARMS.keys()


def test_what_stands_still_on_standby_wakes_nobody_then(packaged):
    asleep = {name for name, one in ALARMS.items() if not one.standby}
    for name in ALARMS:
        enabled = template(packaged, name).get("ActionsEnabled", True)
        assert enabled == ({"Fn::If": ["OnStandby", False, True]} if name in asleep else True)
    assert {"CanaryLog", "IteratorAgeMissing", "WorkListLag"} <= asleep
    assert asleep.isdisjoint({"SequencerParked", "Unmerged", "IteratorAge", "HealStopped"})


def test_cloudwatch_takes_every_window(packaged):
    """A day in all, a week where a period is an hour or more (PutMetricAlarm)."""
    for name in ALARMS:
        alarm = template(packaged, name)
        whole = alarm["Period"] * alarm["EvaluationPeriods"]
        assert alarm["Period"] % 60 == 0
        assert whole <= (7 * DAY if alarm["Period"] >= 3600 else DAY), name
        assert 1 <= alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]


def test_a_message_that_always_fails_becomes_a_dead_letter_before_it_is_gone(packaged):
    """Else the alarm of its dead letters could not ring."""
    for name, queue in packaged.of_type("AWS::SQS::Queue").items():
        if "RedrivePolicy" in queue:
            tries = queue["RedrivePolicy"]["maxReceiveCount"]
            assert tries * queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"], name


def test_the_alarms_that_could_not_ring_are_noticed(packaged):
    """As they were: more failures a minute than a schedule makes, and silence for health."""
    old = {"Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 3, "Threshold": 2}
    for name in ("HealErrors", "TimersErrors", "SweepErrors"):
        alarm = {**template(packaged, name), **old}
        found = troubled(packaged, name, dice(0))
        assert not list(rung(alarm, found, long_enough(alarm), 0))
    lag = {**template(packaged, "WorkListLag"), "TreatMissingData": "notBreaching"}
    assert not list(rung(lag, [], 3600, 0))


PAGES = [
    Path(alarms.__file__).parent.parent / "docs" / name
    for name in ("operating-aws.md", "operating-aws.zh-CN.md")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.name)
def test_the_page_tells_of_every_alarm_what_to_do(page):
    told = named_on(page.read_text(encoding="utf-8"))
    kinds = {kind_of(name, one) for name, one in ALARMS.items()}
    assert kinds == told


def kind_of(name: str, alarm: Alarm) -> str:
    """What stands on the page: the alarm, with X for the function, consumer, queue or table."""
    things = {one.logical for one in (*FUNCTIONS, *WATCHED)}
    for suffix in ("Errors", "Throttles", "Stopped", "Lag", "Parked", "DeadLetters", "Waiting"):
        if name.endswith(suffix) and name.removesuffix(suffix) in things:
            return f"X{suffix}"
    if alarm.metric.namespace == "AWS/DynamoDB":
        return "XTableReadThrottles" if "Read" in name else "XTableWriteThrottles"
    return name


def named_on(text: str) -> set[str]:
    """The first cells of the table with the alarms."""
    begin = text.index("`ServerErrors`")
    rows = text[begin:].split("\n\n", maxsplit=1)[0].splitlines()
    cells = [row.strip("| ").split("|")[0] for row in rows]
    return {one.strip("` ") for cell in cells for one in cell.split(",")}


def test_the_template_s_alarms_are_these(packaged):
    there = packaged.of_type("AWS::CloudWatch::Alarm")
    assert {name.removesuffix("Alarm") for name in there} == ALARMS.keys()
    assert len(json.dumps(there)) > 0
