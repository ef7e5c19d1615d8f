"""
A large view is rebuilt by many workers at once: in small steps, which a queue carries as messages.

    plan     fix the end, make the new generation, divide the log into ranges of positions
    map      one range of the log: sort its commits by the partitions of keys that they concern
    fold     one partition of the keys: fold its rows, in the order of the log
    load     write the rows of one partition into the generation
    park     one range: collect the events that have to wait
    finish   write these and the checkpoint, come up to date, take over

An event that cannot be taken blocks its stream, in all partitions, and only when all of them are
folded is it known which events those are. So they are folded in rounds. In each, the streams that
were found to fail before wait from there on. The event in question is still tried: if it is taken
after all, because what was wrong was that another should have waited, the next round knows. Once a
round finds what it assumed, it has made what a fold in the order of the log makes: by induction,
each event met the rows of that fold, and was taken, or failed, or waited as it does there. The
earliest event on which two rounds differ comes later each time, so there is such a round; mostly it
is the first, and the second where something is parked.

The state is in the files that the steps leave (see `fanout_files`). A message that comes twice
finds its work done; a step that died is done again; whoever finds a stage complete sends the
messages of the next. After a lost message, `plan` sent again goes on with all that is not done.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple
from zlib import crc32

from ..consumers import Work
from ..feed import Decoded, Feed, Source, Undecodable, decoded, skips
from ..parking import failure_of, handle
from ..ports import Commit
from ..views.folding import Rows, key_of
from ..views.port import Batch, Failure, Overtaken, Parked, Projection, Views
from .fanout_files import (
    Plan,
    Shuffle,
    commits_file,
    commits_of,
    packed,
    parked_file,
    parked_of,
    plan_of,
    rows_file,
    rows_of_file,
    unpacked,
)
from .rebuilds import take_over

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Blocks = Mapping[str, int]

READ_AT_ONCE = 1000
LOAD_AT_ONCE = 500
MOST_PARTITIONS = 1000


class Fanout(NamedTuple):
    """`range_events` are mapped by one step, `partition_events` folded by one, about."""

    source: Source
    views: Views
    shuffle: Shuffle
    projections: Sequence[Projection]
    range_events: int = 50_000
    partition_events: int = 100_000


class Rebuild(NamedTuple):
    name: str
    plan: Plan
    projection: Projection
    out: Fanout

    def file(self, *parts: object) -> str:
        return "/".join((self.name, *map(str, parts)))

    def numbers(self, kind: str) -> set[int]:
        """Of the files of a kind that are there, the last part of the name."""
        names = self.out.shuffle.names(self.file(kind, ""))
        return {int(one.rsplit("/", 1)[1]) for one in names}

    def read(self, *parts: object) -> bytes | None:
        return self.out.shuffle.get(self.file(*parts))

    def value(self, *parts: object) -> Any:
        found = self.read(*parts)
        return None if found is None else unpacked(found)

    def write(self, body: bytes, *parts: object) -> None:
        self.out.shuffle.put(self.file(*parts), body)


def start(view: str, name: str) -> Message:
    """The first message of a rebuild; `name` is its own, and new."""
    return {"step": "plan", "rebuild": name, "view": view}


def step(out: Fanout, message: Message) -> list[Message]:
    """
    Do one step, and return the messages that are due then. A message of a rebuild that is over, or
    was given up, does nothing. Raises ViewsError, StoreError, and KeyError for what is no message.
    """
    kind, name = message["step"], message["rebuild"]
    if out.shuffle.get(f"{name}/done") is not None:
        return []
    if kind == "plan":
        _make_plan(out, name, message["view"])
    found = out.shuffle.get(f"{name}/plan")
    if found is None:
        return []
    plan = plan_of(found)
    projection = _projection(out, plan)
    if projection is None or not _goes_on(out, plan):
        return _give_up(out, name, plan)
    rebuild = Rebuild(name, plan, projection, out)
    _STEPS[kind](rebuild, message)
    return _due(rebuild, kind, message)


def _projection(out: Fanout, plan: Plan) -> Projection | None:
    """None if this release, or the calendar that is now, would make other rows than were begun."""
    for one in out.projections:
        if (one.name, one.signature) == (plan.generation.view, plan.generation.signature):
            return one
    return None


def _goes_on(out: Fanout, plan: Plan) -> bool:
    try:
        out.views.touch(plan.generation)
    except Overtaken:
        return False
    return True


def _give_up(out: Fanout, name: str, plan: Plan) -> list[Message]:
    logger.warning("the rebuild of %s is given up: it was outdated or idle", plan.generation.view)
    out.views.abandon(plan.generation)
    _clean_up(out, name)
    return []


def _clean_up(out: Fanout, name: str) -> None:
    # These two stay: by them a message that comes later finds that it is over, and a worker that
    # has just made another generation that it was not the first.
    stay = (f"{name}/done", f"{name}/plan")
    out.shuffle.put(stay[0], b"")
    out.shuffle.delete([one for one in out.shuffle.names(f"{name}/") if one not in stay])


# Plan


def _make_plan(out: Fanout, name: str, view: str) -> None:
    if out.shuffle.get(f"{name}/plan") is not None:
        return
    projection = next(one for one in out.projections if one.name == view)
    skipped = skips(out.source, view)
    head = out.source.log.head()
    ends = [*range(out.range_events, head, out.range_events), head] if head else []
    partitions = min(MOST_PARTITIONS, -(-head // out.partition_events)) or 1
    generation = out.views.begin_rebuild(view, projection.signature)
    made = Plan(generation, tuple(ends), partitions, skipped)
    if not out.shuffle.put(f"{name}/plan", packed([*made[:3], sorted(skipped)])):
        out.views.abandon(generation)  # another worker has made one


# Map


def _map(rebuild: Rebuild, message: Message) -> None:
    number = message["range"]
    if rebuild.read("mapped", number) is not None:
        return
    files: dict[int, list[Commit]] = {}
    failed: list[Any] = []
    last = 0
    for commit, events in _range(rebuild, number):
        last = commit.last_position
        concerned: set[int] = set()
        for event in events:
            try:
                concerned.update(_partitions(rebuild, event))
            except Exception as error:  # noqa: BLE001 - it is for its stream to wait
                if (event.stream, event.version) not in rebuild.plan.skipped:
                    at = commit.last_position - commit.last_version + event.version
                    failed.append((event.stream, at, failure_of(error)))
        for one in concerned:
            files.setdefault(one, []).append(commit)
    for partition, commits in files.items():
        rebuild.write(commits_file(commits), "map", number, partition)
    rebuild.write(packed({"last": last, "failed": failed}), "mapped", number)


def _range(rebuild: Rebuild, number: int) -> Iterator[Decoded]:
    """Commits that begin in a range. The last of them may end behind it."""
    at, end = rebuild.plan.start(number), rebuild.plan.ends[number]
    log, codec = rebuild.out.source.log, rebuild.out.source.codec
    start = at
    while at < end and (commits := log.read(at, READ_AT_ONCE)):
        for commit in commits:
            begins = commit.last_position - commit.length + 1
            if start < begins <= end:
                yield decoded(codec, commit)
        at = commits[-1].last_position


def _partitions(rebuild: Rebuild, event: Any) -> Iterable[int]:
    """The one that the event's row is in, if any; raises what keeps it from being known."""
    if isinstance(event, Undecodable):
        raise event.error
    key = key_of(rebuild.projection, event)
    return () if key is None else (crc32(key.encode()) % rebuild.plan.partitions,)


