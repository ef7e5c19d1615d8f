"""
The stream `certificate-{identifier}`: one version of an electronic certificate (电子证照).

    Absent -> Issued <-> Suspended
                |            |
                +-> Ended, Replaced

Its states 01 to 07 (GB/T 36904) follow from the events and the day: see `standing`. That it expires
takes no event. A change of what it says makes another identifier, version .002, and so a stream of
its own; the older one is replaced and says by which.
"""

from datetime import date
from typing import assert_never

from ...clock.calendar import legal_day
from ...kernel.errors import Closed, Contradiction, Invalid, OutOfOrder
from ...kernel.reasons import Reason
from . import events as e
from .commands import (
    Authorise,
    Cancel,
    CertificateCommand,
    Create,
    EndRenewal,
    FileRenewal,
    MoveOut,
    Operation,
    Replace,
    Restore,
    Revive,
    Revoke,
    RevokeAuthorisation,
    Seal,
    Suspend,
    Use,
    Withdraw,
)
from .events import EVENTS, Event
from .state import (
    FINAL,
    STATUS,
    Absent,
    Authorisation,
    CertificateStatus,
    Ended,
    Issued,
    Known,
    Record,
    Replaced,
    Standing,
    State,
    Suspended,
    evolve,
    fold,
    in_time,
    initial,
    known,
    refusal,
    standing,
)
from .using import authorise, revoke_authorisation, usable, use

__all__ = [
    "CATEGORY",
    "EVENTS",
    "FINAL",
    "STATUS",
    "Absent",
    "Authorisation",
    "Authorise",
    "Cancel",
    "CertificateCommand",
    "CertificateStatus",
    "Create",
    "EndRenewal",
    "Ended",
    "Event",
    "FileRenewal",
    "Issued",
    "Known",
    "MoveOut",
    "Operation",
    "Record",
    "Replace",
    "Replaced",
    "Restore",
    "Revive",
    "Revoke",
    "RevokeAuthorisation",
    "Seal",
    "Standing",
    "State",
    "Suspend",
    "Suspended",
    "Use",
    "Withdraw",
    "decide",
    "evolve",
    "fold",
    "initial",
    "known",
    "refusal",
    "standing",
    "usable",
]

CATEGORY = "certificate"


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
        case Revive():
            return _revive(command, known(state))
        case Revoke() | Cancel() | MoveOut() | Withdraw():
            return _end(command, known(state))
        case Replace():
            return _replace(command, known(state))
        case FileRenewal():
            return _file_renewal(command, known(state))
        case EndRenewal():
            return _end_renewal(command, known(state))
        case Authorise():
            return authorise(command, known(state))
        case RevokeAuthorisation():
            return revoke_authorisation(command, known(state))
        case Use():
            return use(command, known(state))
        case _:
            assert_never(command)


def _create(command: Create, state: State) -> list[Event]:
    if isinstance(state, Absent):
        return [command.created]
    if state.record.created == command.created:
        return []
    raise Contradiction(
        "certificate-says-something-else",
        "{identifier} was issued already, and says something else",
        identifier=state.record.identifier,
    )


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
    if standing(state, _on(command)).status is CertificateStatus.EXPIRED:
        raise OutOfOrder(
            "certificate-expired-already", "it has expired: there is nothing to suspend"
        )
    return [event]


def _restore(command: Restore, state: Known) -> list[Event]:
    _not_over(state)
    if not isinstance(state, Suspended):
        return []
    return [e.CertificateRestored(reason=command.reason)]


def _revive(command: Revive, state: Known) -> list[Event]:
    if isinstance(state, Ended):
        raise Closed.of(_over(state))
    return [e.CertificateRestored(reason=command.reason)] if isinstance(state, Replaced) else []


def _end(command: Revoke | Cancel | MoveOut | Withdraw, state: Known) -> list[Event]:
    event = _ending(command)
    if isinstance(state, Ended):
        if type(state.why) is type(event):
            return _again(event, state.why)
        raise Closed.of(_over(state))
    # What was replaced can still be found to have been granted wrongly; else it is over.
    if isinstance(state, Replaced) and not isinstance(command, Revoke):
        raise Closed.of(_over(state))
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
    raise Contradiction(
        "certificate-done-otherwise",
        "that was done already, for another reason or on another basis",
    )


def _not_over(state: Known) -> None:
    if isinstance(state, Ended | Replaced):
        raise Closed.of(_over(state))


def _over(state: Ended | Replaced) -> Reason:
    if isinstance(state, Replaced):
        return Reason("certificate-replaced", "it was replaced by {by}", by=state.why.by)
    return Reason(
        "certificate-ended-for-good",
        "it ended for good, as {status}: {reason}",
        status=STATUS[type(state.why)],
        reason=state.why.reason,
    )


def _replace(command: Replace, state: Known) -> list[Event]:
    if command.by_certificate == state.record.identifier:
        raise Invalid("certificate-replaces-itself", "a certificate does not take its own place")
    event = e.CertificateReplaced(
        by=command.by_certificate, link=command.link, reason=command.reason
    )
    match state:
        case Replaced(why=why):
            if why.by == command.by_certificate:
                return []
            raise Contradiction(
                "certificate-replaced-already", "it was replaced by {by} already", by=why.by
            )
        case Ended():
            raise Closed.of(_over(state))
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
