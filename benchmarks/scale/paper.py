"""
What a region needs, by arithmetic: docs/scale.md has these tables, and a test compares them.

Limits are AWS's published default quotas as they were known in November 2025 (Service Quotas, and
each service's developer guide); prices are those of dynamodb_costs.py and MORE_PRICES, us-east-1,
first tier, past the free tier. Look both up before you rely on them: in China both differ.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from chalicelib.adapters.dynamodb.views_items import MOST
from chalicelib.triggers.handlers import COMMITS

from ..dynamodb_costs import COMPRESSED, DESIGNS, ITEM, REQUESTS
from .simulation import PEAK, WORKING_DAY
from .world import LATENCIES


class Case(NamedTuple):
    """
    One case. `item_bytes` and `write_units` are of its items in the events' table. `listings` are
    the writes to each partition of a list that all cases share, or all of a department.
    """

    commits: int
    events: int
    item_bytes: int
    write_units: int
    view_writes: Mapping[str, int]
    view_units: int
    view_bytes: int
    listings: Mapping[str, int]


class Region(NamedTuple):
    """`lanes` as docs/scale.md advises."""

    name: str
    cases: int
    lanes: int = 1


# As measured.plain_case found it; a test walks the case again and compares.
CASE = Case(
    commits=11,
    events=23,
    item_bytes=7329,
    write_units=11,
    view_writes={
        "applicant_cases": 8,
        "work_list": 15,
        "process_library": 65,
        "acceptance_deadlines": 4,
        "case_numbers": 2,
        "open_cases": 4,
        "held_certificates": 6,
    },
    view_units=228,
    view_bytes=10261,
    listings={"steps: * waiting": 8, "department: one department": 5, "due: one of 16 keys": 2},
)
REGIONS = (
    Region("county", 200_000),
    Region("city", 2_000_000),
    Region("province", 100_000_000),
    Region("country", 1_000_000_000, lanes=8),
)

# Of a case; its other commits are the subscribers'.
COMMANDS = 8
YEAR = 365 * 24 * 3600
GIGABYTE = 10**9
# Published limits.
PARTITION_WRITES, PARTITION_BYTES = 1000, 10 * GIGABYTE
FIRST_PARTITIONS = 4  # a new on-demand table takes 4,000 write units a second
TRANSACTION = MOST - 1  # with the checkpoint
CONSUMERS_AT_ONCE = 34  # seventeen, two each (infra/lambdas.py)
# A second, of one lane with one writer: as the simulation has it.
LANE_SEGMENTS = 8.3
# Assumptions.
REQUEST_SECONDS = 0.05
CONSUMER_CPU = 0.0004  # seconds a commit: 0.17 to 0.38 ms were measured
SUBSCRIBER_CPU = 0.002  # seconds a certificate
DRAWING = 0.03  # seconds a certificate's file: 0.026 were measured
SIGNING = 0.02  # seconds a signature of KMS
GET_SECONDS = 0.03  # of segments, fetched at once
PAGES, PAGE_UNITS = 4, 52  # of lists for each case, and read units each (dynamodb_views.py)
DOCUMENTS, DOCUMENT_BYTES = 5, 400_000  # of each case


def commits_per_s(region: Region, factor: float = 1.0) -> float:
    return region.cases * CASE.commits / YEAR * factor


def cases_per_s(region: Region) -> float:
    return region.cases / YEAR * PEAK


def requests_per_s(region: Region) -> float:
    return cases_per_s(region) * COMMANDS * REQUESTS


def commits_for(requests: float) -> float:
    """How many commits come with so many requests."""
    return requests / (COMMANDS * REQUESTS) * CASE.commits


def partitions(region: Region, units: float, stored: float) -> int:
    """Of a table after its first year: by load, by size, and never fewer than a new one has."""
    by_load = ceil(units / PARTITION_WRITES)
    return max(FIRST_PARTITIONS, by_load, ceil(region.cases * stored / PARTITION_BYTES))


def shards(region: Region) -> int:
    """Of the stream of the events' table: one for each partition."""
    return partitions(region, commits_per_s(region, PEAK), CASE.item_bytes)


def view_units_per_commit() -> float:
    return CASE.view_units / CASE.commits


def consumer_commits_per_s(view: str) -> float:
    """
    What a projection takes: its transactions follow one another (LATENCIES), 99 writes in each, and
    for each batch of commits come the reads of the log and of the rows, and the time of our code.
    """
    transaction = LATENCIES["TransactWriteItems"]
    writes = CASE.view_writes[view] * COMMITS / CASE.commits
    reads = (
        LATENCIES["Query"].p50 + GET_SECONDS + ceil(COMMITS / 100) * LATENCIES["BatchGetItem"].p50
    )
    each = transaction.mean + (TRANSACTION + 1) * transaction.more
    return COMMITS / (reads + ceil(writes / TRANSACTION) * each + COMMITS * CONSUMER_CPU)


