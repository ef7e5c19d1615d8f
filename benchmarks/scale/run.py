"""
What a county, a city, a province and the country need: the arithmetic (paper.py), and the
sequencer under their load (simulation.py) with the times of our own code as they are now
(measured.py). docs/scale.md explains the figures.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from chalicelib.eventlog.ports import Commit

from .emulated import emulated_ms
from .limits import LIMITS, limits_table
from .measured import consuming, log_bytes, own_time, plain_case
from .money import dollars, money_table
from .paper import REGIONS, Region, commits_per_s, main_table, shards
from .simulation import PEAK, Result, simulate
from .world import Cpu, Load

LANES = (1, 2, 4, 8)
# A simulation has about so many commits, but the largest region's no more than the second.
FEWEST, MOST = 800, 15_000
LONG, LONGEST = 20.0, 1600.0  # seconds
FED = {"province": (1,), "country": LANES}
# Between the city and the province, where the first things give.
LARGE = Region("large_city", 20_000_000)


def run() -> dict[str, float]:
    """Of each region and number of lanes; then of a working day, and with a feed by lane."""
    case, commits = plain_case()
    cpu = own_time(commits)
    figures = {
        "case_commits": case.commits,
        "case_events": case.events,
        "case_view_writes": sum(case.view_writes.values()),
        "log_bytes_per_commit": round(log_bytes(commits), 1),
        **{f"own_{name}_us": round(1e6 * value, 1) for name, value in cpu._asdict().items()},
        "own_consume_us": round(1e6 * consuming(commits), 1),
        **emulated_ms(commits),
    }
    for table in (main_table(), money_table(), limits_table()):
        print(f"{table}\n")
    figures |= _paper()
    print(HEADING)
    for name, result in _simulated(loads(), cpu, commits).items():
        print(line(name, result))
        figures |= {f"{name}_{key}": value for key, value in _figures(result).items()}
    return figures


def loads() -> dict[str, Load]:
    found = {}
    for region in (*REGIONS, LARGE):
        peak, many = commits_per_s(region, PEAK), shards(region)
        seconds = max(min(MOST / peak, LONG), min(FEWEST / peak, LONGEST))
        for lanes in LANES:
            found[f"{region.name}_{lanes}"] = Load(peak, lanes, many, seconds)
        # One invocation at a time cannot lose to another.
        found[f"{region.name}_alone"] = Load(peak, 1, many, seconds, at_once=1)
        for lanes in FED.get(region.name, ()):
            found[f"{region.name}_fed_{lanes}"] = _fed(peak, lanes, seconds)
        found[f"{region.name}_day"] = _day(region, peak, many, seconds)
    return {
        **found,
        "province_1_window": found["province_1"]._replace(window=1.0),
        "country_fed_8_slow_s3": found["country_fed_8"]._replace(slow=2.5),
    }


def _fed(peak: float, lanes: int, seconds: float) -> Load:
    return Load(peak, lanes, lanes, seconds, at_once=lanes, by_lane=True)


def _day(region: Region, peak: float, many: int, seconds: float) -> Load:
    """As docs/scale.md advises."""
    fed = region.name in FED
    load = _fed(peak, region.lanes, seconds) if fed else Load(peak, region.lanes, many, seconds)
    return load._replace(day=True, seconds=3 * seconds)


def _simulated(named: dict[str, Load], cpu: Cpu, case: Sequence[Commit]) -> dict[str, Result]:
    one = partial(simulate, cpu=cpu, case=case)
    workers = min(2, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return dict(zip(named, pool.map(one, named.values()), strict=True))


def _paper() -> dict[str, float]:
    first = LIMITS[0]
    found = {"first_limit_million_cases": round(first.cases / 1e6, 1)}
    for region in REGIONS:
        found[f"{region.name}_shards"] = shards(region)
        found[f"{region.name}_usd_a_year"] = round(sum(dollars(region).values()))
    return found


def _figures(result: Result) -> dict[str, float]:
    return {
        "per_lane_per_s": round(result.sequenced_per_s / result.load.lanes, 2),
        **{
            f"{name}_s" if name in {"p50", "p99"} else name: round(value, 3)
            for name, value in result._asdict().items()
            if isinstance(value, int | float)
        },
    }


HEADING = (
    f"  {'sequencer':<24}{'offered/s':>10}{'in log/s':>9}{'a lane':>8}{'p50 s':>7}{'p99 s':>7}"
    f"{'segm./s':>8}{'each':>6}{'lost':>6}{'orphans':>8}{'units':>7}{'busy':>6}{'left':>7}"
)


def line(name: str, result: Result) -> str:
    load = result.load
    return (
        f"  {name:<24}{load.rate:>10,.1f}{result.sequenced_per_s:>9,.1f}"
        f"{result.sequenced_per_s / load.lanes:>8,.1f}{result.p50:>7.2f}{result.p99:>7.2f}"
        f"{result.segments_per_s:>8.1f}{result.commits_per_segment:>6.1f}{result.conflicts:>6.0%}"
        f"{result.orphans:>8,}{result.units_per_commit:>7.2f}{result.busy:>6.1f}{result.waiting:>7,}"
    )
