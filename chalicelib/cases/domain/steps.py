"""Opening and closing the steps (环节) of a case, and who is responsible for them."""

from collections.abc import Iterable, Mapping
from datetime import date

from ...clock.clock import SpecialProcedure
from ...items.domain.plan import PlannedStep, Reviewer, StepKind
from ...kernel.actor import Role
from ...kernel.errors import Invalid, OutOfOrder
from . import commands as c
from . import events as e
from .commands import CaseCommand
from .guards import today
from .records import Application, OpenStep, Stop
from .state import InHand, Lodged, stops_of
from .values import StepOutcome, Stood

# What the plan lays down


def first_step(application: Application, on: date) -> list[e.Event]:
    return opening(application, application.plan.steps[0], on)


def step_after(application: Application, planned: str, on: date) -> list[e.Event]:
    ids = [step.id for step in application.plan.steps]
    following = application.plan.steps[ids.index(planned) + 1 :]
    return opening(application, following[0], on) if following else []


def step_before(application: Application, planned: str, on: date) -> list[e.Event]:
    """The nearest earlier step that is handled, to which a review can send the case back."""
    ids = [step.id for step in application.plan.steps]
    earlier = [s for s in application.plan.steps[: ids.index(planned)] if s.kind is StepKind.HANDLE]
    if not earlier:
        raise OutOfOrder("no-earlier-step", "there is no earlier step to send the case back to")
    return opening(application, earlier[-1], on)


def opening(application: Application, planned: PlannedStep, on: date) -> list[e.Event]:
    """A step waits for its department; a parallel one for each of its reviewers."""
    step = f"{planned.id}-{turn(application, planned.id)}"
    if planned.kind is not StepKind.PARALLEL:
        whole = Reviewer(department=planned.department, name=planned.name)
        return [_opened(application, planned, on, step, whole)]
    return [
        _opened(application, planned, on, f"{step}:{reviewer.department}", reviewer)
        for reviewer in planned.reviewers
    ]


def _opened(
    application: Application, planned: PlannedStep, on: date, step: str, reviewer: Reviewer
) -> e.StepOpened:
    department, division = responsible(application, reviewer.department)
    return e.StepOpened(
        item=application.item.code,
        number=application.number,
        step=step,
        planned=planned.id,
        name=reviewer.name,
        kind=planned.kind,
        role=planned.role,
        department=department,
        division=division,
        on=on,
        days=planned.days,
        confidential=application.confidential or None,
    )


def turn(application: Application, planned: str) -> int:
    """Which time it is that the step comes up, whoever it was passed on to."""
    steps = (*(one.opened for one in application.open), *(one.opened for one in application.done))
    came_up = {own_id(one.step).partition(":")[0] for one in steps if one.planned == planned}
    return len(came_up) + 1


def responsible(application: Application, department: str) -> tuple[str, str]:
    """Which department, in which division, does now what the plan gives to `department`."""
    division = application.home
    for transfer in application.transfers:
        if transfer.from_department == department:
            department, division = transfer.to_department, transfer.to_division
    return department, division


# What any case may have


DESKS: Mapping[e.Desk, tuple[str, Role]] = {
    "intake": ("受理 Acceptance", Role.CLERK),
    "supplement": ("补正 Supplement", Role.APPLICANT),
    "extension": ("延长期限 Extension", Role.APPROVER),
    "delivery": ("送达 Delivery", Role.CLERK),
    "recusal": ("回避决定 Decision on recusal", Role.APPROVER),
}
_AT_THE_WINDOW = frozenset({"intake", "delivery"})


def desk(application: Application, kind: e.Desk, on: date, days: int | None = None) -> e.StepOpened:
    """A step of the intake window's, or of the department in charge."""
    name, role = DESKS[kind]
    window = kind in _AT_THE_WINDOW
    return e.StepOpened(
        item=application.item.code,
        number=application.number,
        step=f"{kind}-{turn(application, kind)}",
        planned=kind,
        name=name,
        kind=kind,
        role=role,
        department=application.intake if window else application.department,
        division=application.intake_division if window else application.division,
        on=on,
        days=days,
        confidential=application.confidential or None,
    )


def special(
    case: InHand, procedure: SpecialProcedure, role: Role, on: date, days: int
) -> e.StepOpened:
    """The step of a special procedure, which has a limit of its own; named as its stop."""
    application = case.application
    return e.StepOpened(
        item=application.item.code,
        number=application.number,
        step=special_id(len(case.handling.stops) + 1),
        planned="special",
        name=f"{procedure.special.zh} {procedure.special.en}",
        kind="special",
        role=role,
        department=application.department,
        division=application.division,
        on=on,
        days=days,
        confidential=application.confidential or None,
    )


def special_id(nth: int) -> str:
    return f"special-{nth}"


def specials(application: Application, pause: str) -> tuple[OpenStep, ...]:
    """The open step of the stop `pause`, wherever it was passed on to; a supplement has none."""
    step = special_id(int(pause.removeprefix("pause-")))
    return tuple(one for one in application.open if own_id(one.id) == step)


# Who did them

_NOT_HANDLING = frozenset({"supplement", "recusal"})


