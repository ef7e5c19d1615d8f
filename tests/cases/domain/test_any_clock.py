"""
Any history of a case against a second reckoning, which counts day by day (issue G, 1).

What happened is drawn; it is then entered in two orders, stops also with wrong days that are
corrected afterwards. Whatever the order, the clocks of the case and of every step say what the
counting says, before the end and after it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.cases import domain as case
from chalicelib.cases.domain import due as ledger
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.corrections import source
from chalicelib.cases.domain.state import Lodged, State
from chalicelib.cases.projections import applicant_cases, process_library
from chalicelib.clock.clock import Limit, Reckoning, SpecialProcedure, Unit
from chalicelib.eventlog.envelope import Recorded
from chalicelib.kernel.errors import Rejected

from ...counts import large, often
from ...recorded import recorded, step
from . import givens as g

DAY = timedelta(days=1)
FIRST = date(2026, 8, 24)  # Mid-Autumn and National Day lie ahead
UNITS: tuple[Unit, ...] = ("working_days", "calendar_days")
PROCEDURES = (SpecialProcedure.HEARING, SpecialProcedure.EXPERT_REVIEW)


class Stop(NamedTuple):
    procedure: SpecialProcedure
    since: date
    until: date | None
    entered: tuple[date, date] | None  # other days, to be corrected


class Told(NamedTuple):
    """What happened; each of it may be entered whenever its department gets to it."""

    statutory: Limit
    promised: Limit
    step_days: int
    accepted: date
    surveyed: date
    stops: tuple[Stop, ...]
    extended: int
    ended: date
    how: str


def a_random(seed: int | str) -> Random:
    return Random(seed)  # noqa: S311 - a history, not a secret


def drawn(random: Random) -> Told:
    accepted = FIRST + random.randrange(3) * DAY
    surveyed = accepted + random.randrange(30) * DAY
    stops: list[Stop] = []
    day = accepted
    for procedure in random.sample(PROCEDURES, random.randrange(3)):
        since = day + random.randrange(12) * DAY
        until = since + random.randrange(9) * DAY
        wrong = since + random.randrange(3) * DAY
        entered = (wrong, wrong + random.randrange(3) * DAY) if random.random() < 0.4 else None
        stops.append(Stop(procedure, since, until, entered))
        if random.random() < 0.5:
            day = until
    last = max([surveyed, *(stop.until or day for stop in stops)])
    how = random.choice(("granted", "denied", "withdrawn", "open"))
    if how == "withdrawn" and stops and random.random() < 0.5:
        stops[-1] = stops[-1]._replace(until=None, entered=None)
    return Told(
        statutory=Limit(
            random.choice((3, 8, 20)), random.choice(("working_days", "calendar_days"))
        ),
        promised=Limit(random.choice((1, 2, 3)), random.choice(("working_days", "calendar_days"))),
        step_days=random.randrange(1, 7),
        accepted=accepted,
        surveyed=surveyed,
        stops=tuple(stops),
        extended=random.choice((0, 0, 4, 10)),
        ended=last + random.randrange(12) * DAY,
        how=how,
    )


# Entering it


def entered(told: Told, random: Random) -> tuple[list[Recorded], Lodged]:
    """In some order that the case allows: what is refused now is tried again later."""
    plan = g.SHORT.model_copy(
        update={
            "statutory": told.statutory,
            "promised": told.promised,
            "special_procedures": PROCEDURES,
            "steps": (g.HANDLE.model_copy(update={"days": told.step_days}), g.APPROVE),
        }
    )
    entry = Entry()
    for command in (g.submit(FIRST.isoformat(), plan), g.accept(told.accepted.isoformat())):
        assert entry.take(command)
    waiting: list[Callable[[Entry], case.CaseCommand | None]] = [partial(_finish, told)]
    waiting += [partial(_suspend, one) for one in told.stops]
    if told.extended:
        waiting += [partial(_ask, told), partial(_extend, told)]
    waiting += [partial(_resume, one) for one in told.stops if one.until]
    waiting += [partial(_mend, one, end) for one in told.stops if one.entered for end in (0, 1)]
    random.shuffle(waiting)
    while waiting:
        left = [what for what in waiting if not entry.take(what(entry))]
        if len(left) == len(waiting):
            break
        waiting = left
    assert entry.take(_end(told)) or told.how == "open"
    assert isinstance(entry.state, Lodged)
    return entry.events, entry.state


class Entry:
    """A case as it is entered."""

    def __init__(self) -> None:
        self.state: State = case.initial
        self.events: list[Recorded] = []
        self.pauses: dict[SpecialProcedure, str] = {}

    def take(self, command: case.CaseCommand | None) -> bool:
        if command is None:
            return False
        try:
            decided = g.decide(command, self.state)
        except Rejected:
            return False
        for event in decided:
            self.events.append(recorded(command, event, len(self.events) + 1, "case-c1"))
            if isinstance(event, e.CaseSuspended):
                self.pauses[event.procedure] = event.pause
        self.state = case.fold(decided, self.state)
        return bool(decided)

    @property
    def lodged(self) -> Lodged:
        assert isinstance(self.state, Lodged)
        return self.state


def _finish(told: Told, _entry: Entry) -> case.CaseCommand:
    return g.finish("survey-1", day=told.surveyed.isoformat())


def _suspend(stop: Stop, _entry: Entry) -> case.CaseCommand:
    since = stop.entered[0] if stop.entered else stop.since
    return g.suspend(since.isoformat(), stop.procedure)


def _resume(stop: Stop, entry: Entry) -> case.CaseCommand | None:
    pause = entry.pauses.get(stop.procedure)
    until = stop.entered[1] if stop.entered else stop.until
    return None if pause is None or until is None else g.resume(until.isoformat(), pause)


def _mend(stop: Stop, end: int, entry: Entry) -> case.CaseCommand | None:
    pause = entry.pauses.get(stop.procedure)
    if pause is None or stop.entered is None or stop.until is None:
        return None
    field, now = f"{pause}.{('since', 'until')[end]}", (stop.since, stop.until)[end]
    if now == stop.entered[end]:
        return None
    try:
        return g.correct(
            field, now.isoformat(), source(entry.lodged.application, field), "2026-12-31"
        )
    except KeyError:
        return None


def _ask(told: Told, _entry: Entry) -> case.CaseCommand:
    return g.ask_extension(told.accepted.isoformat(), told.extended)


def _extend(told: Told, _entry: Entry) -> case.CaseCommand:
    return g.grant_extension(told.accepted.isoformat())


def _end(told: Told) -> case.CaseCommand:
    day = told.ended.isoformat()
    match told.how:
        case "granted":
            return g.grant(day)
        case "denied":
            return g.deny(day)
        case "withdrawn":
            return g.withdraw(day)
        case _:
            return g.receive(day)


# Counting day by day


class Figures(NamedTuple):
    due: date | None
    used: int
    remaining: int
    late: bool


class Naive(NamedTuple):
    """Of a case as it was entered: what its days are, and what they come to."""

    accepted: date
    stopped: frozenset[date]
    open_since: date | None
    extension: int
    ended: date | None

    def running(self) -> Iterator[date]:
        day = self.accepted + DAY
        while self.open_since is None or day < self.open_since:
            if day not in self.stopped:
                yield day
            day += DAY
            if day.year > 2028:
                return

    def last(self, limit: Limit, unit: Unit) -> date | None:
        left, more = limit.days, self.extension
        rolls = limit.unit == "calendar_days"
        for day in self.running():
            if left:
                left -= _counts(day, limit.unit)
            elif more:
                more -= _counts(day, unit)
                rolls = unit == "calendar_days"
            if not left and not more and (not rolls or g.CALENDAR.is_working(day)):
                return day
        return None

    def figures(self, limit: Limit, due: date | None, total: int, today: date) -> Figures:
        day = today if self.ended is None else min(today, self.ended)
        used = sum(_counts(one, limit.unit) for one in _until(self.running(), day))
        over = 0 if due is None else _between(due, day, limit.unit)
        used = min(used, total) + over
        return Figures(due, used, total - used, due is not None and day > due)

    def total(self, limit: Limit, due: date | None, own: date | None, unit: Unit) -> int:
        if due is None or (due == own and (not self.extension or unit == limit.unit)):
            return limit.days + self.extension
        return sum(_counts(one, limit.unit) for one in _until(self.running(), due))


def _until(days: Iterator[date], last: date) -> Iterator[date]:
    for day in days:
        if day > last:
            return
        yield day


def _counts(day: date, unit: Unit) -> int:
    return int(unit == "calendar_days" or g.CALENDAR.is_working(day))


def _between(after: date, through: date, unit: Unit) -> int:
    days = (after + DAY * n for n in range(1, (through - after).days + 1))
    return sum(_counts(day, unit) for day in days)


def naive(state: Lodged) -> Naive:
    """From the days that the case has in the end, however they got there."""
    handling = state.handling  # type: ignore[union-attr]
    assert handling is not None
    ended = ledger.concluded_on(state)
    stopped: set[date] = set()
    open_since = None
    for stop in handling.stops:
        since, until = stop.suspended.since, stop.until
        if until is None and ended is not None:
            until = max(since, ended)
        if until is None:
            open_since = min(since, open_since or since)
        else:
            stopped |= {since + DAY * n for n in range((until - since).days + 1)}
    extension = sum(one.days for one in handling.extensions)
    return Naive(handling.accepted_on, frozenset(stopped), open_since, extension, ended)


def of(clock: Reckoning, today: date) -> Figures:
    return Figures(clock.due, clock.elapsed(today), clock.remaining(today), clock.is_late(today))


# The property


@large
@settings(max_examples=often(10_000), deadline=None)
@given(st.integers(0, 2**48))
def test_every_clock_says_what_counting_says_in_whichever_order_it_was_entered(seed: int) -> None:
    told = drawn(a_random(seed))
    answers = [_answers(told, a_random(f"{seed} {order}")) for order in range(2)]
    same = [answer for answer in answers if answer[0] == answers[0][0]]
    assert all(answer == same[0] for answer in same)


def _answers(told: Told, random: Random) -> tuple[Any, ...]:
    """What the case has, and what its clocks say of it; each as counting has it."""
    events, state = entered(told, random)
    counted, plan = naive(state), state.application.plan
    clocks_said = []
    for today in _days(told, random):
        clocks = ledger.clocks(state, g.CALENDAR, today)
        assert clocks is not None
        unit = plan.statutory.unit
        statutory = counted.last(plan.statutory, unit)
        own = counted.last(plan.promised, unit)
        promised = own if own is None or statutory is None else min(own, statutory)
        for limit, due, alone, clock in (
            (plan.statutory, statutory, statutory, clocks.statutory),
            (plan.promised, promised, own, clocks.promised),
        ):
            total = counted.total(limit, due, alone, unit)
            wanted = counted.figures(limit, due, total, today)
            assert of(clock, today) == wanted
            clocks_said.append((today, wanted) if today == told.ended else wanted.due)
    return _facts(state), clocks_said[:2], _rows(events, state, counted)


def _days(told: Told, random: Random) -> Sequence[date]:
    before = told.accepted + random.randrange(1 + (told.ended - told.accepted).days) * DAY
    return (told.ended, before, told.ended + random.randrange(90) * DAY)


def _facts(state: Lodged) -> tuple[Any, ...]:
    handling = state.handling  # type: ignore[union-attr]
    assert handling is not None
    stops = sorted((s.procedure, s.suspended.since, s.until) for s in handling.stops)
    done = sorted((one.opened.step, one.finished.on) for one in state.application.done)
    return stops, handling.extensions != (), ledger.concluded_on(state), done


def _rows(events: list[Recorded], state: Lodged, counted: Naive) -> tuple[Any, ...]:
    """What the lists and the process library say: the same, and of the step what counting says."""
    cards, library = applicant_cases.projection(g.CALENDAR), process_library.projection(g.CALENDAR)
    made: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for event in events:
        step(cards, made[0], event)
        step(library, made[1], event)
    card = made[0]["c1"]
    clocks = ledger.clocks(state, g.CALENDAR)
    assert clocks is not None
    assert card["promised_due"] == _text(clocks.promised.due)
    assert card["due"] == _text(clocks.statutory.due)
    if clocks.promised.ended is not None:
        assert card["used"] == clocks.promised.elapsed(clocks.promised.ended.on)
        assert card["total"] == clocks.promised.total
    done = [one for one in state.application.done if one.opened.step == "survey-1"]
    if not done or done[0].finished.outcome == "overtaken":
        return ()
    row, finished = made[1]["c1/survey-1"], done[0].finished.on
    assert finished is not None
    due = _step_due(done[0].opened, finished, state)
    assert (row["due"], row["late"]) == (_text(due), due is not None and finished > due)
    return row["due"], row["late"]


def _step_due(opened: e.StepOpened, finished: date, state: Lodged) -> date | None:
    """A step's days, of which those do not count on which the clock stood while it was open."""
    handling = state.handling  # type: ignore[union-attr]
    assert handling is not None
    assert opened.days is not None
    left, day = opened.days, opened.on
    while left:
        day += DAY
        stood = any(
            stop.suspended.since <= day <= min(stop.until or finished, finished)
            for stop in handling.stops
        )
        left -= int(g.CALENDAR.is_working(day) and not stood)
    return day


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def test_a_command_of_each_kind_is_entered() -> None:
    """Or the property would hold of nothing."""
    kinds: set[type] = set()
    for seed in range(60):
        events, _ = entered(drawn(a_random(seed)), a_random(seed))
        kinds |= {type(one.data) for one in events}
    assert {
        e.CaseSuspended,
        e.CaseResumed,
        e.MistakeCorrected,
        e.ExtensionGranted,
        e.StepClockCorrected,
        e.CaseGranted,
        e.CaseDenied,
        e.CaseWithdrawn,
    } <= kinds