# Fold


def _fold(rebuild: Rebuild, message: Message) -> None:
    turn, partition = message["round"], message["partition"]
    if rebuild.read("folded", turn, partition) is not None:
        return
    blocks = rebuild.value("blocks", turn)
    before = rebuild.value("folded", turn - 1, partition) if turn else None
    if before is not None and not _concerned(rebuild, turn, partition):
        rebuild.write(packed(before), "folded", turn, partition)
        return
    rows = Rows(rebuild.projection, {})
    # One further, so that the event itself is tried.
    waiting = {stream: position + 1 for stream, position in blocks.items()}
    streams: set[str] = set()
    commits = _noting(streams, _of_partition(rebuild, partition))
    taken = handle(commits, rows.take, rebuild.plan.skipped, waiting)
    failed = [(one.stream, one.position, one.failure) for one in taken.parked if one.failure]
    rebuild.write(packed(sorted(streams)), "streams", partition)
    rebuild.write(rows_file(rows.changes()), "rows", turn, partition)
    rebuild.write(packed({"rows": turn, "failed": failed}), "folded", turn, partition)


def _concerned(rebuild: Rebuild, turn: int, partition: int) -> bool:
    """Whether a stream of the partition waits from elsewhere than in the round before."""
    before, now = rebuild.value("blocks", turn - 1), rebuild.value("blocks", turn)
    moved = {one for one in before.keys() | now.keys() if before.get(one) != now.get(one)}
    return not moved.isdisjoint(rebuild.value("streams", partition))


