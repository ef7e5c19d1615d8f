"""
A large view is rebuilt by many workers at once: in small steps, which a queue carries as messages.

    plan     fix the end, make the new generation, divide the log into ranges of positions
    map      one range of the log: sort its commits by partitions of the streams
    fold     one partition of the streams: fold its rows, write them into the generation
    finish   write what is parked and the checkpoint, come up to date, take over
    follow   in place of all these but the plan, where rows are of several streams: fold as the
             live view does, in the order of the log, for as long as a step may take

What a partition is folded with is `bulk_rebuild`, as on one machine. Rows of several streams (a
tally) are few and quickly written: it is the reading that takes its time then. A view that says
`by_stream` and has such rows is noticed, and rebuilt in the order of the log.

The state is in the files that the steps leave (see `shuffle`), or in the checkpoint. A message that
comes twice finds its work done; a step that died is done again; whoever finds a stage complete
sends the messages of the next. After a lost message, `plan` sent again goes on with all that is not
done.
"""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from time import monotonic
from typing import Any, NamedTuple

from ..consumers import Work, take_batch
from ..feed import Feed, Source, skips
from ..ports import Commit
from ..views.port import Overtaken, Projection, Views
from .bulk_rebuild import (
    READ_AT_ONCE,
    Changed,
    Done,
    Order,
    Worker,
    build,
    finish,
    part_of,
    projection_of,
)
from .rebuilds import take_over
from .shuffle import (
    Files,
    Plan,
    Shuffle,
    commits_file,
    commits_of,
    done_file,
    done_of,
    plan_file,
    plan_of,
)

logger = logging.getLogger(__name__)

Message = dict[str, Any]

MOST_PARTITIONS = 1000
MAP_AT_ONCE = 1000


class Distributed(NamedTuple):
    """
    `range_events` are mapped by one step, `partition_events` folded by one, about, with all their
    rows in memory; `follow_seconds` long one goes on in the order of the log.
    """

    source: Source
    views: Views
    shuffle: Shuffle
    projections: Sequence[Projection]
    range_events: int = 50_000
    partition_events: int = 100_000
    follow_seconds: float = 300.0


class Rebuild(NamedTuple):
    files: Files
    plan: Plan
    projection: Projection
    among: Distributed


def start(view: str, name: str) -> Message:
    """The first message of a rebuild; `name` is its own, and new."""
    return {"step": "plan", "rebuild": name, "view": view}


def step(among: Distributed, message: Message) -> list[Message]:
    """
    Do one step, and return the messages that are due then. A message of a rebuild that is over, or
    was given up, does nothing. Raises ViewsError, StoreError, and KeyError for what is no message.
    """
    kind, files = message["step"], Files(among.shuffle, message["rebuild"])
    if files.read("done") is not None:
        return []
    if kind == "plan":
        _make_plan(among, files, message["view"])
    file = files.read("in-order") or files.read("planned")
    if file is None:
        return []
    plan = plan_of(file)
    projection = projection_of(plan.generation, among.projections)
    if projection is None or not _goes_on(among, plan):
        return _give_up(among, files, plan)
    # A late message of the partitions comes to nothing once it has come to the order of the log.
    fits = (kind == "follow") == (not plan.partitions)
    do = _STEPS[kind] if fits else _go_on
    return do(Rebuild(files, plan, projection, among), message)


def _goes_on(among: Distributed, plan: Plan) -> bool:
    try:
        among.views.touch(plan.generation)
    except Overtaken:
        return False
    return True


def _give_up(among: Distributed, files: Files, plan: Plan) -> list[Message]:
    logger.warning("the rebuild of %s is given up: it was outdated or idle", plan.generation.view)
    among.views.abandon(plan.generation)
    files.clean_up()
    return []


# Plan


