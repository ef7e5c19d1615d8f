"""Draft, submission, pre-check, acceptance or refusal."""

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE_DAYS
from ...kernel.errors import Closed, Contradiction, OutOfOrder, Unlawful
from . import commands as c
from . import events as e
from .guards import acceptance_overdue, before_acceptance, conclusion, document, lodged, today
from .records import Application, opened
from .state import (
    Absent,
    Accepted,
    Decided,
    Drafted,
    Imported,
    Returned,
    State,
    Submitted,
    Suspended,
)
from .state import Closed as ClosedCase
from .steps import desk, finishing, first_step, of_kind, overtaken
from .values import DocumentKind, Result, StepOutcome

ART_32 = "行政许可法第三十二条: 逾期不告知的，自收到申请材料之日起即为受理"


def save_draft(command: c.SaveDraft, state: State) -> list[e.Event]:
    match state:
        case Absent() | Drafted():
            draft = e.CaseDrafted(
                case_id=command.case_id,
                item=command.item,
                applicant=command.applicant,
                form=command.form,
                materials=command.materials,
                saved_by=command.by.account,
                variant=command.variant,
            )
            return [] if isinstance(state, Drafted) and state.draft == draft else [draft]
        case _:
            raise Closed(
                "draft-after-submission",
                "the case was submitted already; a draft can no longer be saved",
            )


def discard_draft(command: c.DiscardDraft, state: State) -> list[e.Event]:
    match state:
        case Absent():
            return []
        case Drafted():
            return [e.DraftDiscarded(why=command.why)]
        case _:
            raise Closed(
                "no-draft-any-more",
                "it is a case by now, and no draft: it can be withdrawn, and not discarded",
            )


def submit(command: c.SubmitCase, state: State) -> list[e.Event]:
    match state:
        case Absent() | Drafted():
            submitted = _submission(command)
            return [submitted, desk(opened(submitted), "intake", submitted.on, ACCEPTANCE_DAYS)]
        case Imported():
            raise Closed(
                "imported-not-submittable", "the case was imported and cannot be submitted again"
            )
        case _ if _same(command, state.application):
            return []
        case _:
            raise Contradiction(
                "submitted-already",
                "it was submitted already, as {number}",
                number=state.application.number,
            )


def _submission(command: c.SubmitCase) -> e.CaseSubmitted:
    return e.CaseSubmitted(
        case_id=command.case_id,
        number=command.number,
        query_code_digest=command.query_code_digest,
        item=command.item,
        plan=command.plan,
        division=command.division,
        department=command.department,
        intake=command.intake,
        applicant=command.applicant,
        agent=command.agent,
        form=command.form,
        materials=command.materials,
        on=today(command),
        variant=command.variant,
        confidential=command.confidential,
        holder=command.holder,
    )


def _same(command: c.SubmitCase, before: Application) -> bool:
    """Sent again, it comes with another number, and perhaps under a newer version of the item."""
    return (before.item.code, before.applicant, before.form, before.materials) == (
        command.item.code,
        command.applicant,
        command.form,
        command.materials,
    )


def pass_pre_check(command: c.PassPreCheck, state: State) -> list[e.Event]:
    application = before_acceptance(state).application
    if application.prechecked:
        return []
    if application.received:
        raise OutOfOrder("received-already", "it was received already; accept it, or refuse")
    return [e.PreCheckPassed(opinion=command.opinion)]


def return_submission(
    command: c.ReturnSubmission, state: State, calendar: Calendar
) -> list[e.Event]:
    if isinstance(state, Returned):
        return _returned_so(command, state)
    case = before_acceptance(state)
    application = case.application
    if application.received:
        raise OutOfOrder(
            "received-not-returnable",
            "it was received already; ask for a supplement or refuse acceptance",
        )
    if application.prechecked:
        raise OutOfOrder(
            "pre-checked-not-returnable",
            "it passed the pre-check already; ask for a supplement or refuse acceptance",
        )
    still_in_time(application, command, calendar)
    intake, why = of_kind(application, "intake"), command.reason
    notice = document(application, DocumentKind.RETURN, today(command))
    return [
        *finishing(case, intake, StepOutcome.RETURNED, command, why),
        e.SubmissionReturned(reason=command.reason, document=notice),
    ]


