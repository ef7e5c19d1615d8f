"""What the rows of a log tell of one case, in events; or why the case cannot be imported."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Values
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from ..cases.domain import CATEGORY
from ..cases.domain.events import CaseConcluded, CaseImported
from ..cases.domain.values import ItemRef, Result
from ..eventlog.envelope import Circumstances, Happened
from ..kernel.actor import SYSTEM, Channel
from ..kernel.base import Frozen
from .mapping import Mapping
from .rows import (
    Case,
    Done,
    ImportedRow,
    LogRow,
    Origin,
    Unmappable,
    department,
    digest,
    done,
    past,
    shown,
    time,
    told,
    unfit,
    value,
)

R = TypeVar("R", LogRow, Done)
E = TypeVar("E")
MOST_ROWS = 100_000  # of a case: what memory holds of one
COMPLETE, START, OTHER = "complete", "start", "other"


class Effect(StrEnum):
    """What came of a problem."""

    CASE_REFUSED = "case refused"
    ROW_SKIPPED = "row skipped"
    NO_STEP = "no step of its own"
    KEPT = "kept as imported before"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row, or a whole case, was not imported as the log has it."""

    line: int
    case: str | None
    reason: str
    effect: Effect = Effect.CASE_REFUSED


class CaseLog(NamedTuple):
    """
    What a log tells of a case. `rows` are in the order of time; `line` is the first of them;
    `repeated` more rows have the reference of one of these, and say the same; `skipped` ones are no
    steps.
    """

    id: str
    reference: str
    line: int
    imported: Happened
    rows: tuple[ImportedRow, ...]
    concluded: Happened | None
    repeated: int = 0
    skipped: tuple[Problem, ...] = ()

    @property
    def stream(self) -> str:
        return f"{CATEGORY}-{self.id}"


class Refused(NamedTuple):
    problems: tuple[Problem, ...]


def case_id(source: str, reference: str) -> str:
    """The id of a case follows from the log's name and its own, so that it is imported once."""
    return digest(source, reference)[:26]


def read_case(
    mapping: Mapping, reference: str, rows: Sequence[LogRow], origin: Origin
) -> CaseLog | Refused:
    """
    The case that all of `rows` tell of. Every row that cannot be mapped has its problem, and one
    is enough to refuse the case.
    """
    if len(rows) > MOST_ROWS:
        return too_many(reference, rows[0].line, len(rows))
    by_transition = _by_transition(mapping, rows)
    understood, problems = _each(
        reference, by_transition[COMPLETE], lambda row: done(mapping, row, origin.now)
    )
    starts, unknown = _each(
        reference, by_transition[START], lambda row: done(mapping, row, origin.now)
    )
    understood, left = _begun(understood, starts)
    others = sorted((*by_transition[OTHER], *left), key=lambda row: row.line)
    skipped = tuple(_no_step(mapping, reference, row) for row in others)
    problems = sorted((*problems, *unknown), key=lambda problem: problem.line)
    told_of, contradictions = _facts(mapping, reference, rows)
    if problems or contradictions or not understood:
        return Refused((*skipped, *problems, *contradictions))
    composed = _composed(mapping, reference, understood, told_of, origin)
    if isinstance(composed, Refused):
        return Refused((*skipped, *composed.problems))
    return composed._replace(skipped=skipped)


def too_many(reference: str, line: int, rows: int) -> Refused:
    reason = f"{rows:,} rows in one case; {MOST_ROWS:,} is the most"
    return Refused((Problem(line, reference, reason),))


# Transitions of an activity (XES, lifecycle extension)


def _by_transition(mapping: Mapping, rows: Iterable[LogRow]) -> Values[str, list[LogRow]]:
    """A row that cannot be read counts as complete: its problem refuses the case."""
    found: dict[str, list[LogRow]] = {COMPLETE: [], START: [], OTHER: []}
    for row in rows:
        transition = (value(mapping, row, mapping.columns.transition) or COMPLETE).lower()
        known = transition if transition in found else OTHER
        found[COMPLETE if row.problem else known].append(row)
    return found


