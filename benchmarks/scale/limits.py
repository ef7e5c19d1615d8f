"""
Which limit breaks first, at which load, how it shows and what to change then: docs/scale.md has the
table. Limits are AWS's published default quotas, as in paper.py, or our own.
"""

from typing import NamedTuple

from chalicelib.codes.serial import LAST
from chalicelib.eventlog.timers import SHARDS

from .paper import (
    CASE,
    CONSUMERS_AT_ONCE,
    DOCUMENTS,
    FIRST_PARTITIONS,
    PARTITION_WRITES,
    REQUEST_SECONDS,
    YEAR,
    certificate_files_per_s,
    certificates_per_s,
    commits_for,
    consumer_commits_per_s,
    rounded,
    table,
    view_read_units,
    view_units_per_commit,
)
from .simulation import PEAK, WORKING_DAY

TABLE_WRITES = TABLE_READS = 40_000
GATEWAY_REQUESTS = 10_000
LAMBDAS = 1_000
SIGNATURES = 1_000  # ECC keys, shared
PREFIX_PUTS = 3_500
# Our own.
ADDRESS_REQUESTS = 2_000 / 300  # WebAclRate: in five minutes, of one address
THROTTLE = 1_000  # ThrottleRate in infra/templates/parameters.yaml
SEQUENCERS = 10  # SequencerConcurrency
OFFICE = 0.5  # of the requests come from one address, the government network's: assumed
LANE_COMMITS = 700  # a second, of one lane with one writer: as the simulation has it


class Limit(NamedTuple):
    """`commits`: how many a second it allows at the peak."""

    name: str
    commits: float
    shows: str
    change: str

    @property
    def cases(self) -> float:
        """A year, with peaks of ten times the mean."""
        return self.commits / PEAK * YEAR / CASE.commits


# Of one stack, with the parameters of infra/stages/prod.json. A list entry costs two write units.
_FOUND = (
    Limit(
        "view `process_library`: its transactions, one after another",
        consumer_commits_per_s("process_library"),
        "`ProcessLibraryLag`",
        "fewer places for each step (four now); several checkpoints, one for each lane",
    ),
    Limit(
        "view `work_list`, likewise",
        consumer_commits_per_s("work_list"),
        "`WorkListLag`",
        "several checkpoints, one for each lane",
    ),
    Limit(
        "subscriber `certificates`: one after another, one for each case",
        certificates_per_s() * CASE.commits,
        "`CertificatesLag`",
        "several checkpoints, one for each lane",
    ),
    Limit(
        "subscriber `certificate_files`: draws, puts by and signs one after another",
        certificate_files_per_s() * CASE.commits,
        "files come later than certificates; `CertificateFilesLag` only when it is hours",
        "several checkpoints, one for each lane",
    ),
    Limit(
        "list `steps: * waiting`, one key, newest last: 1,000 write units",
        PARTITION_WRITES / CASE.listings["steps: * waiting"] * CASE.commits / 2,
        "`ViewsTableWriteThrottles`, then lag",
        "spread over 16 keys and merge on reading, or no list over all departments",
    ),
    Limit(
        "list of one department, if all cases were its own",
        PARTITION_WRITES / CASE.listings["department: one department"] * CASE.commits / 2,
        "`ViewsTableWriteThrottles`",
        "DynamoDB splits it by due date; else spread",
    ),
    Limit(
        "list `due`, by the moment, spread over 16 keys",
        SHARDS * PARTITION_WRITES / CASE.listings["due: one of 16 keys"] * CASE.commits / 2,
        "`ViewsTableWriteThrottles`",
        "more keys (`eventlog/timers.py:SHARDS`), with a new signature",
    ),
    Limit(
        "views table: 40,000 write units by default",
        TABLE_WRITES / view_units_per_commit(),
        "`ViewsTableWriteThrottles`",
        "ask for a higher quota",
    ),
    Limit(
        "views table: 40,000 read units by default",
        TABLE_READS / view_read_units() * CASE.commits,
        "`ViewsTableReadThrottles`",
        "ask for a higher quota",
    ),
    Limit(
        "views table, new: 4 partitions",
        FIRST_PARTITIONS * PARTITION_WRITES / view_units_per_commit(),
        "`ViewsTableWriteThrottles` on the first busy days",
        "warm throughput before the first day",
    ),
    Limit(
        "events table: 40,000 write units by default",
        TABLE_WRITES * CASE.commits / CASE.write_units,
        "`EventsTableWriteThrottles`",
        "ask for a higher quota",
    ),
    Limit(
        "one lane, full batches, one writer",
        LANE_COMMITS,
        "`IteratorAge`",
        "more lanes, with a feed of one shard for each",
    ),
    Limit(
        "interface: our `ThrottleRate` of 1,000",
        commits_for(THROTTLE),
        "429 in the access log; no alarm",
        "raise the parameter",
    ),
    Limit(
        "web ACL: 2,000 requests in 5 minutes of one address, which half of them come from",
        commits_for(ADDRESS_REQUESTS / OFFICE),
        "403 in the access log; no alarm",
        "raise `WebAclRate`, or allow the government network's addresses",
    ),
    Limit(
        "API Gateway: 10,000 requests a second of an account",
        commits_for(GATEWAY_REQUESTS),
        "429 in the access log; no alarm",
        "ask for a higher quota; another account",
    ),
    Limit(
        "Lambda: 1,000 executions at once",
        commits_for((LAMBDAS - SEQUENCERS - CONSUMERS_AT_ONCE) / REQUEST_SECONDS),
        "`APIHandlerThrottles`",
        "ask for a higher quota",
    ),
    Limit(
        "case numbers: 999,999 for a division and day",
        LAST * 365 * 24 / sum(WORKING_DAY) * CASE.commits / YEAR * PEAK,
        "submissions are refused; no alarm",
        "number by county, as the standard's division code means it",
    ),
    Limit(
        "KMS: 1,000 signatures a second, two for each certificate",
        SIGNATURES / 2 * CASE.commits,
        "`CertificateFilesParked`",
        "ask for a higher quota; sign lists of hashes",
    ),
    Limit(
        "S3: 3,500 puts a second below `documents/`",
        PREFIX_PUTS / DOCUMENTS * CASE.commits,
        "503 on uploads; no alarm",
        "S3 splits the prefix by itself: the names are hashes",
    ),
)
LIMITS = tuple(sorted(_FOUND, key=lambda one: one.commits))  # the first to break first


def limits_table() -> str:
    heading = ["limit", "commits/s", "million cases a year", "how it shows", "what to change then"]
    lines = [
        [one.name, rounded(one.commits), rounded(one.cases / 1e6), one.shows, one.change]
        for one in LIMITS
    ]
    return table(heading, lines)