def _returned_so(command: c.ReturnSubmission, state: Returned) -> list[e.Event]:
    if state.returned.reason == command.reason:
        return []
    raise Contradiction(
        "returned-for-another-reason", "it was returned already, for another reason"
    )


def resubmit(command: c.Resubmit, state: State) -> list[e.Event]:
    application = lodged(state).application
    if not isinstance(state, Returned):
        if (application.form, application.materials) == (command.form, command.materials):
            return []
        raise OutOfOrder("not-returned", "only what was returned can be sent again")
    on = today(command)
    again = e.CaseResubmitted(form=command.form, materials=command.materials, on=on)
    return [again, desk(application, "intake", on, ACCEPTANCE_DAYS)]


def receive(command: c.Receive, state: State) -> list[e.Event]:
    if isinstance(state, Accepted | Suspended | Decided):
        return []
    return receipt(before_acceptance(state).application, command)


def receipt(application: Application, command: c.CaseCommand) -> list[e.Event]:
    """The receipt (01), unless it was given before."""
    if application.received:
        return []
    on = today(command)
    return [e.SubmissionReceived(on=on, document=document(application, DocumentKind.RECEIPT, on))]


def accept(command: c.Accept | c.GrantAtOnce, state: State, calendar: Calendar) -> list[e.Event]:
    if isinstance(state, Accepted | Suspended | Decided):
        return []
    case, on = before_acceptance(state), today(command)
    if acceptance_overdue(case.application, on, calendar):
        return _deemed(case, command)
    notice = document(case.application, DocumentKind.ACCEPTANCE, on)
    return _taken_on(case, command, e.CaseAccepted(on=on, document=notice))


def deem_accepted(command: c.DeemAccepted, state: State, calendar: Calendar) -> list[e.Event]:
    if isinstance(state, Accepted | Suspended | Decided):
        return []
    case = before_acceptance(state)
    if not acceptance_overdue(case.application, today(command), calendar):
        raise OutOfOrder(
            "five-days-not-passed",
            "the five days from {on} have not passed (art. 32)",
            on=case.application.arrived_on,
        )
    return _deemed(case, command)


def _deemed(case: Submitted, command: c.CaseCommand) -> list[e.Event]:
    deemed = e.CaseDeemedAccepted(
        on=case.application.arrived_on,
        basis=ART_32,
        document=document(case.application, DocumentKind.ACCEPTANCE, today(command)),
    )
    return _taken_on(case, command, deemed)


def _taken_on(
    case: Submitted, command: c.CaseCommand, acceptance: e.CaseAccepted | e.CaseDeemedAccepted
) -> list[e.Event]:
    application = case.application
    return [
        *receipt(application, command),
        *finishing(case, of_kind(application, "intake"), StepOutcome.PASSED, command),
        acceptance,
        *first_step(application, today(command)),
    ]


def refuse_acceptance(
    command: c.RefuseAcceptance, state: State, calendar: Calendar
) -> list[e.Event]:
    if isinstance(state, ClosedCase) and _refused_so(command, state):
        return []
    case, on = before_acceptance(state), today(command)
    application = case.application
    still_in_time(application, command, calendar)
    intake = of_kind(application, "intake")
    others = [one for one in application.open if one not in intake]
    return [
        *receipt(application, command),
        *finishing(case, intake, StepOutcome.REFUSED, command, command.reason),
        *overtaken(case, others, command),
        e.AcceptanceRefused(
            reason=command.reason,
            remedies=command.remedies,
            document=document(application, DocumentKind.REFUSAL_TO_ACCEPT, on),
        ),
        conclusion(Result.REFUSED, on),
    ]


def _refused_so(command: c.RefuseAcceptance, state: ClosedCase) -> bool:
    return (state.ending.result, state.reason) == (Result.REFUSED, command.reason)


def still_in_time(application: Application, command: c.CaseCommand, calendar: Calendar) -> None:
    """Raises Unlawful once the case counts as accepted, whether anybody has said so or not."""
    if acceptance_overdue(application, today(command), calendar):
        raise Unlawful(
            "acceptance-by-silence",
            "no notice was given within 5 working days of {on}, so the case "
            "counts as accepted on that day (行政许可法 art. 32); accept it",
            on=application.arrived_on,
        )