def _begun(
    completed: Sequence[Done], started: Sequence[Done]
) -> tuple[list[Done], list[LogRow | Done]]:
    """Each that was completed with when it was started; and the starts that nothing completes."""
    waiting: defaultdict[str, list[Done]] = defaultdict(list)
    starts, begun = deque(sorted(started, key=_in_time)), []
    for one in sorted(completed, key=_in_time):
        while starts and starts[0].at <= one.at:
            waiting[starts[0].activity].append(starts.popleft())
        start = _start_of(one, waiting[one.activity])
        if start is not None:
            waiting[one.activity].remove(start)
        begun.append(one if start is None else one._replace(started=start.at))
    return begun, [*chain.from_iterable(waiting.values()), *starts]


def _start_of(completed: Done, waiting: Sequence[Done]) -> Done | None:
    """Of the same activity: that with its reference, and of the same person before another's."""

    def fits(one: Done) -> bool:
        return completed.reference is None or one.reference in (None, completed.reference)

    own = (one for one in waiting if one.person == completed.person and fits(one))
    return next(own, next(filter(fits, waiting), None))


def _in_time(row: Done) -> tuple[datetime, int]:
    return row.at, row.line


def _no_step(mapping: Mapping, reference: str, row: LogRow | Done) -> Problem:
    """An activity is a step once it is complete; its other transitions are none of their own."""
    if isinstance(row, Done):
        reason = f"{shown(row.activity)} was started, and the log does not say that it ended"
    else:
        transition = str(value(mapping, row, mapping.columns.transition))
        reason = f"transition {shown(transition)}: only 'start' and 'complete' are read"
    return Problem(row.line, reference, reason, Effect.NO_STEP)


def _composed(
    mapping: Mapping, reference: str, rows: Iterable[Done], facts: "Facts", origin: Origin
) -> CaseLog | Refused:
    in_time = sorted(rows, key=_in_time)
    line = min(row.line for row in in_time)
    try:
        single, repeated = _single(in_time)
        of = Case(reference, _department(mapping, facts), _channel(mapping, facts))
        start = _when(mapping, facts, "start", origin.now) or single[0].at
        imported = _happened(of, start, origin, _imported(mapping, of, facts))
        end = _when(mapping, facts, "end", origin.now)
    except Unmappable as error:
        where = error.line if isinstance(error, _InLine) else line
        return Refused((Problem(where, reference, str(error)),))
    before = dict(zip((row.key for row in single), _ends_before(start, single), strict=True))
    events, problems = _each(
        reference, single, lambda row: told(mapping, of, row, origin, before[row.key])
    )
    if problems:
        return Refused(tuple(problems))
    id_ = case_id(mapping.source, reference)
    concluded = None if end is None else _concluded(mapping, of, end, origin)
    return CaseLog(id_, reference, line, imported, tuple(events), concluded, repeated)


def _each(
    reference: str, rows: Iterable[R], what: Callable[[R], E]
) -> tuple[list[E], list[Problem]]:
    """What each row comes to, and the problems of those that come to nothing."""
    results, problems = [], []
    for row in rows:
        try:
            results.append(what(row))
        except Unmappable as error:
            problems.append(Problem(row.line, reference, str(error)))
    return results, problems


def _ends_before(start: datetime, rows: Iterable[Done]) -> Iterator[datetime | None]:
    """For each row, when the step before it ended; for the first, when the case started."""
    last = start
    for row in rows:
        yield last if last <= (row.started or row.at) else None
        last = row.at


