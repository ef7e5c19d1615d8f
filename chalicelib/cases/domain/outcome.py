"""Decision, certificate, delivery, withdrawal, voiding, archive."""

from calendar import monthrange
from datetime import date, timedelta

from ...clock.calendar import Calendar
from ...clock.clock import DELIVERY_DAYS
from ...codes.numbers import InvalidNumber, parse_certificate_id
from ...items.domain.plan import CertificateKind, StepKind
from ...kernel.errors import Closed, Contradiction, Invalid, OutOfOrder
from . import commands as c
from . import events as e
from .duties import check_separate
from .evolving import fold
from .guards import concluded, conclusion, document, ended, in_handling, lodged, today
from .intake import accept
from .records import Application, Denied, Granted, OpenStep
from .state import Accepted, Archived, Concluded, Decided, Ended, State, certificate_of
from .state import Closed as ClosedCase
from .steps import desk, finishing, of_kind, overtaken
from .values import DocumentKind, Result, StepOutcome

# Decision


def grant(command: c.Grant | c.GrantAtOnce, state: State) -> list[e.Event]:
    if _granted_so(command, state):
        return []
    case, on = in_handling(state), today(command)
    granted = e.CaseGranted(
        on=on,
        conditions=command.conditions,
        document=document(case.application, DocumentKind.GRANT, on),
    )
    opinion = command.opinion if isinstance(command, c.Grant) else None
    return _decided(case, command, granted, opinion)


def grant_at_once(command: c.GrantAtOnce, state: State, calendar: Calendar) -> list[e.Event]:
    if _granted_so(command, state):
        return []
    if not lodged(state).application.plan.at_once:
        raise OutOfOrder(
            "not-done-at-once",
            "this item is not done at once; accept it and let it go through its steps",
        )
    taken_on = accept(command, state, calendar)
    return [*taken_on, *grant(command, fold(taken_on, state))]


def deny(command: c.Deny, state: State) -> list[e.Event]:
    if _denied_so(command, state):
        return []
    case, on = in_handling(state), today(command)
    denied = e.CaseDenied(
        on=on,
        reasons=command.reasons,
        remedies=command.remedies,
        document=document(case.application, DocumentKind.DENIAL, on),
    )
    return _decided(case, command, denied, command.opinion)


def _decided(
    case: Accepted,
    command: c.Grant | c.GrantAtOnce | c.Deny,
    decision: e.CaseGranted | e.CaseDenied,
    opinion: str | None,
) -> list[e.Event]:
    application, granted = case.application, isinstance(decision, e.CaseGranted)
    step, outcome = _approval(application), StepOutcome.GRANTED if granted else StepOutcome.DENIED
    check_separate(application, step, command)
    return [
        *finishing(case, (step,), outcome, command, opinion),
        *overtaken(case, of_kind(application, "extension", "recusal"), command),
        decision,
        conclusion(Result.GRANTED if granted else Result.DENIED, decision.on),
        desk(application, "delivery", decision.on, DELIVERY_DAYS),
    ]


def _granted_so(command: c.Grant | c.GrantAtOnce, state: State) -> bool:
    if not isinstance(state, Decided):
        return False
    decision = state.decision
    if isinstance(decision, Granted) and decision.made.conditions == command.conditions:
        return True
    raise _decided_otherwise(state)


def _denied_so(command: c.Deny, state: State) -> bool:
    if not isinstance(state, Decided):
        return False
    decision = state.decision
    if isinstance(decision, Denied) and _same_denial(command, decision.made):
        return True
    raise _decided_otherwise(state)


def _same_denial(command: c.Deny, denied: e.CaseDenied) -> bool:
    return (denied.reasons, denied.remedies) == (command.reasons, command.remedies)


def _decided_otherwise(case: Decided) -> Contradiction:
    return Contradiction(
        "decided-otherwise-already",
        "it was decided already, otherwise: {result}",
        result=case.ending.result,
    )


def _approval(application: Application) -> OpenStep:
    approvals = of_kind(application, StepKind.APPROVE)
    if approvals:
        return approvals[0]
    waiting = tuple(one.id for one in application.open)
    raise OutOfOrder(
        "steps-open-before-decision",
        "a decision comes after these steps, which are open: {waiting}",
        waiting=waiting,
    )


# Certificate and delivery


