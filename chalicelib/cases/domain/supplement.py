"""What is missing (补正): one notice, one answer or none."""

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE_DAYS, SpecialProcedure
from ...kernel.errors import Contradiction, Invalid, OutOfOrder, Unlawful
from ...kernel.reasons import Reason
from . import commands as c
from . import events as e
from .due import answered_by, respond_by
from .guards import before_acceptance, conclusion, document, lodged, today
from .intake import receipt, still_in_time
from .records import Application
from .state import Accepted, InHand, State, Submitted, Supplementing, Suspended, notice_of
from .state import Closed as ClosedCase
from .steps import desk, finishing, of_kind, overtaken
from .values import FORM, DocumentKind, Result, StepOutcome

LONGEST_TEXT = 4000


def request_supplement(
    command: c.RequestSupplement, state: State, calendar: Calendar
) -> list[e.Event]:
    match state:
        case Supplementing() | Accepted() | Suspended() if _waiting(state, command):
            return []
        case Supplementing():
            raise _told_already(Reason("article-32", "art. 32"))
        case Accepted() | Suspended():
            return _under_review(state, command, calendar)
        case _:
            return _before_acceptance(before_acceptance(state), command, calendar)


def _waiting(state: Supplementing | InHand, command: c.RequestSupplement) -> bool:
    notice = notice_of(state)
    return notice is not None and notice.missing == command.missing


def _told_already(basis: Reason) -> Unlawful:
    return Unlawful(
        "one-notice-only",
        "one notice lists everything that is missing, and it was given ({basis})",
        basis=basis,
    )


def _before_acceptance(
    case: Submitted, command: c.RequestSupplement, calendar: Calendar
) -> list[e.Event]:
    application = case.application
    if application.notified:
        raise _told_already(Reason("article-32-accept-or-refuse", "art. 32: accept or refuse"))
    still_in_time(application, command, calendar)
    intake = of_kind(application, "intake")
    return [
        *receipt(application, command),
        *finishing(case, intake, StepOutcome.RETURNED, command, _reasons(command)),
        _notice(application, command, calendar, under_review=False),
        _awaited(application, command),
    ]


def _under_review(case: InHand, command: c.RequestSupplement, calendar: Calendar) -> list[e.Event]:
    # The law knows the one notice only before acceptance; local rules say the same of the review,
    # or a case could be stopped again and again.
    if case.handling.notified:
        raise _told_already(Reason("local-rules-on-review", "local rules on the review"))
    notice = _notice(case.application, command, calendar, under_review=True)
    stop = e.CaseSuspended(
        pause=f"pause-{len(case.handling.stops) + 1}",
        procedure=SpecialProcedure.SUPPLEMENT,
        basis=SpecialProcedure.SUPPLEMENT.special.basis,
        reason=_reasons(command),
        since=today(command),
        expected_days=case.application.plan.supplement_days,
        document=notice.document,
        by=command.by.account,
    )
    return [notice, stop, _awaited(case.application, command)]


def _reasons(command: c.RequestSupplement) -> str:
    return "; ".join(line.reason for line in command.missing)[:LONGEST_TEXT]


def _awaited(application: Application, command: c.RequestSupplement) -> e.StepOpened:
    return desk(application, "supplement", today(command), application.plan.supplement_days)


def _notice(
    application: Application,
    command: c.RequestSupplement,
    calendar: Calendar,
    *,
    under_review: bool,
) -> e.SupplementRequested:
    on = today(command)
    kind = DocumentKind.REVIEW_SUPPLEMENT_NOTICE if under_review else DocumentKind.SUPPLEMENT_NOTICE
    return e.SupplementRequested(
        missing=command.missing,
        respond_by=answered_by(application.plan, on, calendar).day or on,
        under_review=under_review,
        on=on,
        document=document(application, kind, on),
    )


def submit_supplement(command: c.SubmitSupplement, state: State) -> list[e.Event]:
    case, on = lodged(state), today(command)
    application, notice = case.application, notice_of(case)
    if notice is None:
        return _supplied_so(command, application)
    _covers(notice, command)
    if on < notice.on:
        raise Invalid(
            "supplement-before-notice",
            "the notice was given on {on}; its answer cannot be of {day}",
            on=notice.on,
            day=on,
        )
    supplement = e.SupplementSubmitted(
        materials=command.materials,
        form=command.form,
        on=on,
        document=document(application, DocumentKind.SUPPLEMENT_RECEIPT, on),
    )
    awaited = of_kind(application, "supplement")
    done = [supplement, *finishing(case, awaited, StepOutcome.PASSED, command)]
    if isinstance(case, InHand):
        return [*done, *_resumed(case, command)]
    return [*done, desk(application, "intake", on, ACCEPTANCE_DAYS)]


def _supplied_so(command: c.SubmitSupplement, application: Application) -> list[e.Event]:
    given = application.supplement
    if given is None:
        raise OutOfOrder("no-supplement-asked", "no supplement was asked for")
    if (given.materials, given.form) == (command.materials, command.form):
        return []
    raise Contradiction(
        "supplement-handed-in-already",
        "the supplement was handed in on {on}, and nothing more is awaited",
        on=given.on,
    )


def _resumed(case: InHand, command: c.SubmitSupplement) -> list[e.Event]:
    return [
        e.CaseResumed(pause=stop.suspended.pause, until=today(command))
        for stop in case.handling.running_stops
        if stop.procedure is SpecialProcedure.SUPPLEMENT
    ]


def _covers(notice: e.SupplementRequested, command: c.SubmitSupplement) -> None:
    given = {material.id for material in command.materials}
    given |= {FORM} if command.form is not None else set()
    lacking = [line.material for line in notice.missing if line.material not in given]
    if lacking:
        raise Invalid(
            "supplement-not-complete",
            "the notice also asks for: {lacking}; send everything together",
            lacking=lacking,
        )


def lapse_supplement(command: c.LapseSupplement, state: State, calendar: Calendar) -> list[e.Event]:
    if isinstance(state, ClosedCase) and state.ending.result is Result.LAPSED:
        return []
    case = lodged(state)
    notice = notice_of(case)
    if notice is None:
        raise OutOfOrder("no-supplement-awaited", "no supplement is awaited")
    on = today(command)
    last = respond_by(case.application.plan, notice, calendar).day
    if last is None or on <= last:
        raise OutOfOrder("supplement-time-running", "the applicant has until {last}", last=last)
    return [
        *overtaken(case, case.application.open, command),
        e.SupplementLapsed(
            reason=f"逾期未补正: the supplement was due on {last}",
            document=document(case.application, DocumentKind.LAPSE, on),
        ),
        conclusion(Result.LAPSED, on),
    ]