def _make_plan(among: Distributed, files: Files, view: str) -> None:
    projection = next(one for one in among.projections if one.name == view)
    head = among.source.log.head()
    ends = [*range(among.range_events, head, among.range_events), head] if head else []
    partitions = min(MOST_PARTITIONS, -(-head // among.partition_events)) or 1
    if files.read("planned") is None:
        made = _begun(among, projection, ends, partitions if projection.by_stream else 0)
        if not files.write(plan_file(made), "planned"):
            among.views.abandon(made.generation)  # another worker has made one


def _begun(
    among: Distributed, projection: Projection, ends: Sequence[int], partitions: int
) -> Plan:
    skipped = skips(among.source, projection.name)
    generation = among.views.begin_rebuild(projection.name, projection.signature)
    return Plan(generation, tuple(ends), partitions, skipped)


# Map


def _map(rebuild: Rebuild, message: Message) -> list[Message]:
    number = message["range"]
    if rebuild.files.read("mapped", number) is None:
        sorted_out: dict[int, list[Commit]] = {}
        for commit in _range(rebuild, number):
            partition = part_of(commit, rebuild.plan.partitions)
            sorted_out.setdefault(partition, []).append(commit)
        for partition, commits in sorted_out.items():
            rebuild.files.write(commits_file(commits), "map", number, partition)
        rebuild.files.write(b"", "mapped", number)
    return _next(rebuild, "map")


def _range(rebuild: Rebuild, number: int) -> Iterator[Commit]:
    """Commits that begin in a range. The last of them may end behind it."""
    at, end = rebuild.plan.start(number), rebuild.plan.ends[number]
    start = at
    while at < end and (commits := rebuild.among.source.log.read(at, MAP_AT_ONCE)):
        for commit in commits:
            if start < commit.first_position <= end:
                yield commit
        at = commits[-1].last_position


# Fold


def _fold(rebuild: Rebuild, message: Message) -> list[Message]:
    partition = message["partition"]
    if rebuild.files.read("folded", partition) is None:
        plan, among = rebuild.plan, rebuild.among
        order = Order((plan.generation,), (plan.skipped,), plan.end, partition, plan.partitions)
        # Each row is written once, so that a step that died can be done again.
        load = partial(_load, rebuild, partition)
        worker = Worker(among.source, among.views, load, kept_rows=sys.maxsize)
        done = build(worker, order, among.projections, _of_partition(rebuild, partition))
        rebuild.files.write(done_file(done), "folded", partition)
    return _next(rebuild, "fold")


def _of_partition(rebuild: Rebuild, partition: int) -> Iterator[Sequence[Commit]]:
    for number in range(len(rebuild.plan.ends)):
        file = rebuild.files.read("map", number, partition)
        commits = iter(()) if file is None else commits_of(file)
        while some := list(islice(commits, READ_AT_ONCE)):
            yield some


def _load(rebuild: Rebuild, partition: int, changes: Sequence[Changed]) -> None:
    for generation, rows in changes:
        rebuild.among.views.load(generation, partition, rows)


# Finish


def _finish(rebuild: Rebuild, _message: Message) -> list[Message]:
    views, plan = rebuild.among.views, rebuild.plan
    live = views.live(plan.generation.view) == plan.generation
    if live or finish(plan.generation, plan.end, _all_done(rebuild), views):
        return _take_over(rebuild)
    return _begin_in_order(rebuild)


def _all_done(rebuild: Rebuild) -> list[Done]:
    found = (rebuild.files.read("folded", number) for number in range(rebuild.plan.partitions))
    return [done_of(file) for file in found if file is not None]


def _begin_in_order(rebuild: Rebuild) -> list[Message]:
    files, plan, projection, among = rebuild
    logger.warning("%s has rows of several streams: it is rebuilt in order", projection.name)
    made = _begun(among, projection, plan.ends, 0)
    first = files.write(plan_file(made), "in-order")
    among.views.abandon(plan.generation if first else made.generation)
    return [_message(rebuild, "follow")]


def _take_over(rebuild: Rebuild) -> list[Message]:
    take_over(_work(rebuild), Feed(rebuild.among.source), rebuild.among.views)
    rebuild.files.clean_up()
    return []


def _work(rebuild: Rebuild) -> Work:
    return Work(rebuild.projection, rebuild.plan.generation, rebuild.plan.skipped)


# Follow


def _follow(rebuild: Rebuild, message: Message) -> list[Message]:
    work, among = _work(rebuild), rebuild.among
    feed, until = Feed(among.source), monotonic() + among.follow_seconds
    try:
        while take_batch(work, feed, among.views):
            if monotonic() >= until:
                return [message]
        return _take_over(rebuild)
    except Overtaken:
        among.views.touch(work.generation)  # raises if it is gone
        return []  # another worker goes on with it


def _go_on(rebuild: Rebuild, _message: Message) -> list[Message]:
    return _due(rebuild)[1]


_STEPS: Mapping[str, Callable[[Rebuild, Message], list[Message]]] = {
    "plan": _go_on,
    "map": _map,
    "fold": _fold,
    "finish": _finish,
    "follow": _follow,
}


# What is due


def _next(rebuild: Rebuild, kind: str) -> list[Message]:
    """The messages of the next stage, if that of `kind` is complete."""
    if rebuild.files.read("done") is not None:
        return []
    stage, due = _due(rebuild)
    return [] if stage == kind else due


def _due(rebuild: Rebuild) -> tuple[str, list[Message]]:
    """The stage that is not complete, and what of it is not done."""
    plan, message = rebuild.plan, partial(_message, rebuild)
    if not plan.partitions:
        return "follow", [message("follow")]
    if maps := rebuild.files.missing("mapped", len(plan.ends)):
        return "map", [message("map", range=number) for number in maps]
    if folds := rebuild.files.missing("folded", plan.partitions):
        return "fold", [message("fold", partition=number) for number in folds]
    return "finish", [message("finish")]


def _message(rebuild: Rebuild, kind: str, **where: int) -> Message:
    return {"step": kind, "rebuild": rebuild.files.name, **where}