def _of_partition(rebuild: Rebuild, partition: int) -> Iterator[Decoded]:
    for number in range(len(rebuild.plan.ends)):
        file = rebuild.read("map", number, partition)
        for commit in commits_of(file) if file else ():
            events = decoded(rebuild.out.source.codec, commit).events
            yield Decoded(commit, [one for one in events if _is_in(rebuild, partition, one)])


def _is_in(rebuild: Rebuild, partition: int, event: Any) -> bool:
    try:
        return partition in _partitions(rebuild, event)
    except Exception:  # noqa: BLE001 - `_map` has told of it
        return False


def _noting(streams: set[str], commits: Iterable[Decoded]) -> Iterator[Decoded]:
    for one in commits:
        streams.add(one.commit.stream)
        yield one


def _settle(rebuild: Rebuild, turn: int) -> bool:
    """Whether the round found what it assumed; if not, there is another."""
    found = _blocks(rebuild, turn)
    if {stream: at for stream, (at, _) in found.items()} == rebuild.value("blocks", turn):
        return True
    _write_blocks(rebuild, turn + 1, found)
    return False


def _write_blocks(rebuild: Rebuild, turn: int, found: Mapping[str, tuple[int, Any]]) -> None:
    rebuild.write(packed({stream: at for stream, (at, _) in found.items()}), "blocks", turn)


def _blocks(rebuild: Rebuild, turn: int | None) -> dict[str, tuple[int, Failure]]:
    """The first event of each stream that failed, in the maps and in a round, and why."""
    found: dict[str, tuple[int, Failure]] = {}
    for stream, at, why in _failures(rebuild, turn):
        if stream not in found or at < found[stream][0]:
            found[stream] = at, Failure(*why)
    return found


def _failures(rebuild: Rebuild, turn: int | None) -> Iterator[tuple[str, int, Any]]:
    for number in range(len(rebuild.plan.ends)):
        yield from rebuild.value("mapped", number)["failed"]
    if turn is not None:
        for partition in range(rebuild.plan.partitions):
            yield from rebuild.value("folded", turn, partition)["failed"]


# Load and park


def _load(rebuild: Rebuild, message: Message) -> None:
    partition = message["partition"]
    if rebuild.read("loaded", partition) is not None:
        return
    turn = rebuild.value("folded", _last_round(rebuild), partition)["rows"]
    file = rebuild.read("rows", turn, partition)
    rows = rows_of_file(file) if file else []
    for at in range(0, len(rows), LOAD_AT_ONCE):
        some = rows[at : at + LOAD_AT_ONCE]
        rebuild.out.views.load(rebuild.plan.generation, partition, some)
    rebuild.write(b"", "loaded", partition)


def _last_round(rebuild: Rebuild) -> int:
    return max(rebuild.numbers("blocks"))