def _single(rows: Iterable[Done]) -> tuple[list[Done], int]:
    """
    Each row once, and how many more there were of those with a reference. Without one, two rows
    that look alike are two things that were done: three payments within one second are three.
    """
    single: dict[str, Done] = {}
    alike: Counter[tuple[str, ...]] = Counter()
    repeated = 0
    for one in rows:
        row = one
        if row.reference is None:
            alike[row.facts] += 1
            row = row._replace(nth=alike[row.facts])
        first = single.setdefault(row.key, row)
        repeated += first is not row
        if row.facts != first.facts:
            earlier, later = sorted((first.line, row.line))
            raise _InLine(later, f"{shown(row.key)} is another row in line {earlier}")
    return list(single.values()), repeated


# What is told of the case


class Fact(NamedTuple):
    text: str
    column: str
    line: int


Facts = Values[str, Fact]


class _InLine(Unmappable):
    """Unmappable, and in which line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@contextmanager
def _in(line: int) -> Iterator[None]:
    try:
        yield
    except Unmappable as error:
        raise _InLine(line, str(error)) from error


def _facts(mapping: Mapping, reference: str, rows: Iterable[LogRow]) -> tuple[Facts, list[Problem]]:
    """By the names in CaseColumns; and where the rows contradict each other."""
    facts: dict[str, Fact] = {}
    problems = []
    for row in rows:
        for name, column in mapping.case:
            text = value(mapping, row, column)
            if text is None:
                continue
            first = facts.setdefault(name, Fact(text, column, row.line))
            if text != first.text:
                was = f"{shown(first.text)} in line {first.line}"
                reason = f"{column} is {shown(text)}, but {was}"
                problems.append(Problem(row.line, reference, reason))
    return facts, problems


def _department(mapping: Mapping, facts: Facts) -> str:
    fact = facts.get("department") or facts.get("group")
    if fact is not None:
        with _in(fact.line):
            return department(mapping, fact.text)
    if mapping.defaults.department is None:
        raise Unmappable("the case names no department, and the mapping no defaults.department")
    return mapping.code(mapping.defaults.department)


def _channel(mapping: Mapping, facts: Facts) -> Channel:
    fact = facts.get("channel")
    if fact is not None:
        if fact.text not in mapping.channels:
            reason = f"channel {shown(fact.text)} is not in the mapping's channels"
            raise _InLine(fact.line, reason)
        return mapping.channels[fact.text]
    if mapping.defaults.channel is None:
        raise Unmappable("the case names no channel, and the mapping no defaults.channel")
    return mapping.defaults.channel


def _when(mapping: Mapping, facts: Facts, name: str, now: datetime | None) -> datetime | None:
    """A time of the case, not later than `now` if that is given; raises Unmappable."""
    fact = facts.get(name)
    if fact is None:
        return None
    with _in(fact.line):
        at = time(mapping, fact.column, fact.text)
        return at if now is None else past(at, now)


def _imported(mapping: Mapping, of: Case, facts: Facts) -> CaseImported:
    deadline = _when(mapping, facts, "deadline", None)
    planned = _when(mapping, facts, "planned_end", None)
    responsible = facts.get("responsible")
    try:
        return CaseImported(
            case_id=case_id(mapping.source, of.reference),
            reference=of.reference,
            item=ItemRef(**mapping.item.model_dump()),
            division=mapping.division,
            department=of.department,
            responsible=None if responsible is None else responsible.text,
            deadline=deadline or planned,
        )
    except ValidationError as error:
        raise Unmappable(unfit(error)) from error


def _concluded(mapping: Mapping, of: Case, end: datetime, origin: Origin) -> Happened:
    on = end.astimezone(mapping.zone).date()
    return _happened(of, end, origin, CaseConcluded(result=Result.UNSTATED, on=on))


def _happened(of: Case, at: datetime, origin: Origin, event: Frozen) -> Happened:
    """What the log tells of the case and of no row, so that its source names no line."""
    source = f"{origin.name} {of.reference}"
    return Happened(event, Circumstances(at, SYSTEM, of.channel, source))