def issue_certificate(command: c.IssueCertificate, state: State) -> list[e.Event]:
    case = concluded(state)
    issued = certificate_of(case)
    if issued is not None:
        if issued.identifier == command.identifier:
            return []
        raise Contradiction(
            "certificate-issued-already",
            "certificate {identifier} was issued already",
            identifier=issued.identifier,
        )
    kind = case.application.plan.certificate
    if not isinstance(case, Decided) or not isinstance(case.decision, Granted):
        raise OutOfOrder(
            "certificate-needs-granted-case", "only a case that was granted leads to a certificate"
        )
    if kind is None:
        raise OutOfOrder("item-produces-no-certificate", "this item produces no certificate")
    _identifies(command.identifier, kind)
    start = case.decision.made.on
    return [
        e.CertificateIssued(
            identifier=command.identifier,
            name=kind.name,
            valid_from=start,
            valid_until=None if kind.months is None else _last_day(start, kind.months),
        )
    ]


def _identifies(identifier: str, kind: CertificateKind) -> None:
    try:
        told = parse_certificate_id(identifier)
    except InvalidNumber as error:
        raise Invalid.of(error.reason) from error
    if (told.type, told.issuer) != (kind.type, kind.issuer):
        raise Invalid(
            "certificate-of-another-type",
            "{identifier} is not of type {type} by issuer {issuer}",
            identifier=identifier,
            type=kind.type,
            issuer=kind.issuer,
        )


def _last_day(start: date, months: int) -> date:
    """The day before that of the same number; in a month without one its last (民法典 art. 202)."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    length = monthrange(year, month)[1]
    if start.day > length:
        return date(year, month, length)
    return date(year, month, start.day) - timedelta(days=1)


def deliver(command: c.Deliver, state: State) -> list[e.Event]:
    case, on = concluded(state), today(command)
    application, delivery = case.application, case.ending.delivery
    if delivery is not None:
        said = (delivery.method, delivery.recipient)
        if said == (command.method, command.recipient):
            return []
        raise Contradiction("delivered-already", "the result was delivered on {on}", on=delivery.on)
    if _awaits_certificate(case):
        raise OutOfOrder("certificate-not-made-yet", "the certificate has not been made yet")
    return [
        *finishing(case, of_kind(application, "delivery"), StepOutcome.PASSED, command),
        e.ResultDelivered(
            method=command.method,
            recipient=command.recipient,
            on=on,
            document=document(application, DocumentKind.DELIVERY, on),
        ),
    ]


def _awaits_certificate(case: Concluded) -> bool:
    granted = case.ending.result is Result.GRANTED
    produces = case.application.plan.certificate is not None
    return granted and produces and certificate_of(case) is None


# The end


def withdraw(command: c.Withdraw, state: State) -> list[e.Event]:
    case = lodged(state)
    if isinstance(case, ClosedCase) and _withdrawn_so(command, case):
        return []
    if isinstance(case, Ended):
        raise Closed(
            "withdrawn-too-late",
            "a case is withdrawn before its decision; {ended}",
            ended=ended(case),
        )
    application, on = case.application, today(command)
    withdrawn = e.CaseWithdrawn(
        reason=command.reason, document=document(application, DocumentKind.WITHDRAWAL, on)
    )
    left = overtaken(case, application.open, command)
    return [*left, withdrawn, conclusion(Result.WITHDRAWN, on)]


def _withdrawn_so(command: c.Withdraw, case: ClosedCase) -> bool:
    return (case.ending.result, case.reason) == (Result.WITHDRAWN, command.reason)


def void(command: c.Void, state: State) -> list[e.Event]:
    case = lodged(state)
    if isinstance(case, ClosedCase) and case.ending.result is Result.VOIDED:
        if case.reason == command.reason:
            return []
        raise Contradiction("voided-already", "it was voided already: {reason}", reason=case.reason)
    if isinstance(case, Archived | ClosedCase):
        raise Closed.of(ended(case))
    application, on = case.application, today(command)
    voided = e.CaseVoided(
        reason=command.reason, document=document(application, DocumentKind.VOIDING, on)
    )
    return [*overtaken(case, application.open, command), voided, conclusion(Result.VOIDED, on)]


def archive(state: State) -> list[e.Event]:
    if isinstance(state, Archived):
        return []
    application = concluded(state).application
    if application.open:
        waiting = tuple(one.id for one in application.open)
        raise OutOfOrder(
            "steps-not-done", "these steps have yet to be done: {waiting}", waiting=waiting
        )
    return [e.CaseArchived(archive_number=f"DA-{application.number}")]
