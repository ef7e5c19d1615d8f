"""Electronic certificates (电子证照): issue, read, change their state, find what somebody holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from ...clock.calendar import legal_day
from ...codes.names import Name
from ...codes.numbers import InvalidNumber, certificate_id, parse_certificate_id
from ...eventlog.codec import events
from ...eventlog.envelope import Recorded
from ...eventlog.transact import Decider, Outcome, Stale, read, transact
from ...kernel.actor import SYSTEM, Actor, Channel
from ...kernel.base import Frozen, Text
from ...kernel.errors import Closed, Invalid, OutOfOrder
from ...platform.platform import Caller, Platform
from ..domain import certificate
from ..domain.certificate import Known, known
from ..domain.events import (
    CertificateCreated,
    CertificateFace,
    CertificatePredecessor,
    CertificateRevoked,
    Link,
    Said,
)
from . import access as certificate_access


class CertificateView(NamedTuple):
    identifier: str
    version: int
    state: Known


class Revision(Frozen):
    """What the certificate says from now on, instead (变更); what is left out stays."""

    reason: Text
    holder_name: Name | None = None
    says: tuple[Said, ...] | None = None
    conditions: Text | None = None


Check = Callable[[Platform, Actor, certificate.State], Known]


def decider(platform: Platform) -> Decider[certificate.State]:
    return Decider(platform.codec, certificate.initial, certificate.evolve, platform.memory)


def stream(identifier: str) -> str:
    return f"{certificate.CATEGORY}-{identifier}"


def by_system(key: str) -> Caller:
    return Caller(SYSTEM, key, Channel.SYSTEM)


def state_of(platform: Platform, identifier: str) -> certificate.State:
    """As its stream has it now, whoever asks."""
    return read(platform.store, decider(platform), stream(identifier)).state


def history(platform: Platform, identifier: str) -> Iterator[Recorded]:
    """Its events, for whoever was found to be allowed to see them."""
    return events(platform.codec, platform.store.load(stream(identifier)).commits)


def get(platform: Platform, actor: Actor, identifier: str) -> CertificateView:
    """Folded from its stream. Raises NotFound, also for who may not see it."""
    found = read(platform.store, decider(platform), stream(identifier))
    seen = certificate_access.seen(platform, actor, found.state)
    return CertificateView(identifier, found.history.version, seen)


def openable(platform: Platform, actor: Actor, identifier: str, on: date) -> Known:
    """A certificate whose file the actor may have. Raises NotFound."""
    state = known(state_of(platform, valid_identifier(identifier)))
    if not certificate_access.may_open(platform, actor, state.record, on):
        raise certificate_access.hidden()
    return state


def run(
    platform: Platform,
    caller: Caller,
    identifier: str,
    command: certificate.CertificateCommand,
    check: Check | None = None,
) -> Outcome[certificate.State]:
    """
    One command, after `check` has said that the caller may. Raises Rejected, Stale, Conflict,
    Reused.
    """
    # What a use is based on is found here, and nobody asks for it: earlier releases had no word of
    # it in the fingerprint, and a retry stays what it was when another basis would do by now.
    body = command.model_dump(
        mode="json", exclude={"at": True, "by": True, "channel": True, "used": {"basis"}}
    )

    def decide(state: certificate.State) -> list[certificate.Event]:
        if check is not None:
            check(platform, caller.actor, state)
        return certificate.decide(_meant(platform, command, state), state)

    request = caller.request(platform.now(), type(command).__name__, body)
    return transact(platform.store, decider(platform), stream(identifier), request, decide)


def _meant(
    platform: Platform, command: certificate.CertificateCommand, state: certificate.State
) -> certificate.CertificateCommand:
    """To restore what was replaced is to revive it, once what replaced it was revoked (撤销)."""
    if not isinstance(command, certificate.Restore) or not isinstance(state, certificate.Replaced):
        return command
    newer = state_of(platform, state.why.by)
    if not isinstance(newer, certificate.Ended) or not isinstance(newer.why, CertificateRevoked):
        return command
    return certificate.Revive.model_validate(dict(command))


def operate(
    platform: Platform, caller: Caller, identifier: str, command: certificate.Operation
) -> Outcome[certificate.State]:
    """暂扣 返还 撤销 注销 办理转出 吊销, by the department that issued it."""
    return run(platform, caller, identifier, command, _operated_by(caller))


def _operated_by(caller: Caller) -> Check:
    return lambda platform, _actor, state: certificate_access.operates(platform, caller, state)


# Another version without a case


def revise(
    platform: Platform, caller: Caller, identifier: str, told: Revision
) -> tuple[str, Outcome[certificate.State]]:
    """
    变更: a new version (.002 after .001) says what is right from now on; the older one is replaced.
    The new identifier. Sent again, it goes on where it broke off. Raises NotFound, NotAllowed,
    OutOfOrder, Invalid.
    """
    history, state = read(platform.store, decider(platform), stream(identifier))
    before = certificate_access.operates(platform, caller, state)
    created = _revised(platform, caller, before, told)
    if isinstance(before, certificate.Replaced):
        if before.why.by != created.identifier:
            raise Closed(
                "certificate-replaced-already", "it was replaced by {by} already", by=before.why.by
            )
    elif caller.version is not None and history.version not in caller.version:
        raise Stale(stream(identifier), caller.version, history.version)
    _create(platform, caller, created)
    command = certificate.Replace(
        **caller.about(platform.now()),
        by_certificate=created.identifier,
        link=Link.VERSION,
        reason=told.reason,
    )
    done = run(platform, caller, identifier, command, _operated_by(caller))
    return created.identifier, done


def _create(platform: Platform, caller: Caller, created: CertificateCreated) -> None:
    """Sent again on another day, it finds that it was made."""
    there = state_of(platform, created.identifier)
    if isinstance(there, Known) and there.record.created.face == created.face:
        return
    made = replace(caller, version=None)
    command = certificate.Create(**made.about(platform.now()), created=created)
    run(platform, made, created.identifier, command)


def _revised(
    platform: Platform, caller: Caller, before: Known, told: Revision
) -> CertificateCreated:
    was = before.record.created
    day = legal_day(caller.at(platform.now()))
    if not isinstance(before, certificate.Issued | certificate.Replaced):
        raise OutOfOrder(
            "certificate-not-valid-now", "only a certificate that is valid takes another version"
        )
    changes = told.model_dump(exclude={"reason"}, exclude_none=True)
    face = CertificateFace.model_validate({**was.face.model_dump(), **changes})
    if face == was.face:
        raise Invalid("certificate-says-the-same", "this says what the certificate says already")
    parts = parse_certificate_id(was.identifier)
    following = certificate_id(parts.type, parts.issuer, parts.serial, int(parts.version) + 1)
    link = CertificatePredecessor(identifier=was.identifier, link=Link.VERSION)
    changed = {"identifier": following, "face": face, "issued_on": day, "predecessor": link}
    return was.model_copy(update=changed)


def valid_identifier(text: str) -> str:
    """Raises NotFound: no certificate has an identifier of another shape."""
    try:
        parse_certificate_id(text)
    except InvalidNumber:
        raise certificate_access.hidden() from None
    return text
