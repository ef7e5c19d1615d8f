"""
The stream `certificate-{identifier}`: one version of an electronic certificate (电子证照).

    Absent -> Issued <-> Suspended
                |            |
                +-> Ended, Replaced

Its states 01 to 07 (GB/T 36904) follow from the events and the day: see `standing`. That it expires
takes no event. A change of what it says makes another identifier, version .002, and so a stream of
its own; the older one is replaced and says by which.
"""

from datetime import date, timedelta
from typing import assert_never

from . import certificate_events as e
from .actor import Identifier
from .base import Code, Command, Line, Text
from .calendar import legal_day
from .case.parts import CertificateIdentifier
from .certificate_events import EVENTS, Event, Link
from .certificate_state import (
    FINAL,
    STATUS,
    Absent,
    Authorisation,
    Ended,
    Issued,
    Known,
    Record,
    Replaced,
    Standing,
    State,
    Status,
    Suspended,
    evolve,
    fold,
    in_time,
    initial,
    known,
    refusal,
    standing,
)
from .errors import Closed, Contradiction, Invalid, NotAllowed, NotFound, OutOfOrder

__all__ = [
    "CATEGORY",
    "EVENTS",
    "FINAL",
    "STATUS",
    "Absent",
    "Authorisation",
    "CertificateCommand",
    "Ended",
    "Event",
    "Issued",
    "Known",
    "Record",
    "Replaced",
    "Standing",
    "State",
    "Status",
    "Suspended",
    "decide",
    "evolve",
    "fold",
    "initial",
    "known",
    "refusal",
    "standing",
]

CATEGORY = "certificate"
LONGEST = timedelta(days=366)  # ours: nobody remembers an authorisation for longer
MOST_AUTHORISATIONS = 500  # ours: all of them are in the state


class Create(Command):
    created: e.CertificateCreated


class Seal(Command):
    sealed: e.CertificateSealed


class Suspend(Command):
    """暂扣: take it away for a time."""

    reason: Text
    basis: Text
    document: Line


class Restore(Command):
    """返还: give back what was suspended."""

    reason: Text


class Revoke(Command):
    """撤销: it should not have been granted (行政许可法 art. 69)."""

    reason: Text
    basis: Text
    document: Line


class Cancel(Command):
    """注销: strike off what came to its end by law (行政许可法 art. 70)."""

    reason: Text
    basis: Text
    document: Line | None = None


class MoveOut(Command):
    """办理转出: hand it over to another authority."""

    reason: Text
    basis: Text
    document: Line | None = None


class Withdraw(Command):
    """吊销: take it away for good, as a penalty."""

    reason: Text
    basis: Text
    document: Line


class Replace(Command):
    by_certificate: CertificateIdentifier
    link: Link
    reason: Text | None = None


class FileRenewal(Command):
    case_id: Identifier
    on: date


class EndRenewal(Command):
    case_id: Identifier
    on: date
    granted: bool


class Authorise(Command):
    """授权用证: let somebody use it, for a purpose, for a time, so many times."""

    terms: e.UseAuthorised


class RevokeAuthorisation(Command):
    authorisation: Code
    reason: Text | None = None


class Use(Command):
    """`use` names it: the same use, told again, is one."""

    used: e.CertificateUsed


Operation = Suspend | Restore | Revoke | Cancel | MoveOut | Withdraw
CertificateCommand = (
    Create
    | Seal
    | Operation
    | Replace
    | FileRenewal
    | EndRenewal
    | Authorise
    | RevokeAuthorisation
    | Use
)


def decide(command: CertificateCommand, state: State) -> list[Event]:
    """Repeating a command that already took effect yields no events. Raises Rejected."""
    match command:
        case Create():
            return _create(command, state)
        case Seal():
            return [] if known(state).record.sealed is not None else [command.sealed]
        case Suspend():
            return _suspend(command, known(state))
        case Restore():
            return _restore(command, known(state))
        case Revoke() | Cancel() | MoveOut() | Withdraw():
            return _end(command, known(state))
        case Replace():
            return _replace(command, known(state))
        case FileRenewal():
            return _file_renewal(command, known(state))
        case EndRenewal():
            return _end_renewal(command, known(state))
        case Authorise():
            return _authorise(command, known(state))
        case RevokeAuthorisation():
            return _revoke_authorisation(command, known(state))
        case Use():
            return _use(command, known(state))
        case _:
            assert_never(command)


def _create(command: Create, state: State) -> list[Event]:
    if isinstance(state, Absent):
        return [command.created]
    if state.record.created == command.created:
        return []
    raise Contradiction(f"{state.record.identifier} was issued already, and says something else")


# Operations


def _on(command: CertificateCommand) -> date:
    return legal_day(command.at)


def _suspend(command: Suspend, state: Known) -> list[Event]:
    event = e.CertificateSuspended(
        reason=command.reason, basis=command.basis, document=command.document
    )
    if isinstance(state, Suspended):
        return _again(event, state.why)
    _not_over(state)
    if standing(state, _on(command)).status is Status.EXPIRED:
        raise OutOfOrder("it has expired: there is nothing to suspend")
    return [event]


