"""Import an event log: read it, then take its cases one by one into the store."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Literal, NamedTuple, TextIO
from uuid import uuid4

from ...eventlog.ports import Conflict, TooLarge
from ...kernel import yaml_file
from ...kernel.base import Frozen
from ..case_import import Into, Taken, take
from ..cases import MOST_ROWS, CaseLog, Effect, Problem, Refused, read_case, too_many
from ..mapping import Mapping
from ..rows import LogRow, Origin, value
from . import event_logs
from .staging import Broken, Staged, Staging, staging

THREADS = 4  # they share the store's group commits
AHEAD = 8  # cases a thread that may wait: enough to keep it busy, and little memory
REPORTED = 1000


class Progress(NamedTuple):
    """Of the file in bytes while it is read, then of its cases."""

    phase: Literal["reading", "importing"]
    done: int
    total: int


class Summary(Frozen):
    """
    `cases` and `rows` are those of the file; `events` were appended now; `already` rows the store
    had, of this file or another; `repeated` rows have the reference of another row of the file, and
    say the same; `started` tell when a step began, or are no step of their own; `skipped` rows were
    not imported because of a problem, and `refused` cases. `problems` has the first 1,000 of
    `problem_count`.
    """

    cases: int
    rows: int
    events: int
    skipped: int
    already: int
    repeated: int
    started: int
    refused: int
    problem_count: int
    problems: tuple[Problem, ...]
    seconds: float


class Run(NamedTuple):
    """One import: `id` is the correlation id of what it appends."""

    id: str
    into: Into
    mapping: Mapping
    origin: Origin
    progress: Callable[[Progress], None]


@dataclass
class _Tally:
    report: TextIO | None
    cases: int = 0
    rows: int = 0
    events: int = 0
    skipped: int = 0
    already: int = 0
    repeated: int = 0
    started: int = 0
    refused: int = 0
    count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def note(self, problem: Problem) -> None:
        self.count += 1
        if len(self.problems) < REPORTED:
            self.problems.append(problem)
        if self.report is not None:
            line = json.dumps(asdict(problem), ensure_ascii=False)
            self.report.write(f"{line}\n")

    def summary(self, seconds: float) -> Summary:
        return Summary(
            cases=self.cases,
            rows=self.rows,
            events=self.events,
            skipped=self.skipped,
            already=self.already,
            repeated=self.repeated,
            started=self.started,
            refused=self.refused,
            problem_count=self.count,
            problems=tuple(self.problems),
            seconds=round(seconds, 3),
        )


class Outcome(NamedTuple):
    """
    What came of one case: how many of its rows were not imported, and why; or how many of them are
    no events of their own.
    """

    taken: Taken
    skipped: int = 0
    problems: tuple[Problem, ...] = ()
    repeated: int = 0
    started: int = 0


def run_import(  # noqa: PLR0913 - the keywords are the command's options
    into: Into,
    path: Path,
    mapping_path: Path,
    *,
    data: Path,
    progress: Callable[[Progress], None] = lambda _: None,
    report: Path | None = None,
) -> Summary:
    """
    Import the log in `path`. Run again, after it was interrupted or with a longer log, it imports
    what is missing.

    Rows are kept for a while in the directory `data`. `report` is written with every problem, a
    JSON object a line. Raises BadYaml for the mapping, BadLog for a file that is no log, and then
    nothing is imported; OSError for `data` and `report`.
    """
    began = perf_counter()
    mapping = yaml_file.read(mapping_path, Mapping)
    run = Run(f"import-{uuid4().hex}", into, mapping, Origin(path.name, into.now()), progress)
    with ExitStack() as held:
        opened = report and held.enter_context(report.open("w", encoding="utf-8"))
        staged = held.enter_context(staging(data))
        tally = _Tally(opened or None)
        _read(run, path, staged, tally)
        _import(run, staged, tally)
    return tally.summary(perf_counter() - began)


def _read(run: Run, path: Path, staged: Staging, tally: _Tally) -> None:
    def case_of(row: LogRow) -> str | None:
        return value(run.mapping, row, run.mapping.columns.case)

    with event_logs.opened(path, run.mapping) as log:
        for rows in staged.add(log.rows, case_of):
            tally.rows = rows
            run.progress(Progress("reading", log.read(), log.size))


def _import(run: Run, staged: Staging, tally: _Tally) -> None:
    for broken in staged.broken():
        tally.skipped += 1
        tally.note(_problem(broken))
    total = staged.count()
    for outcome in _in_order(partial(_one, run), staged):
        tally.cases += 1
        tally.events += outcome.taken.events
        tally.already += outcome.taken.already
        tally.skipped += outcome.skipped
        tally.repeated += outcome.repeated
        tally.started += outcome.started
        tally.refused += bool(outcome.skipped)
        for problem in (*outcome.problems, *outcome.taken.kept):
            tally.note(problem)
        run.progress(Progress("importing", tally.cases, total))


def _problem(broken: Broken) -> Problem:
    effect = Effect.ROW_SKIPPED if broken.case is None else Effect.CASE_REFUSED
    return Problem(broken.line, broken.case, broken.reason, effect)


def _in_order(one: Callable[[Staged, list[LogRow]], Outcome], staged: Staging) -> Iterator[Outcome]:
    """What comes of each case, in the order of the log; a few of them are under way at a time."""
    under_way: deque[Future[Outcome]] = deque()
    with ThreadPoolExecutor(THREADS, "import") as pool:
        try:
            for case in staged.cases():
                rows = [] if _refused(case) else staged.rows(case)
                under_way.append(pool.submit(one, case, rows))
                if len(under_way) >= THREADS * AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _one(run: Run, case: Staged, rows: list[LogRow]) -> Outcome:
    log = _refused(case) or read_case(run.mapping, case.reference, rows, run.origin)
    if isinstance(log, Refused):
        return Outcome(Taken(0, 0), case.rows, log.problems)
    try:
        taken = take(run.into, log, run.id)
    except (TooLarge, Conflict) as error:
        return Outcome(Taken(0, 0), case.rows, (*log.skipped, _failed(log, error)))
    started = case.rows - len(log.rows) - log.repeated
    return Outcome(taken, 0, log.skipped, log.repeated, started)


def _refused(case: Staged) -> Refused | None:
    """A case that cannot be imported whatever its rows say."""
    if case.broken is not None:
        reason = f"line {case.broken} cannot be read, and may be one of this case"
        return Refused((Problem(case.line, case.reference, reason),))
    if case.rows > MOST_ROWS:
        return too_many(case.reference, case.line, case.rows)
    return None


def _failed(log: CaseLog, error: TooLarge | Conflict) -> Problem:
    return Problem(log.line, log.reference, str(error))
