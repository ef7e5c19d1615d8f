"""Draft, submission, pre-check, acceptance or refusal."""

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE_DAYS
from ...kernel.errors import Closed, Contradiction, OutOfOrder, Unlawful
from . import commands as c
from . import events as e
from .dossier import opened
from .guards import acceptance_overdue, before_acceptance, conclusion, document, dossier_of, today
from .state import (
    Absent,
    Accepted,
    Decided,
    Dossier,
    Drafted,
    Imported,
    Returned,
    State,
    Suspended,
)
from .state import Closed as ClosedCase
from .steps import desk, finishing, first_step, of_kind
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


def submit(command: c.SubmitCase, state: State) -> list[e.Event]:
    match state:
        case Absent() | Drafted():
            submitted = _submission(command)
            return [submitted, desk(opened(submitted), "intake", submitted.on, ACCEPTANCE_DAYS)]
        case Imported():
            raise Closed(
                "imported-not-submittable", "the case was imported and cannot be submitted again"
            )
        case _ if _same(command, state.dossier):
            return []
        case _:
            raise Contradiction(
                "submitted-already",
                "it was submitted already, as {number}",
                number=state.dossier.number,
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


def _same(command: c.SubmitCase, dossier: Dossier) -> bool:
    """Sent again, it comes with another number, and perhaps under a newer version of the item."""
    return (dossier.item.code, dossier.applicant, dossier.form, dossier.materials) == (
        command.item.code,
        command.applicant,
        command.form,
        command.materials,
    )


def pass_pre_check(command: c.PassPreCheck, state: State) -> list[e.Event]:
    dossier = before_acceptance(state)
    if dossier.prechecked:
        return []
    if dossier.received:
        raise OutOfOrder("received-already", "it was received already; accept it, or refuse")
    return [e.PreCheckPassed(opinion=command.opinion)]


def return_submission(
    command: c.ReturnSubmission, state: State, calendar: Calendar
) -> list[e.Event]:
    if isinstance(state, Returned):
        return _returned_so(command, state.dossier)
    dossier = before_acceptance(state)
    if dossier.received:
        raise OutOfOrder(
            "received-not-returnable",
            "it was received already; ask for a supplement or refuse acceptance",
        )
    if dossier.prechecked:
        raise OutOfOrder(
            "pre-checked-not-returnable",
            "it passed the pre-check already; ask for a supplement or refuse acceptance",
        )
    still_in_time(dossier, command, calendar)
    intake, why = of_kind(dossier, "intake"), command.reason
    return [
        *finishing(dossier, intake, StepOutcome.RETURNED, command, why),
        e.SubmissionReturned(
            reason=command.reason, document=document(dossier, DocumentKind.RETURN, today(command))
        ),
    ]


def _returned_so(command: c.ReturnSubmission, dossier: Dossier) -> list[e.Event]:
    if dossier.returned is not None and dossier.returned.reason == command.reason:
        return []
    raise Contradiction(
        "returned-for-another-reason", "it was returned already, for another reason"
    )


def resubmit(command: c.Resubmit, state: State) -> list[e.Event]:
    dossier = dossier_of(state)
    if not isinstance(state, Returned):
        if (dossier.form, dossier.materials) == (command.form, command.materials):
            return []
        raise OutOfOrder("not-returned", "only what was returned can be sent again")
    on = today(command)
    again = e.CaseResubmitted(form=command.form, materials=command.materials, on=on)
    return [again, desk(dossier, "intake", on, ACCEPTANCE_DAYS)]


def receive(command: c.Receive, state: State) -> list[e.Event]:
    if isinstance(state, Accepted | Suspended | Decided):
        return []
    dossier = before_acceptance(state)
    return receipt(dossier, command)


def receipt(dossier: Dossier, command: c.CaseCommand) -> list[e.Event]:
    """The receipt (01), unless it was given before."""
    if dossier.received:
        return []
    on = today(command)
    return [e.SubmissionReceived(on=on, document=document(dossier, DocumentKind.RECEIPT, on))]


def accept(command: c.Accept | c.GrantAtOnce, state: State, calendar: Calendar) -> list[e.Event]:
    if isinstance(state, Accepted | Suspended | Decided):
        return []
    dossier = before_acceptance(state)
    if acceptance_overdue(dossier, today(command), calendar):
        return _deemed(dossier, command)
    decision = e.CaseAccepted(
        on=today(command), document=document(dossier, DocumentKind.ACCEPTANCE, today(command))
    )
    return _taken_on(dossier, command, decision)


def deem_accepted(command: c.DeemAccepted, state: State, calendar: Calendar) -> list[e.Event]:
    if isinstance(state, Accepted | Suspended | Decided):
        return []
    dossier = before_acceptance(state)
    if not acceptance_overdue(dossier, today(command), calendar):
        raise OutOfOrder(
            "five-days-not-passed",
            "the five days from {on} have not passed (art. 32)",
            on=dossier.arrived_on,
        )
    return _deemed(dossier, command)


def _deemed(dossier: Dossier, command: c.CaseCommand) -> list[e.Event]:
    deemed = e.CaseDeemedAccepted(
        on=dossier.arrived_on,
        basis=ART_32,
        document=document(dossier, DocumentKind.ACCEPTANCE, today(command)),
    )
    return _taken_on(dossier, command, deemed)


def _taken_on(
    dossier: Dossier, command: c.CaseCommand, acceptance: e.CaseAccepted | e.CaseDeemedAccepted
) -> list[e.Event]:
    return [
        *receipt(dossier, command),
        *finishing(dossier, of_kind(dossier, "intake"), StepOutcome.PASSED, command),
        acceptance,
        *first_step(dossier, today(command)),
    ]


def refuse_acceptance(
    command: c.RefuseAcceptance, state: State, calendar: Calendar
) -> list[e.Event]:
    if isinstance(state, ClosedCase) and _refused_so(command, state.dossier):
        return []
    dossier = before_acceptance(state)
    still_in_time(dossier, command, calendar)
    on, intake = today(command), of_kind(dossier, "intake")
    return [
        *receipt(dossier, command),
        *finishing(dossier, intake, StepOutcome.REFUSED, command, command.reason),
        e.AcceptanceRefused(
            reason=command.reason,
            remedies=command.remedies,
            document=document(dossier, DocumentKind.REFUSAL_TO_ACCEPT, on),
        ),
        conclusion(Result.REFUSED, on),
    ]


def _refused_so(command: c.RefuseAcceptance, dossier: Dossier) -> bool:
    return (dossier.result, dossier.closing) == (Result.REFUSED, command.reason)


def still_in_time(dossier: Dossier, command: c.CaseCommand, calendar: Calendar) -> None:
    """Raises Unlawful once the case counts as accepted, whether anybody has said so or not."""
    if acceptance_overdue(dossier, today(command), calendar):
        raise Unlawful(
            "acceptance-by-silence",
            "no notice was given within 5 working days of {on}, so the case "
            "counts as accepted on that day (行政许可法 art. 32); accept it",
            on=dossier.arrived_on,
        )