def _restore(command: Restore, state: Known) -> list[Event]:
    _not_over(state)
    if not isinstance(state, Suspended):
        return []
    return [e.CertificateRestored(reason=command.reason)]


def _end(command: Revoke | Cancel | MoveOut | Withdraw, state: Known) -> list[Event]:
    event = _ending(command)
    if isinstance(state, Ended):
        if type(state.why) is type(event):
            return _again(event, state.why)
        raise Closed(_over(state))
    # What was replaced can still be found to have been granted wrongly; else it is over.
    if isinstance(state, Replaced) and not isinstance(command, Revoke):
        raise Closed(_over(state))
    return [event]


def _ending(
    command: Revoke | Cancel | MoveOut | Withdraw,
) -> e.CertificateRevoked | e.CertificateCancelled | e.CertificateMovedOut | e.CertificateWithdrawn:
    reason, basis = command.reason, command.basis
    match command:
        case Revoke():
            return e.CertificateRevoked(reason=reason, basis=basis, document=command.document)
        case Cancel():
            return e.CertificateCancelled(reason=reason, basis=basis, document=command.document)
        case MoveOut():
            return e.CertificateMovedOut(reason=reason, basis=basis, document=command.document)
        case Withdraw():
            return e.CertificateWithdrawn(reason=reason, basis=basis, document=command.document)
        case _:
            assert_never(command)


def _again(event: Event, before: Event) -> list[Event]:
    if event == before:
        return []
    raise Contradiction("that was done already, for another reason or on another basis")


def _not_over(state: Known) -> None:
    if isinstance(state, Ended | Replaced):
        raise Closed(_over(state))


def _over(state: Ended | Replaced) -> str:
    if isinstance(state, Replaced):
        return f"it was replaced by {state.why.by}"
    return f"it ended for good, as {STATUS[type(state.why)]}: {state.why.reason}"


def _replace(command: Replace, state: Known) -> list[Event]:
    if command.by_certificate == state.record.identifier:
        raise Invalid("a certificate does not take its own place")
    event = e.CertificateReplaced(
        by=command.by_certificate, link=command.link, reason=command.reason
    )
    match state:
        case Replaced(why=why):
            if why.by == command.by_certificate:
                return []
            raise Contradiction(f"it was replaced by {why.by} already")
        case Ended():
            raise Closed(_over(state))
        case _:
            return [event]


# Renewal


def _file_renewal(command: FileRenewal, state: Known) -> list[Event]:
    record = state.record
    filed = record.renewal
    if filed is not None and filed.case_id == command.case_id:
        return []
    _not_over(state)
    until = record.created.face.valid_until
    if until is None or (filed is not None and record.renewal_ended is None):
        return []  # without an end there is nothing to renew; another case asks for it already
    timely = in_time(until, command.on)
    return [e.RenewalFiled(case_id=command.case_id, on=command.on, in_time=timely)]


def _end_renewal(command: EndRenewal, state: Known) -> list[Event]:
    record = state.record
    filed = record.renewal
    if filed is None or filed.case_id != command.case_id:
        return []
    ended = record.renewal_ended
    if ended is not None and ended.granted == command.granted:  # else a grant that was voided
        return []
    return [e.RenewalEnded(case_id=command.case_id, on=command.on, granted=command.granted)]


# Authorised use


def _authorise(command: Authorise, state: Known) -> list[Event]:
    terms, on = command.terms, _on(command)
    found = state.record.authorisation(terms.authorisation)
    if found is not None:
        if found.terms == terms:
            return []
        raise Contradiction("this authorisation was given before, on other terms")
    usable(state, on)
    if terms.until < max(terms.since, on):
        raise Invalid("the last day of the authorisation is over before it begins")
    if terms.until - terms.since > LONGEST:
        raise Invalid("an authorisation lasts a year at most; give another one then")
    if len(state.record.authorisations) >= MOST_AUTHORISATIONS:
        raise Closed(f"a certificate takes {MOST_AUTHORISATIONS} authorisations at most")
    return [terms]


def _revoke_authorisation(command: RevokeAuthorisation, state: Known) -> list[Event]:
    found = state.record.authorisation(command.authorisation)
    if found is None:
        raise NotFound("there is no such authorisation")
    if found.revoked:
        return []
    return [e.AuthorisationRevoked(authorisation=command.authorisation, reason=command.reason)]


def _use(command: Use, state: Known) -> list[Event]:
    used, on = command.used, _on(command)
    if used.use in state.record.uses:
        return []
    usable(state, on)
    if used.authorisation is not None:
        found = state.record.authorisation(used.authorisation)
        if found is None:
            raise NotFound("there is no such authorisation")
        why = refusal(found, on, used.case_id)
        if why is not None:
            raise NotAllowed(why)
    return [used]


def usable(state: Known, on: date) -> None:
    """Raises OutOfOrder, with how it stands, unless the certificate is valid on that day."""
    now = standing(state, on)
    if not now.begun:
        raise OutOfOrder(f"it is valid from {state.record.created.face.valid_from} on")
    if not now.usable:
        why = f": {now.reason}" if now.reason else ""
        raise OutOfOrder(f"it is not valid now but {now.status} ({now.status.name.lower()}){why}")