def certificates_per_s() -> float:
    """
    One after another: each of the three streams is read, read again to decide, and appended to.
    """
    calls = 3 * (2 * LATENCIES["Query"].mean + LATENCIES["PutItem"].mean)
    return 1 / (calls + SUBSCRIBER_CPU)


def certificate_files_per_s() -> float:
    """One after another: drawn, put by, signed with its manifest, recorded."""
    calls = 2 * LATENCIES["Query"].mean + LATENCIES["PutObject"].mean + LATENCIES["PutItem"].mean
    return 1 / (calls + DRAWING + 2 * SIGNING)


def commits_per_segment(region: Region) -> float:
    """At the mean rate: each commit its own segment until the lanes are busy."""
    return max(1.0, commits_per_s(region) / (LANE_SEGMENTS * region.lanes))


def log_units(region: Region) -> float:
    """Write units for each commit: a cursor; shares of head and index; with lanes, of the merge."""
    segment = 4 + (6 if region.lanes > 1 else 0)
    return 2 + segment / commits_per_segment(region)


def read_units() -> float:
    """Of a case: each command and each look at it, the sequencer's cursors, the views."""
    return REQUESTS * sum(DESIGNS[0].reads) + CASE.commits + view_read_units()


def view_read_units() -> float:
    """Of a case: the rows that consumers read (a quarter of what they write), pages of lists."""
    return sum(CASE.view_writes.values()) / 4 + PAGES * PAGE_UNITS


# Tables, as docs/scale.md has them


# By line of the main table.
NEEDS: Mapping[str, Callable[[Region], str]] = {
    "cases a year": lambda r: rounded(r.cases),
    f"commits a year ({CASE.commits} a case)": lambda r: rounded(r.cases * CASE.commits),
    "commits/s, mean": lambda r: rounded(commits_per_s(r)),
    "commits/s, peak (10 times)": lambda r: rounded(commits_per_s(r, PEAK)),
    f"requests/s, peak ({COMMANDS * REQUESTS} a case)": lambda r: rounded(requests_per_s(r)),
    "Lambda at once, peak: interface (50 ms a request)": lambda r: rounded(
        ceil(requests_per_s(r) * REQUEST_SECONDS)
    ),
    "write units/s, peak: events (1 a commit)": lambda r: rounded(commits_per_s(r, PEAK)),
    "write units/s, peak: log, full batches (2.04)": lambda r: rounded(
        commits_per_s(r, PEAK) * 2.04
    ),
    f"write units/s, peak: views ({view_units_per_commit():.1f})": lambda r: rounded(
        commits_per_s(r, PEAK) * view_units_per_commit()
    ),
    f"read units/s, peak ({read_units():.0f} a case)": lambda r: rounded(
        cases_per_s(r) * read_units()
    ),
    "units/s on the key `steps: * waiting` (16 a case)": lambda r: rounded(
        cases_per_s(r) * 2 * CASE.listings["steps: * waiting"]
    ),
    "transactions/s of `process_library` (65 writes a case)": lambda r: rounded(
        cases_per_s(r) * CASE.view_writes["process_library"] / TRANSACTION
    ),
    "partitions of the events table, and shards, after a year": lambda r: rounded(shards(r)),
    "partitions of the views table after a year": lambda r: rounded(
        partitions(r, commits_per_s(r, PEAK) * view_units_per_commit(), CASE.view_bytes)
    ),
    "lanes": lambda r: str(r.lanes),
    f"GB a year: events table ({CASE.item_bytes:,} bytes a case)": lambda r: _gb(
        r.cases * CASE.item_bytes
    ),
    f"GB a year: views table ({CASE.view_bytes:,})": lambda r: _gb(r.cases * CASE.view_bytes),
    "GB a year: log (280 a commit)": lambda r: _gb(r.cases * CASE.commits * ITEM * COMPRESSED),
    "GB a year: documents (5 of 400 KB, assumed)": lambda r: _gb(
        r.cases * DOCUMENTS * DOCUMENT_BYTES
    ),
    "case numbers on a working day": lambda r: rounded(r.cases / 365 * sum(WORKING_DAY) / 24),
}


def main_table() -> str:
    return table(
        ["", *(one.name for one in REGIONS)],
        [[name, *(line(region) for region in REGIONS)] for name, line in NEEDS.items()],
    )


def table(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    marks = ["---"] * len(heading)
    return "\n".join("| " + " | ".join(line) + " |" for line in (heading, marks, *lines))


def _gb(size: float) -> str:
    return rounded(size / GIGABYTE)


def rounded(value: float) -> str:
    """Three digits are more than is known."""
    if value == 0:
        return "0"
    if value < 10:
        return f"{value:.2g}"
    digits = max(0, len(str(int(value))) - 3)
    return f"{round(value, -digits):,.0f}"
