"""docs/scale.md: its tables are what the code computes, and what they rest on still holds."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.dynamodb_costs import QUEUES
from benchmarks.scale.clock import Clock
from benchmarks.scale.limits import LIMITS, SEQUENCERS, THROTTLE, limits_table
from benchmarks.scale.measured import plain_case
from benchmarks.scale.money import money_table
from benchmarks.scale.paper import CASE, CONSUMERS_AT_ONCE, REGIONS, main_table, shards
from benchmarks.scale.simulation import BATCH, PEAK, WORKING_DAY, simulate, simulated
from benchmarks.scale.world import LATENCIES, Cpu, Load
from chalicelib.eventlog.sequencing.lanes import unmerged
from chalicelib.eventlog.sequencing.ports import LOG, Heads
from infra.alarms import alarms
from infra.functions import CONSUMERS
from infra.lambdas import resources

ROOT = Path(__file__).parents[2]
CPU = Cpu(20e-6, 10e-6, 40e-6)
FOUR_SHARDS = Load(rate=40, lanes=1, shards=4, seconds=5)


@pytest.fixture(scope="module")
def walked():
    return plain_case()


@pytest.fixture(scope="module")
def case(walked):
    return walked[1]


@pytest.mark.parametrize("table", [main_table, money_table, limits_table])
def test_the_page_has_the_tables_that_the_code_computes(table):
    assert table() in (ROOT / "docs" / "scale.md").read_text()


def test_the_page_has_the_latencies_that_are_assumed():
    page = (ROOT / "docs" / "scale.md").read_text()
    for latency in LATENCIES.values():
        assert f" {1000 * latency.p50:.0f}/{1000 * latency.p99:.0f}" in page


def test_a_plain_case_is_what_the_tables_rest_on(walked):
    found = walked[0]._asdict()
    for name, value in CASE._asdict().items():
        # Sizes move by some bytes with the clock: a fraction of a second may end in zeros.
        assert found[name] == (pytest.approx(value, rel=0.01) if "bytes" in name else value), name


def test_parameters_are_those_of_the_template():
    trigger = resources()["Sequence"]["Properties"]["Events"]["SequenceDynamodbEventSource"]
    assert trigger["Properties"]["BatchSize"] == BATCH
    assert trigger["Properties"]["ParallelizationFactor"] == 1
    assert trigger["Properties"]["MaximumBatchingWindowInSeconds"] == 0
    production = json.loads((ROOT / "infra" / "stages" / "prod.json").read_text())
    assert production["SequencerConcurrency"] == str(SEQUENCERS) == str(FOUR_SHARDS.at_once)
    assert "ThrottleRate" not in production
    parameters = (ROOT / "infra" / "templates" / "parameters.yaml").read_text()
    assert f"average\n    MinValue: 1\n    Default: {THROTTLE}\n" in parameters
    assert "blocked for a while\n    MinValue: 10\n    Default: 2000\n" in parameters
    assert production["WebAcl"] == "own"
    assert "WebAclRate" not in production
    assert 2 * len(CONSUMERS) == CONSUMERS_AT_ONCE == 2 * QUEUES


def test_the_peak_is_ten_times_the_mean_of_the_year():
    year = 250 * sum(WORKING_DAY) + 115 * sum([WORKING_DAY[0]] * 24)
    assert year / (365 * 24) == pytest.approx(1)
    assert max(WORKING_DAY) == PEAK


def test_limits_come_in_the_order_in_which_they_break():
    assert all(one.cases <= other.cases for one, other in pairwise(LIMITS))
    city, province = REGIONS[1], REGIONS[2]
    assert city.cases < LIMITS[0].cases < 2 * city.cases
    assert 10 * city.cases < LIMITS[1].cases < province.cases


def test_whatever_shows_a_limit_is_an_alarm_that_there_is():
    named = [name for one in LIMITS for name in re.findall(r"`(\w+)`", one.shows)]
    assert len(named) > 8
    assert set(named) <= set(alarms("prod"))


def test_a_table_has_more_shards_as_it_grows():
    assert [shards(one) for one in REGIONS] == [4, 4, 74, 733]


# The simulation


@pytest.mark.parametrize("lanes", [1, 3])
def test_every_commit_comes_into_the_log_once_and_in_order(case, lanes):
    world = simulated(FOUR_SHARDS._replace(lanes=lanes, seconds=8), CPU, case)
    segments = world.index[LOG]
    assert all(one.last + 1 == other.first for one, other in pairwise(segments))
    there = sum(one.commits for one in segments)
    waiting = sum(map(len, world.committed.values())) + sum(map(len, world.in_lane.values()))
    assert there == len(world.taken) > 200
    assert there + waiting == sum(map(len, world.table.values()))
    for stream, cursor in world.cursors.items():
        versions = [one.last_version for _, one in world.table[stream]]
        assert cursor.version in {versions[0] - world.table[stream][0][1].length, *versions}
    heads = {lane: head.position for lane, head in world.ends.items() if lane != LOG}
    left = unmerged(Heads(world.ends[LOG].position, world.merged, heads))
    assert (left == 0) == (not world.in_lane)


def test_the_same_load_gives_the_same_result(case):
    one, other = (simulate(FOUR_SHARDS, CPU, case) for _ in range(2))
    assert one == other
    assert simulate(FOUR_SHARDS._replace(seed=2), CPU, case) != one


def test_several_at_once_lose_to_one_another_and_one_alone_does_not(case):
    many = simulate(FOUR_SHARDS, CPU, case)
    alone = simulate(FOUR_SHARDS._replace(at_once=1), CPU, case)
    assert many.conflicts > 0.2
    assert many.orphans > 5
    assert alone.conflicts == 0
    assert alone.units_per_commit < many.units_per_commit
    assert alone.busy <= 1 < many.busy


def test_what_one_writer_of_full_batches_adds_is_what_was_promised(case):
    fed = Load(rate=1500, lanes=1, shards=1, seconds=3, at_once=1, by_lane=True)
    full = simulate(fed, CPU, case)
    assert full.commits_per_segment > 80
    assert full.units_per_commit <= 3.2
    assert 500 < full.sequenced_per_s < 1200
    assert full.waiting > 500
    slow = simulate(fed._replace(slow=2.5), CPU, case)
    assert slow.sequenced_per_s < 0.8 * full.sequenced_per_s


def test_a_working_day_has_quiet_hours(case):
    day = Load(rate=40, lanes=1, shards=1, seconds=24, day=True)
    at = [time for some in simulated(day, CPU, case).table.values() for time, _ in some]
    morning = sum(9 <= time < 10 for time in at)
    assert morning > 5 * sum(time < 5 for time in at) / 5
    assert len(at) < 0.4 * 40 * 24


# Simulated time


def test_whoever_sleeps_shortest_wakes_first():
    clock, heard = Clock(), []

    def process(name, *naps):
        def run():
            for nap in naps:
                clock.sleep(nap)
                heard.append((name, clock.now))

        return run

    clock.run([process("slow", 3, 3, 3), process("fast", 1, 1, 1)], until=7)
    assert heard == [("fast", 1), ("fast", 2), ("slow", 3), ("fast", 3), ("slow", 6)]
    assert clock.now == 7


def test_what_a_process_raises_is_raised():
    clock = Clock()

    def broken():
        clock.sleep(1)
        raise ValueError("broken")

    def forever():
        while True:
            clock.sleep(1)

    with pytest.raises(ValueError, match="broken"):
        clock.run([forever, broken, forever], until=1e9)