def _park(rebuild: Rebuild, message: Message) -> None:
    number = message["range"]
    if rebuild.read("parked", number) is not None:
        return
    blocks = _blocks(rebuild, _last_round(rebuild))
    last = rebuild.value("mapped", number)["last"]
    if all(at > last for at, _ in blocks.values()):
        rebuild.write(parked_file([]), "parked", number)
        return
    commits = (one for one in _range(rebuild, number) if one.commit.stream in blocks)
    waiting = {stream: at for stream, (at, _) in blocks.items()}
    parked = handle(commits, lambda _: None, rebuild.plan.skipped, waiting).parked
    whys = {(stream, at): why for stream, (at, why) in blocks.items()}
    parked = [one._replace(failure=whys.get((one.stream, one.position))) for one in parked]
    rebuild.write(parked_file(parked), "parked", number)


# Finish


def _finish(rebuild: Rebuild, _message: Message) -> None:
    views, plan = rebuild.out.views, rebuild.plan
    if views.live(plan.generation.view) != plan.generation:
        views.seal(plan.generation, plan.partitions)
        was = views.checkpoint(plan.generation)
        if was.position < plan.end:
            views.commit(plan.generation, Batch(was, plan.end, park=_all_parked(rebuild)))
        work = Work(rebuild.projection, plan.generation, plan.skipped)
        take_over(work, Feed(rebuild.out.source), views)
    _clean_up(rebuild.out, rebuild.name)


def _all_parked(rebuild: Rebuild) -> list[Parked]:
    files = (rebuild.read("parked", number) for number in range(len(rebuild.plan.ends)))
    return [one for file in files if file is not None for one in parked_of(file)]


def _go_on(_rebuild: Rebuild, _message: Message) -> None:
    pass


_STEPS: Mapping[str, Callable[[Rebuild, Message], None]] = {
    "plan": _go_on,
    "map": _map,
    "fold": _fold,
    "load": _load,
    "park": _park,
    "finish": _finish,
}


# What is due


def _due(rebuild: Rebuild, kind: str, message: Message) -> list[Message]:
    """
    After the plan, all that is not done; after another step the next stage, if this is complete.
    """
    if kind == "finish" or rebuild.out.shuffle.get(rebuild.file("done")) is not None:
        return []
    stage, due = _stage(rebuild)
    same = kind in stage.kinds and message.get("round", stage.turn) == stage.turn
    return [] if same and kind != "plan" else due


class _Stage(NamedTuple):
    kinds: tuple[str, ...]
    turn: int | None = None


def _stage(rebuild: Rebuild) -> tuple[_Stage, list[Message]]:
    plan, of = rebuild.plan, partial(_message, rebuild)
    maps = set(range(len(plan.ends))) - rebuild.numbers("mapped")
    if maps:
        return _Stage(("map",)), [of("map", range=one) for one in sorted(maps)]
    turn, folds = _round(rebuild)
    if folds:
        due = [of("fold", round=turn, partition=one) for one in sorted(folds)]
        return _Stage(("fold",), turn), due
    loads = set(range(plan.partitions)) - rebuild.numbers("loaded")
    parks = set(range(len(plan.ends))) - rebuild.numbers("parked")
    due = [of("load", partition=one) for one in sorted(loads)]
    due += [of("park", range=one) for one in sorted(parks)]
    if due:
        return _Stage(("load", "park")), due
    return _Stage(("finish",)), [of("finish")]


def _round(rebuild: Rebuild) -> tuple[int, set[int]]:
    """The last round, and the partitions that are still to be folded in it."""
    if not rebuild.numbers("blocks"):
        _write_blocks(rebuild, 0, _blocks(rebuild, None))
    while True:
        turn = _last_round(rebuild)
        folds = set(range(rebuild.plan.partitions)) - rebuild.numbers(f"folded/{turn}")
        if folds or _settle(rebuild, turn):
            return turn, folds


def _message(rebuild: Rebuild, kind: str, **where: int) -> Message:
    return {"step": kind, "rebuild": rebuild.name, **where}
