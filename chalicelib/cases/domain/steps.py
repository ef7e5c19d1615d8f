"""Opening and closing the steps (环节) of a case, and who is responsible for them."""

from collections.abc import Iterable, Mapping
from datetime import date

from ...clock.clock import SpecialProcedure
from ...items.domain.plan import PlannedStep, Reviewer, StepKind
from ...kernel.actor import Role
from ...kernel.errors import Invalid, OutOfOrder
from . import events as e
from .commands import CaseCommand
from .dossier import Dossier, OpenStep
from .guards import today
from .values import StepOutcome, Stood

# What the plan lays down


def first_step(dossier: Dossier, on: date) -> list[e.Event]:
    return opening(dossier, dossier.plan.steps[0], on)


def step_after(dossier: Dossier, planned: str, on: date) -> list[e.Event]:
    ids = [step.id for step in dossier.plan.steps]
    following = dossier.plan.steps[ids.index(planned) + 1 :]
    return opening(dossier, following[0], on) if following else []


def step_before(dossier: Dossier, planned: str, on: date) -> list[e.Event]:
    """The nearest earlier step that is handled, to which a review can send the case back."""
    ids = [step.id for step in dossier.plan.steps]
    earlier = [s for s in dossier.plan.steps[: ids.index(planned)] if s.kind is StepKind.HANDLE]
    if not earlier:
        raise OutOfOrder("no-earlier-step", "there is no earlier step to send the case back to")
    return opening(dossier, earlier[-1], on)


def opening(dossier: Dossier, planned: PlannedStep, on: date) -> list[e.Event]:
    """A step waits for its department; a parallel one for each of its reviewers."""
    step = f"{planned.id}-{turn(dossier, planned.id)}"
    if planned.kind is not StepKind.PARALLEL:
        whole = Reviewer(department=planned.department, name=planned.name)
        return [_opened(dossier, planned, on, step, whole)]
    return [
        _opened(dossier, planned, on, f"{step}:{reviewer.department}", reviewer)
        for reviewer in planned.reviewers
    ]


def _opened(
    dossier: Dossier, planned: PlannedStep, on: date, step: str, reviewer: Reviewer
) -> e.StepOpened:
    department, division = responsible(dossier, reviewer.department)
    return e.StepOpened(
        item=dossier.item.code,
        number=dossier.number,
        step=step,
        planned=planned.id,
        name=reviewer.name,
        kind=planned.kind,
        role=planned.role,
        department=department,
        division=division,
        on=on,
        days=planned.days,
        confidential=dossier.confidential or None,
    )


def turn(dossier: Dossier, planned: str) -> int:
    """Which time it is that the step comes up, whoever it was passed on to."""
    steps = (*(one.opened for one in dossier.open), *(one.opened for one in dossier.done))
    came_up = {_own_id(one.step).partition(":")[0] for one in steps if one.planned == planned}
    return len(came_up) + 1


def responsible(dossier: Dossier, department: str) -> tuple[str, str]:
    """Which department, in which division, does now what the plan gives to `department`."""
    division = dossier.home
    for transfer in dossier.transfers:
        if transfer.from_department == department:
            department, division = transfer.to_department, transfer.to_division
    return department, division


# What any case may have


DESKS: Mapping[e.Desk, tuple[str, Role]] = {
    "intake": ("受理 Acceptance", Role.CLERK),
    "supplement": ("补正 Supplement", Role.APPLICANT),
    "extension": ("延长期限 Extension", Role.APPROVER),
    "delivery": ("送达 Delivery", Role.CLERK),
    "rating": ("差评整改 Answer to a bad rating", Role.CLERK),
}
_AT_THE_WINDOW = frozenset({"intake", "delivery"})


def desk(dossier: Dossier, kind: e.Desk, on: date, days: int | None = None) -> e.StepOpened:
    """A step of the intake window's, or of the department in charge."""
    name, role = DESKS[kind]
    window = kind in _AT_THE_WINDOW
    return e.StepOpened(
        item=dossier.item.code,
        number=dossier.number,
        step=f"{kind}-{turn(dossier, kind)}",
        planned=kind,
        name=name,
        kind=kind,
        role=role,
        department=dossier.intake if window else dossier.department,
        division=dossier.intake_division if window else dossier.division,
        on=on,
        days=days,
        confidential=dossier.confidential or None,
    )


def special(
    dossier: Dossier, procedure: SpecialProcedure, role: Role, on: date, days: int
) -> e.StepOpened:
    """The step of a special procedure, which has a limit of its own; named as its stop."""
    return e.StepOpened(
        item=dossier.item.code,
        number=dossier.number,
        step=special_id(len(dossier.stops) + 1),
        planned="special",
        name=f"{procedure.special.zh} {procedure.special.en}",
        kind="special",
        role=role,
        department=dossier.department,
        division=dossier.division,
        on=on,
        days=days,
        confidential=dossier.confidential or None,
    )


def special_id(nth: int) -> str:
    return f"special-{nth}"


def specials(dossier: Dossier, pause: str) -> tuple[OpenStep, ...]:
    """The open step of the stop `pause`, wherever it was passed on to; a supplement has none."""
    step = special_id(int(pause.removeprefix("pause-")))
    return tuple(one for one in dossier.open if _own_id(one.id) == step)


# Closing


def finishing(
    dossier: Dossier,
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
        done.append(_closed(dossier, one, outcome, command, opinion))
    return done


def overtaken(dossier: Dossier, steps: Iterable[OpenStep], command: CaseCommand) -> list[e.Event]:
    """Close steps that nobody needs to do any more."""
    return [_closed(dossier, one, StepOutcome.OVERTAKEN, command) for one in steps]


def handed_over(
    dossier: Dossier, command: CaseCommand, source: str, to: tuple[str, str], reason: str
) -> list[e.Event]:
    """Every open step of the old department closes there and opens at the new one."""
    # What waits for the applicant goes on waiting, by the notice's own date.
    moving = [s for s in dossier.open if s.opened.department == source and not _is_theirs(s)]
    events: list[e.Event] = []
    for one in moving:
        events.append(_closed(dossier, one, StepOutcome.TRANSFERRED, command, reason))
        events.append(
            one.opened.model_copy(
                update={
                    "step": f"{_own_id(one.id)}>{len(dossier.transfers) + 1}",
                    "department": to[0],
                    "division": to[1],
                    "on": today(command),
                }
            )
        )
    return events


def of_kind(dossier: Dossier, *kinds: str) -> tuple[OpenStep, ...]:
    return tuple(one for one in dossier.open if one.opened.kind in kinds)


def _is_theirs(step: OpenStep) -> bool:
    return step.opened.role is Role.APPLICANT


def _own_id(step: str) -> str:
    """The id without how often the step was passed on."""
    return step.partition(">")[0]


def _closed(
    dossier: Dossier,
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
        stood=_stood(dossier, step.opened.on, day) if step.is_planned else (),
    )


def _stood(dossier: Dossier, opened: date, day: date) -> tuple[Stood, ...]:
    """The days from `opened` to `day` in which the clock stood."""
    ends = ((stop.suspended.since, stop.until or day) for stop in dossier.stops)
    clipped = ((max(since, opened), min(until, day)) for since, until in ends)
    return tuple(Stood(since=since, until=until) for since, until in clipped if since <= until)
