"""Taking up and finishing steps, transfer, correction of a recorded mistake."""

from collections.abc import Mapping
from datetime import date

from pydantic import TypeAdapter, ValidationError

from ...codes.parties import Applicant
from ...kernel.errors import Closed, Contradiction, Invalid, OutOfOrder
from ...kernel.validation import reason_of
from . import commands as c
from . import events as e
from .corrections import moved, recorded, source
from .duties import check_separate
from .guards import application_of, document, ended, in_handling, lodged, today
from .records import Application, Handling, OpenStep
from .state import Archived, Ended, Lodged, State, decision_of, handling_of
from .steps import finishing, handed_over, step_after, step_before
from .values import DocumentKind, StepOutcome

OUTCOMES: Mapping[str, frozenset[StepOutcome]] = {
    "handle": frozenset({StepOutcome.PASSED}),
    "review": frozenset({StepOutcome.PASSED, StepOutcome.RETURNED}),
    "parallel": frozenset(
        {StepOutcome.AGREED, StepOutcome.AGREED_WITH_CONDITIONS, StepOutcome.DISAGREED}
    ),
    "approve": frozenset({StepOutcome.RETURNED}),
}
_REASONED = frozenset(
    {StepOutcome.RETURNED, StepOutcome.AGREED_WITH_CONDITIONS, StepOutcome.DISAGREED}
)


# Steps


def start_step(command: c.StartStep, state: State) -> list[e.Event]:
    case = lodged(state)
    step = case.application.step(command.step)
    if step is None:
        raise _no_such_step(case.application, command.step)
    if today(command) < step.opened.on:
        raise Invalid(
            "taken-before-step-opened",
            "step {step} opened on {on}; it cannot be taken up before",
            step=step.id,
            on=step.opened.on,
        )
    check_separate(case.application, step, command)
    if step.handler is None:
        return [e.StepStarted(step=step.id, handler=command.by.account)]
    if step.handler == command.by.account:
        return []
    raise Contradiction(
        "step-taken-already",
        "{handler} has already taken up {step}",
        handler=step.handler,
        step=step.id,
    )


def _no_such_step(application: Application, step: str) -> OutOfOrder:
    waiting = tuple(one.id for one in application.open)
    if any(one.opened.step == step for one in application.done):
        return OutOfOrder(
            "step-finished-already",
            "step {step} is finished; open steps: {waiting}",
            step=step,
            waiting=waiting,
        )
    return OutOfOrder(
        "step-not-open",
        "step {step} is not open; open steps: {waiting}",
        step=step,
        waiting=waiting,
    )


def finish_step(command: c.FinishStep, state: State) -> list[e.Event]:
    if _already_finished(command, application_of(state)):
        return []
    case = in_handling(state)
    step = case.application.step(command.step)
    if step is None:
        raise _no_such_step(case.application, command.step)
    _outcome_fits(command, step)
    check_separate(case.application, step, command)
    done = finishing(case, (step,), command.outcome, command, command.opinion)
    return [*done, *_what_follows(case.application, step, command)]


def _already_finished(command: c.FinishStep, application: Application) -> bool:
    return any(
        (done.finished.step, done.finished.outcome, done.finished.opinion)
        == (command.step, command.outcome, command.opinion)
        for done in application.done
    )


def _outcome_fits(command: c.FinishStep, step: OpenStep) -> None:
    allowed = OUTCOMES.get(step.opened.kind)
    if allowed is None:
        raise OutOfOrder(
            "step-ends-by-decision",
            "step {step} ends with a decision of its own, not as a step",
            step=step.id,
        )
    if command.outcome not in allowed:
        raise Invalid(
            "outcome-not-of-step",
            "a {kind} step ends as one of: {names}; not {outcome}",
            kind=step.opened.kind,
            names=sorted(allowed),
            outcome=command.outcome,
        )
    if command.outcome in _REASONED and command.opinion is None:
        raise Invalid(
            "opinion-needed", "{outcome} needs an opinion that says why", outcome=command.outcome
        )


def _what_follows(application: Application, step: OpenStep, command: c.FinishStep) -> list[e.Event]:
    planned, on = step.opened.planned, today(command)
    if command.outcome is StepOutcome.RETURNED:
        return step_before(application, planned, on)
    others = [one for one in application.open if one.opened.planned == planned and one is not step]
    return [] if others else step_after(application, planned, on)


# Transfer


