"""Decision, certificate, delivery, rating, withdrawal, voiding, archive."""

from calendar import monthrange
from datetime import date, timedelta

from ...clock.calendar import Calendar
from ...clock.clock import DELIVERY_DAYS
from ...codes.numbers import InvalidNumber, parse_certificate_id
from ...items.domain.plan import CertificateKind, StepKind
from ...kernel.errors import Closed, Contradiction, Invalid, OutOfOrder
from . import commands as c
from . import events as e
from .guards import concluded, conclusion, document, dossier_of, ended, in_handling, today
from .handling import not_their_own
from .intake import accept
from .state import Accepted as AcceptedCase
from .state import (
    Archived,
    Decided,
    Dossier,
    OpenStep,
    Returned,
    State,
    Submitted,
    Supplementing,
    Suspended,
    fold,
)
from .state import Closed as ClosedCase
from .steps import desk, finishing, of_kind, overtaken
from .values import DocumentKind, Result, StepOutcome

BAD = 4  # ratings 4 and 5 are bad (GB/T 39046-2020)


# Decision


def grant(command: c.Grant | c.GrantAtOnce, state: State) -> list[e.Event]:
    if _granted_so(command, state):
        return []
    dossier, on = in_handling(state), today(command)
    granted = e.CaseGranted(
        on=on,
        conditions=command.conditions,
        document=document(dossier, DocumentKind.GRANT, on),
    )
    opinion = command.opinion if isinstance(command, c.Grant) else None
    return _decided(dossier, command, granted, opinion)


def grant_at_once(command: c.GrantAtOnce, state: State, calendar: Calendar) -> list[e.Event]:
    if _granted_so(command, state):
        return []
    if not dossier_of(state).plan.at_once:
        raise OutOfOrder(
            "not-done-at-once",
            "this item is not done at once; accept it and let it go through its steps",
        )
    taken_on = accept(command, state, calendar)
    return [*taken_on, *grant(command, fold(taken_on, state))]


def deny(command: c.Deny, state: State) -> list[e.Event]:
    if _denied_so(command, state):
        return []
    dossier, on = in_handling(state), today(command)
    denied = e.CaseDenied(
        on=on,
        reasons=command.reasons,
        remedies=command.remedies,
        document=document(dossier, DocumentKind.DENIAL, on),
    )
    return _decided(dossier, command, denied, command.opinion)


def _decided(
    dossier: Dossier,
    command: c.CaseCommand,
    decision: e.CaseGranted | e.CaseDenied,
    opinion: str | None,
) -> list[e.Event]:
    granted = isinstance(decision, e.CaseGranted)
    step, outcome = _approval(dossier), StepOutcome.GRANTED if granted else StepOutcome.DENIED
    return [
        *finishing(dossier, (step,), outcome, command, opinion),
        *overtaken(dossier, of_kind(dossier, "extension"), command),
        decision,
        conclusion(Result.GRANTED if granted else Result.DENIED, decision.on),
        desk(dossier, "delivery", decision.on, DELIVERY_DAYS),
    ]


def _granted_so(command: c.Grant | c.GrantAtOnce, state: State) -> bool:
    if not isinstance(state, Decided):
        return False
    decision = state.dossier.decision
    if isinstance(decision, e.CaseGranted) and decision.conditions == command.conditions:
        return True
    raise _decided_otherwise(state.dossier)


def _denied_so(command: c.Deny, state: State) -> bool:
    if not isinstance(state, Decided):
        return False
    decision = state.dossier.decision
    said = (command.reasons, command.remedies)
    if isinstance(decision, e.CaseDenied) and (decision.reasons, decision.remedies) == said:
        return True
    raise _decided_otherwise(state.dossier)


def _decided_otherwise(dossier: Dossier) -> Contradiction:
    return Contradiction(
        "decided-otherwise-already",
        "it was decided already, otherwise: {result}",
        result=dossier.result,
    )


def _approval(dossier: Dossier) -> OpenStep:
    approvals = of_kind(dossier, StepKind.APPROVE)
    if approvals:
        return approvals[0]
    waiting = tuple(one.id for one in dossier.open)
    raise OutOfOrder(
        "steps-open-before-decision",
        "a decision comes after these steps, which are open: {waiting}",
        waiting=waiting,
    )


# Certificate and delivery


