"""What moves the due date: special procedures (特别程序) and extension (延长)."""

from datetime import date

from ...clock.calendar import Calendar
from ...clock.clock import EXTENSION_MAX, JOINT_EXTENSION_MAX, SpecialProcedure
from ...items.domain.plan import Plan
from ...kernel.errors import Contradiction, Invalid, OutOfOrder, Unlawful
from ...kernel.reasons import Reason
from . import commands as c
from . import events as e
from .due import last_day
from .duties import check_asked_by_another
from .guards import accepted, document, today
from .records import Stop
from .state import InHand, State
from .steps import desk, finishing, of_kind, special, specials
from .values import DocumentKind, StepOutcome

ART_42 = (
    "行政许可法第四十二条: 经本行政机关负责人批准，可以延长十日，并应当将延长期限的理由告知申请人"
)
ART_42_JOINT = (
    "行政许可法第四十二条: 经本级人民政府负责人批准，可以延长十五日，"
    "并应当将延长期限的理由告知申请人"
)


def suspend(command: c.Suspend, state: State) -> list[e.Event]:
    case = accepted(state)
    application, handling = case
    _allowed(application.plan, command.procedure)
    for stop in handling.running_stops:
        if stop.procedure is command.procedure:
            return _suspended_so(command, stop)
    on = today(command)
    return [
        special(case, command.procedure, command.by.role, on, command.expected_days),
        e.CaseSuspended(
            pause=f"pause-{len(handling.stops) + 1}",
            procedure=command.procedure,
            basis=command.procedure.special.basis,
            reason=command.reason,
            since=on,
            expected_days=command.expected_days,
            document=document(application, DocumentKind.SPECIAL_PROCEDURE, on),
            by=command.by.account,
        ),
    ]


def _allowed(plan: Plan, procedure: SpecialProcedure) -> None:
    if procedure is SpecialProcedure.SUPPLEMENT:
        raise Invalid(
            "supplement-is-no-pause",
            "ask for the supplement; its notice says what is missing and stops the clock",
        )
    if procedure not in plan.special_procedures:
        raise Invalid(
            "procedure-not-allowed",
            "the item allows no {procedure}; it allows: {allowed}",
            procedure=procedure,
            allowed=plan.special_procedures,
        )


def _suspended_so(command: c.Suspend, stop: Stop) -> list[e.Event]:
    said = (stop.suspended.reason, stop.suspended.expected_days)
    if said == (command.reason, command.expected_days):
        return []
    raise Contradiction(
        "procedure-runs-already",
        "{procedure} runs since {since}, for another reason or time",
        procedure=command.procedure,
        since=stop.suspended.since,
    )


def resume(command: c.Resume, state: State) -> list[e.Event]:
    case = accepted(state)
    named = [s for s in case.handling.stops if command.pause in (None, s.suspended.pause)]
    running = [stop for stop in named if stop.until is None]
    if not named:
        if command.pause is None:
            raise OutOfOrder("clock-not-stopped", "nothing stops the clock")
        raise OutOfOrder(
            "no-such-stop", "there is no stop {pause} to resume from", pause=command.pause
        )
    if not running:
        return []
    stop = _the_only(running)
    pause = stop.suspended.pause
    if stop.procedure is SpecialProcedure.SUPPLEMENT:
        raise OutOfOrder(
            "stop-ends-with-supplement",
            "{pause} ends with the supplement, or when the time for it is over",
            pause=pause,
        )
    if today(command) < stop.suspended.since:
        raise Invalid(
            "resumed-before-suspension",
            "it was suspended on {on}; it cannot resume before",
            on=stop.suspended.since,
        )
    step = specials(case.application, pause)
    return [
        *finishing(case, step, StepOutcome.PASSED, command, command.result),
        e.CaseResumed(pause=pause, until=today(command), result=command.result),
    ]


def _the_only(running: list[Stop]) -> Stop:
    if len(running) > 1:
        raise Invalid(
            "several-stops-run",
            "several stops run; say which one ends: {stops}",
            stops=tuple(_named(stop) for stop in running),
        )
    return running[0]


def _named(stop: Stop) -> Reason:
    return Reason(
        "stop-for-procedure",
        "{pause} ({procedure})",
        pause=stop.suspended.pause,
        procedure=stop.procedure,
    )


def request_extension(
    command: c.RequestExtension, state: State, calendar: Calendar
) -> list[e.Event]:
    case = accepted(state)
    application, handling = case
    request = handling.extension_request
    if request is not None:
        if (request.days, request.reason) == (command.days, command.reason):
            return []
        raise Contradiction(
            "extension-awaits-approval",
            "an extension of {days} days waits for approval",
            days=request.days,
        )
    if handling.extensions:
        raise Unlawful(
            "extended-already", "the limit was extended already; the law allows it once (art. 42)"
        )
    most = JOINT_EXTENSION_MAX if application.plan.joint else EXTENSION_MAX
    if command.days > most:
        raise Unlawful(
            "extension-too-long", "at most {most} days can be added (行政许可法 art. 42)", most=most
        )
    on = today(command)
    _not_overdue(case, on, calendar)
    asked = e.ExtensionRequested(
        days=command.days, reason=command.reason, by=command.by.account, person=command.person
    )
    return [asked, desk(application, "extension", on)]


def _not_overdue(case: InHand, day: date, calendar: Calendar) -> None:
    due = last_day(case.handling, case.application.plan.statutory, calendar)
    if due is not None and day > due:
        raise Unlawful(
            "extension-after-limit",
            "the limit ended on {due}; an extension comes before that (art. 42)",
            due=due,
        )


def grant_extension(command: c.GrantExtension, state: State, calendar: Calendar) -> list[e.Event]:
    case = accepted(state)
    application, handling = case
    request = handling.extension_request
    if request is None:
        if handling.extensions:
            return []
        raise OutOfOrder("no-extension-asked", "nobody has asked for an extension")
    check_asked_by_another(request, command)
    on = today(command)
    _not_overdue(case, on, calendar)
    waiting = of_kind(application, "extension")
    return [
        *finishing(case, waiting, StepOutcome.GRANTED, command, request.reason),
        e.ExtensionGranted(
            days=request.days,
            basis=ART_42_JOINT if application.plan.joint else ART_42,
            on=on,
            document=document(application, DocumentKind.EXTENSION, on),
            by=command.by.account,
        ),
    ]


def refuse_extension(command: c.RefuseExtension, state: State) -> list[e.Event]:
    case = accepted(state)
    handling, refused = case.handling, e.ExtensionRefused(reason=command.reason)
    if handling.extension_request is None:
        if handling.extension_refusal == refused:
            return []
        if handling.extensions:
            raise Contradiction("extension-granted-already", "the extension was granted")
        raise OutOfOrder("no-extension-asked", "nobody has asked for an extension")
    waiting = of_kind(case.application, "extension")
    return [
        *finishing(case, waiting, StepOutcome.REFUSED, command, command.reason),
        refused,
    ]
