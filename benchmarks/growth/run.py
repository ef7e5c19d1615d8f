"""
What grows with the history, and what does not: a store of 1,000 events and one of 1,000,000.

Submissions and first list pages take turns at both, so that what else the machine does hits both; a
`growth` is the median at the large one divided by that at the small one. All views are rebuilt at
100,000 and at 1,000,000 events, each time by a program of its own, whose processes are watched for
how much memory they have.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from chalicelib.cases.projections import applicant_cases, work_list
from chalicelib.codes.parties import IdKind
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.base import build_models
from chalicelib.people.application import identity
from chalicelib.platform.platform import Caller, Platform
from chalicelib.submissions.application import submissions
from chalicelib.submissions.application.submissions import Applying, Submission

from ..http import SENIOR_CARD
from ..people import resident_id
from .cases import told
from .memory import peak_mb
from .store import HELPER, LARGE, MIDDLE, SMALL, filled

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 300
# So many rows have both lists at either size: then both pages are equally long.
PAGE = 10
HALL = "440800-hall"
# People who have no case in any of the stores.
NEWCOMERS = 3_000_000


class Side(NamedTuple):
    platform: Platform
    events: int


def run() -> dict[str, float]:
    """
    submit_growth, list_growth; the milliseconds that they are of; rebuild_events_per_s at the large
    size, rebuild_seconds, memory_growth of a rebuild and the megabytes that it is of.
    """
    build_models()
    with TemporaryDirectory() as directory:
        place = Path(directory)
        stories = told(place / "stories")
        sides: dict[int, Side] = {}
        rebuilt: dict[int, dict[str, float]] = {}
        for events in (SMALL, MIDDLE, LARGE):
            begin = perf_counter()
            platform = filled(place / str(events), events, stories)
            made = perf_counter() - begin
            sides[events] = Side(platform, platform.log.head())
            rebuilt[events] = _rebuilt(place / str(events))
            took = rebuilt[events]["seconds"]
            print(
                f"  {sides[events].events:,} events made in {made:.0f} s, rebuilt in {took:.1f} s"
            )
        submits = _in_turns(sides[SMALL], sides[LARGE], _submit)
        lists = [
            _in_turns(sides[SMALL], sides[LARGE], listed)
            for listed in (_work_of_the_hall, _cases_of_the_helper)
        ]
    large, middle = rebuilt[LARGE], rebuilt[MIDDLE]
    slowest = max(lists, key=lambda pair: pair[1] / pair[0])
    return {
        "submit_growth": round(submits[1] / submits[0], 2),
        "list_growth": round(slowest[1] / slowest[0], 2),
        "rebuild_events_per_s": round(sides[LARGE].events / large["seconds"], 1),
        "memory_growth": round(large["peak_mb"] / middle["peak_mb"], 2),
        "rebuild_seconds": round(large["seconds"], 1),
        "rebuild_cpu_seconds": round(large["cpu_seconds"], 1),
        "rebuild_peak_mb": round(large["peak_mb"], 1),
        "rebuild_events_per_s_100k": round(sides[MIDDLE].events / middle["seconds"], 1),
        "rebuild_peak_mb_100k": round(middle["peak_mb"], 1),
        "submit_p50_ms": round(submits[1], 3),
        "list_p50_ms": round(slowest[1], 3),
    }


def _in_turns(small: Side, large: Side, job: Callable[[Side, int], object]) -> tuple[float, float]:
    """Milliseconds, the medians at both sizes."""
    times: list[tuple[float, float]] = []
    for number in range(ROUNDS):
        order = (small, large) if number % 2 else (large, small)
        taken = {id(side): _seconds(job, side, number) for side in order}
        times.append((taken[id(small)], taken[id(large)]))
    # The first ones open connections and fill caches.
    at_small, at_large = zip(*times[ROUNDS // 10 :], strict=True)
    return median(at_small) * 1000, median(at_large) * 1000


def _seconds(job: Callable[[Side, int], object], side: Side, number: int) -> float:
    begin = perf_counter()
    job(side, number)
    return perf_counter() - begin


def _submit(side: Side, number: int) -> None:
    """A citizen's submission, as the service takes it: durable, looked for among open cases."""
    citizen = Actor(account=f"newcomer-{number}", role=Role.APPLICANT, level=3)
    its = resident_id(NEWCOMERS + number)
    person = identity.reference(side.platform, IdKind.RESIDENT_ID, its)  # as the provider says
    body = Submission(
        item=SENIOR_CARD,
        applicant=Applying(name="张三", id_number=its),
        form={"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
    )
    caller = Caller(citizen, f"growth-{number:06d}", person=person)
    submissions.submit(side.platform, caller, body)


def _work_of_the_hall(side: Side, _number: int) -> None:
    page = side.platform.views.page(work_list.NAME, "department", HALL, limit=PAGE)
    assert len(page.rows) == PAGE, "the list is shorter than a page"


def _cases_of_the_helper(side: Side, _number: int) -> None:
    page = side.platform.views.page(
        applicant_cases.NAME, "applicant", f"account:{HELPER}", limit=PAGE, descending=True
    )
    assert len(page.rows) == PAGE, "the list is shorter than a page"


def _rebuilt(data: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.growth.rebuild", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        peak = peak_mb(process)
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == 0, "the rebuild failed"
    figures: dict[str, Any] = json.loads(said)
    return {**figures, "peak_mb": max(peak, figures["own_peak_mb"])}