def transfer(command: c.Transfer, state: State) -> list[e.Event]:
    case = lodged(state)
    if isinstance(case, Ended):
        raise Closed.of(ended(case))
    application = case.application
    if _transferred_so(application, command):
        return []
    source = command.by.department or application.department
    if source == command.to_department:
        raise Invalid(
            "transfer-to-same-department", "{department} has the case already", department=source
        )
    moved = e.CaseTransferred(
        kind=command.kind,
        from_department=source,
        from_division=_division(application, source),
        to_department=command.to_department,
        to_division=command.to_division,
        reason=command.reason,
        document=document(application, DocumentKind.TRANSFER, today(command)),
    )
    to = (command.to_department, command.to_division)
    return [moved, *handed_over(case, command, source, to, command.reason)]


def _division(application: Application, department: str) -> str:
    """Where a department has something to hand over; raises OutOfOrder if it has not."""
    if department == application.department:
        return application.division
    for one in application.open:
        if one.is_planned and one.opened.department == department:
            return one.opened.division
    raise OutOfOrder(
        "department-without-step",
        "{department} neither has the case nor a step of it to hand over",
        department=department,
    )


def _transferred_so(application: Application, command: c.Transfer) -> bool:
    if not application.transfers:
        return False
    last = application.transfers[-1]
    return (last.to_department, last.to_division, last.reason, last.from_department) == (
        command.to_department,
        command.to_division,
        command.reason,
        command.by.department or last.from_department,
    )


# Correction

_APPLICANT: TypeAdapter[Applicant] = TypeAdapter(Applicant)


def correct_mistake(command: c.CorrectMistake, state: State) -> list[e.Event]:
    case = lodged(state)
    if isinstance(case, Archived):
        raise Closed.of(ended(case))
    field = command.field
    try:
        was, by = recorded(case, field), source(case.application, field)
    except KeyError as error:
        raise Invalid(
            "field-not-correctable", "{field} is not a field that can be corrected", field=field
        ) from error
    now = _fitting(case, command)
    if was == now:
        return []
    if command.mistake != by:
        raise Invalid(
            "field-of-another-event",
            "{field} was recorded by event {by}, not by event {mistake}",
            field=field,
            by=by,
            mistake=command.mistake,
        )
    return [
        e.MistakeCorrected(
            mistake=command.mistake, field=field, was=was, now=now, reason=command.reason
        )
    ]


def _fitting(case: Lodged, command: c.CorrectMistake) -> object:
    """The value as it will be recorded; raises Invalid if it does not fit the field."""
    head, _, tail = command.field.partition(".")
    if head == "form":
        return command.now
    if head == "applicant":
        return _of_the_applicant(case.application.applicant, command, tail)
    day, handling = _day(command), handling_of(case)
    if handling is not None:  # or `recorded` had raised KeyError
        _days_fit(case, moved(handling, command.field, date.fromisoformat(day)), command)
    return day


def _of_the_applicant(applicant: Applicant, command: c.CorrectMistake, field: str) -> object:
    told = {**applicant.model_dump(), field: command.now}
    try:
        fitting: object = getattr(_APPLICANT.validate_python(told), field)
    except ValidationError as error:
        raise Invalid(
            "corrected-value-not-fitting",
            "the value does not fit {field}: {why:;}",
            field=command.field,
            why=tuple(reason_of(each) for each in error.errors()),
        ) from error
    return fitting


def _day(command: c.CorrectMistake) -> str:
    """`fromisoformat` reads 20260105 and 2026-W02-1 too; one day is written one way."""
    now = command.now
    try:
        if isinstance(now, str) and date.fromisoformat(now).isoformat() == now:
            return now
    except ValueError:
        pass
    raise Invalid(
        "corrected-value-no-day",
        "{now!r} is no day for {field}: write YYYY-MM-DD",
        now=now,
        field=command.field,
    )


def _days_fit(case: Lodged, after: Handling, command: c.CorrectMistake) -> None:
    accepted, submitted = after.accepted_on, case.application.submitted_on
    decision = decision_of(case)
    last = today(command) if decision is None else decision.made.on
    ends = [(stop.suspended.since, stop.until or last) for stop in after.stops]
    if accepted < submitted:
        raise Invalid(
            "accepted-before-submission",
            "it was submitted on {on} and cannot be accepted before",
            on=submitted,
        )
    if any(until < since for since, until in ends):
        raise Invalid(
            "stop-ends-before-beginning", "a stop of the clock cannot end before it begins"
        )
    if any(since < accepted for since, _ in ends):
        raise Invalid(
            "stopped-before-acceptance",
            "the clock runs since {since} and cannot have stopped before",
            since=accepted,
        )
    if accepted > last or any(until > last for _, until in ends):
        raise Invalid(
            "corrected-day-too-late", "{day} lies after {last}", day=command.now, last=last
        )
