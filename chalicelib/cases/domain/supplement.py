"""What is missing (补正): one notice, one answer or none."""

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE_DAYS, Limit, SpecialProcedure, due_date
from ...kernel.errors import Contradiction, Invalid, OutOfOrder, Unlawful
from ...kernel.reasons import Reason
from . import commands as c
from . import events as e
from .guards import before_acceptance, conclusion, document, dossier_of, today
from .intake import receipt, still_in_time
from .state import Accepted, Dossier, State, Supplementing, Suspended
from .state import Closed as ClosedCase
from .steps import desk, finishing, of_kind, overtaken
from .values import FORM, DocumentKind, Result, StepOutcome

LONGEST_TEXT = 4000


def request_supplement(
    command: c.RequestSupplement, state: State, calendar: Calendar
) -> list[e.Event]:
    match state:
        case Supplementing(dossier) | Accepted(dossier) | Suspended(dossier) if _waiting(
            dossier, command
        ):
            return []
        case Supplementing():
            raise _told_already(Reason("article-32", "art. 32"))
        case Accepted(dossier) | Suspended(dossier):
            return _under_review(dossier, command, calendar)
        case _:
            return _before_acceptance(before_acceptance(state), command, calendar)


def _waiting(dossier: Dossier, command: c.RequestSupplement) -> bool:
    return dossier.notice is not None and dossier.notice.missing == command.missing


def _told_already(basis: Reason) -> Unlawful:
    return Unlawful(
        "one-notice-only",
        "one notice lists everything that is missing, and it was given ({basis})",
        basis=basis,
    )


def _before_acceptance(
    dossier: Dossier, command: c.RequestSupplement, calendar: Calendar
) -> list[e.Event]:
    if dossier.notified:
        raise _told_already(Reason("article-32-accept-or-refuse", "art. 32: accept or refuse"))
    still_in_time(dossier, command, calendar)
    intake = of_kind(dossier, "intake")
    return [
        *receipt(dossier, command),
        *finishing(dossier, intake, StepOutcome.RETURNED, command, _reasons(command)),
        _notice(dossier, command, calendar, under_review=False),
        _awaited(dossier, command),
    ]


def _under_review(
    dossier: Dossier, command: c.RequestSupplement, calendar: Calendar
) -> list[e.Event]:
    # The law knows the one notice only before acceptance; local rules say the same of the review,
    # or a case could be stopped again and again.
    if dossier.notified_under_review:
        raise _told_already(Reason("local-rules-on-review", "local rules on the review"))
    notice = _notice(dossier, command, calendar, under_review=True)
    stop = e.CaseSuspended(
        pause=f"pause-{len(dossier.stops) + 1}",
        procedure=SpecialProcedure.SUPPLEMENT,
        basis=SpecialProcedure.SUPPLEMENT.special.basis,
        reason=_reasons(command),
        since=today(command),
        expected_days=dossier.plan.supplement_days,
        document=notice.document,
        by=command.by.account,
    )
    return [notice, stop, _awaited(dossier, command)]


def _reasons(command: c.RequestSupplement) -> str:
    return "; ".join(line.reason for line in command.missing)[:LONGEST_TEXT]


def _awaited(dossier: Dossier, command: c.RequestSupplement) -> e.StepOpened:
    return desk(dossier, "supplement", today(command), dossier.plan.supplement_days)


def _notice(
    dossier: Dossier, command: c.RequestSupplement, calendar: Calendar, *, under_review: bool
) -> e.SupplementRequested:
    on = today(command)
    limit = Limit(dossier.plan.supplement_days)
    kind = DocumentKind.REVIEW_SUPPLEMENT_NOTICE if under_review else DocumentKind.SUPPLEMENT_NOTICE
    return e.SupplementRequested(
        missing=command.missing,
        respond_by=due_date(on, limit, (), (), calendar) or on,
        under_review=under_review,
        on=on,
        document=document(dossier, kind, on),
    )


def submit_supplement(command: c.SubmitSupplement, state: State) -> list[e.Event]:
    dossier = dossier_of(state)
    notice, on = dossier.notice, today(command)
    if notice is None:
        return _supplied_so(command, dossier)
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
        document=document(dossier, DocumentKind.SUPPLEMENT_RECEIPT, on),
    )
    awaited = of_kind(dossier, "supplement")
    done = [supplement, *finishing(dossier, awaited, StepOutcome.PASSED, command)]
    if isinstance(state, Supplementing):
        return [*done, desk(dossier, "intake", on, ACCEPTANCE_DAYS)]
    return [*done, *_resumed(dossier, command)]


def _supplied_so(command: c.SubmitSupplement, dossier: Dossier) -> list[e.Event]:
    given = dossier.supplement
    if given is None:
        raise OutOfOrder("no-supplement-asked", "no supplement was asked for")
    if (given.materials, given.form) == (command.materials, command.form):
        return []
    raise Contradiction(
        "supplement-handed-in-already",
        "the supplement was handed in on {on}, and nothing more is awaited",
        on=given.on,
    )


def _resumed(dossier: Dossier, command: c.SubmitSupplement) -> list[e.Event]:
    return [
        e.CaseResumed(pause=stop.suspended.pause, until=today(command))
        for stop in dossier.running_stops
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


def lapse_supplement(command: c.LapseSupplement, state: State) -> list[e.Event]:
    if isinstance(state, ClosedCase) and state.dossier.result is Result.LAPSED:
        return []
    dossier = dossier_of(state)
    if dossier.notice is None:
        raise OutOfOrder("no-supplement-awaited", "no supplement is awaited")
    on, last = today(command), dossier.notice.respond_by
    if on <= last:
        raise OutOfOrder("supplement-time-running", "the applicant has until {last}", last=last)
    return [
        *overtaken(dossier, dossier.open, command),
        e.SupplementLapsed(
            reason=f"逾期未补正: the supplement was due on {last}",
            document=document(dossier, DocumentKind.LAPSE, on),
        ),
        conclusion(Result.LAPSED, on),
    ]