def handlers(case: Lodged) -> frozenset[str]:
    """The accounts that handled the case itself: who answers for its rating."""
    application = case.application
    done = (
        one.finished.handler
        for one in application.done
        if one.opened.kind not in _NOT_HANDLING
        and one.finished.outcome is not StepOutcome.OVERTAKEN
    )
    started = (one.handler for one in application.open if one.opened.kind not in _NOT_HANDLING)
    stopped = (stop.suspended.by for stop in stops_of(case))
    return frozenset(one for one in (*done, *started, *stopped) if one)


# Closing


def finishing(
    case: Lodged,
    steps: Iterable[OpenStep],
    outcome: StepOutcome,
    command: CaseCommand,
    opinion: str | None = None,
) -> list[e.Event]:
    """Close steps that the actor did; raises Invalid for a day before one was opened."""
    done: list[e.Event] = []
    for one in steps:
        if one.handler is None:
            done.append(e.StepStarted(step=one.id, handler=command.by.account))
        done.append(_closed(case, one, outcome, command, opinion))
    return done


def overtaken(case: Lodged, steps: Iterable[OpenStep], command: CaseCommand) -> list[e.Event]:
    """Close steps that nobody needs to do any more."""
    return [_closed(case, one, StepOutcome.OVERTAKEN, command) for one in steps]


def handed_over(
    case: Lodged, command: CaseCommand, source: str, to: tuple[str, str], reason: str
) -> list[e.Event]:
    """Every open step of the old department closes there and opens at the new one."""
    application = case.application
    # What waits for the applicant goes on waiting, by the notice's own date.
    moving = [s for s in application.open if s.opened.department == source and not _is_theirs(s)]
    events: list[e.Event] = []
    for one in moving:
        events.append(_closed(case, one, StepOutcome.TRANSFERRED, command, reason))
        events.append(
            one.opened.model_copy(
                update={
                    "step": _passed_on_id(application, one.id),
                    "department": to[0],
                    "division": to[1],
                    "on": today(command),
                }
            )
        )
    return events


def passed_on(case: Lodged, steps: Iterable[OpenStep], command: c.Recuse) -> list[e.Event]:
    """
    What somebody had taken up closes and waits, in the same department, for somebody else. It is
    open since the same day: nobody's time begins anew because of who had it.
    """
    events: list[e.Event] = []
    for one in steps:
        left = _closed(case, one, StepOutcome.TRANSFERRED, command, command.reason)
        again = {"step": _passed_on_id(case.application, one.id)}
        events += [
            left.model_copy(update={"handler": one.handler}),
            one.opened.model_copy(update=again),
        ]
    return events


def _passed_on_id(application: Application, step: str) -> str:
    """As often as anything of the case was passed on, so that no id comes twice."""
    return f"{own_id(step)}>{len(application.transfers) + len(application.recused) + 1}"


def of_kind(application: Application, *kinds: str) -> tuple[OpenStep, ...]:
    return tuple(one for one in application.open if one.opened.kind in kinds)


def _is_theirs(step: OpenStep) -> bool:
    return step.opened.role is Role.APPLICANT


def own_id(step: str) -> str:
    """The id without how often the step was passed on."""
    return step.partition(">")[0]


def _closed(
    case: Lodged,
    step: OpenStep,
    outcome: StepOutcome,
    command: CaseCommand,
    opinion: str | None = None,
) -> e.StepFinished:
    day = today(command)
    if day < step.opened.on:
        raise Invalid(
            "ended-before-step-opened",
            "step {step} opened on {on}; it cannot have ended on {day}",
            step=step.id,
            on=step.opened.on,
            day=day,
        )
    overtaken = outcome is StepOutcome.OVERTAKEN
    return e.StepFinished(
        step=step.id,
        outcome=outcome,
        handler=(step.handler if overtaken else None) or command.by.account,
        opinion=opinion,
        stood=_stood(stops_of(case), step.opened.on, day) if step.is_planned else (),
        person=None if overtaken else getattr(command, "person", None),
        on=day,
    )


def _stood(stops: tuple[Stop, ...], opened: date, day: date | None) -> tuple[Stood, ...]:
    """
    The days from `opened` to `day` in which the clock stood; of a step of which nobody recorded the
    day, those of the stops that are over.
    """
    last = date.max if day is None else day
    ends = ((stop.suspended.since, stop.until or day) for stop in stops)
    clipped = ((max(since, opened), min(until, last)) for since, until in ends if until)
    found = {Stood(since=since, until=until) for since, until in clipped if since <= until}
    return tuple(sorted(found, key=lambda one: (one.since, one.until)))


def clocks_corrected(case: Lodged) -> list[e.Event]:
    """What finished steps did not know of the stops that the case has now."""
    stops = stops_of(case)
    events: list[e.Event] = []
    for one in case.application.done:
        if isinstance(one.opened.kind, StepKind) and one.opened.days is not None:
            stood = _stood(stops, one.opened.on, one.finished.on)
            if stood != one.stood:
                events.append(e.StepClockCorrected(step=one.opened.step, stood=stood))
    return events