def issue_certificate(command: c.IssueCertificate, state: State) -> list[e.Event]:
    dossier = concluded(state)
    if dossier.certificate is not None:
        if dossier.certificate.identifier == command.identifier:
            return []
        raise Contradiction(
            "certificate-issued-already",
            "certificate {identifier} was issued already",
            identifier=dossier.certificate.identifier,
        )
    kind = dossier.plan.certificate
    if not isinstance(state, Decided) or not isinstance(dossier.decision, e.CaseGranted):
        raise OutOfOrder(
            "certificate-needs-granted-case", "only a case that was granted leads to a certificate"
        )
    if kind is None:
        raise OutOfOrder("item-produces-no-certificate", "this item produces no certificate")
    _identifies(command.identifier, kind)
    start = dossier.decision.on
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
    dossier = concluded(state)
    if dossier.delivery is not None:
        said = (dossier.delivery.method, dossier.delivery.recipient)
        if said == (command.method, command.recipient):
            return []
        raise Contradiction(
            "delivered-already", "the result was delivered on {on}", on=dossier.delivery.on
        )
    if _awaits_certificate(dossier):
        raise OutOfOrder("certificate-not-made-yet", "the certificate has not been made yet")
    on = today(command)
    return [
        *finishing(dossier, of_kind(dossier, "delivery"), StepOutcome.PASSED, command),
        e.ResultDelivered(
            method=command.method,
            recipient=command.recipient,
            on=on,
            document=document(dossier, DocumentKind.DELIVERY, on),
        ),
    ]


def _awaits_certificate(dossier: Dossier) -> bool:
    granted = dossier.result is Result.GRANTED
    return granted and dossier.plan.certificate is not None and dossier.certificate is None


# Rating


def rate(command: c.Rate, state: State) -> list[e.Event]:
    dossier = concluded(state)
    if dossier.rating is not None:
        if (dossier.rating.rating, dossier.rating.comment) == (command.rating, command.comment):
            return []
        raise Contradiction("rated-already", "the service was rated already, and is rated once")
    rated = e.CaseRated(rating=command.rating, comment=command.comment)
    if command.rating < BAD:
        return [rated]
    return [rated, desk(dossier, "rating", today(command), dossier.plan.rating_days)]


def answer_rating(command: c.AnswerRating, state: State) -> list[e.Event]:
    dossier = concluded(state)
    if dossier.rating is None or dossier.rating.rating < BAD:
        raise OutOfOrder("not-a-bad-rating", "only a bad rating (4 or 5) is verified and answered")
    answer = e.BadRatingAnswered(
        justified=command.justified, finding=command.finding, remedy=command.remedy
    )
    if dossier.answer is None:
        not_their_own(dossier, command)
        waiting = of_kind(dossier, "rating")
        return [*finishing(dossier, waiting, StepOutcome.PASSED, command), answer]
    if dossier.answer == answer:
        return []
    raise Contradiction("rating-answered-otherwise", "the rating was answered already, otherwise")


# The end


def withdraw(command: c.Withdraw, state: State) -> list[e.Event]:
    dossier = dossier_of(state)
    match state:
        case ClosedCase() if (dossier.result, dossier.closing) == (
            Result.WITHDRAWN,
            command.reason,
        ):
            return []
        case Submitted() | Returned() | Supplementing() | AcceptedCase() | Suspended():
            on = today(command)
            withdrawn = e.CaseWithdrawn(
                reason=command.reason, document=document(dossier, DocumentKind.WITHDRAWAL, on)
            )
            left = overtaken(dossier, dossier.open, command)
            return [*left, withdrawn, conclusion(Result.WITHDRAWN, on)]
        case _:
            raise Closed(
                "withdrawn-too-late",
                "a case is withdrawn before its decision; {ended}",
                ended=ended(dossier),
            )


def void(command: c.Void, state: State) -> list[e.Event]:
    dossier = dossier_of(state)
    if isinstance(state, ClosedCase) and dossier.result is Result.VOIDED:
        if dossier.closing == command.reason:
            return []
        raise Contradiction(
            "voided-already", "it was voided already: {reason}", reason=dossier.closing
        )
    if isinstance(state, Archived | ClosedCase):
        raise Closed.of(ended(dossier))
    on = today(command)
    voided = e.CaseVoided(
        reason=command.reason, document=document(dossier, DocumentKind.VOIDING, on)
    )
    # A bad rating is answered all the same.
    left = [one for one in dossier.open if one.opened.kind != "rating"]
    return [*overtaken(dossier, left, command), voided, conclusion(Result.VOIDED, on)]


def archive(state: State) -> list[e.Event]:
    if isinstance(state, Archived):
        return []
    dossier = concluded(state)
    if dossier.open:
        waiting = tuple(one.id for one in dossier.open)
        raise OutOfOrder(
            "steps-not-done", "these steps have yet to be done: {waiting}", waiting=waiting
        )
    return [e.CaseArchived(archive_number=f"DA-{dossier.number}")]
