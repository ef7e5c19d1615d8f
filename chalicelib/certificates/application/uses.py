"""授权用证 and 免提交: a certificate is used, by its holder or by whom the holder lets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from hashlib import sha256
from typing import Annotated, NamedTuple

from pydantic import Field

from ...cases.domain.values import Material
from ...clock.calendar import LEGAL_ZONE, legal_day
from ...codes.numbers import parse_certificate_id
from ...codes.parties import Trust
from ...eventlog.transact import Outcome
from ...items.domain.item import ItemMaterial
from ...kernel.actor import Actor, Channel, Identifier, Role
from ...kernel.base import Code, Frozen, Text
from ...kernel.errors import Invalid, Rejected
from ...platform import organisations
from ...platform.platform import Caller, Platform, derived_id
from ..domain import certificate
from ..domain.certificate import Authorisation, Known
from ..domain.events import CertificateUsed, Grantee, UseAuthorised
from . import access as certificate_access
from . import certificates
from .signing import OWNER, sealed_of

PDF = "application/pdf"


class Authorising(Frozen):
    """Who may use the certificate, what for, from when (today) to when, and how often."""

    grantee: Grantee
    purpose: Text
    since: date | None = None
    until: date
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    case_id: Identifier | None = None


class Using(Frozen):
    """What it is used for, and in which case."""

    purpose: Text
    case_id: Identifier | None = None


class Handing(NamedTuple):
    """A certificate in the place of a material, for the case of `holder`."""

    holder: str
    material: ItemMaterial
    identifier: str
    case_id: str
    on: date


def authorise(
    platform: Platform, caller: Caller, identifier: str, told: Authorising
) -> tuple[str, Outcome[certificate.State]]:
    """
    The authorisation's id. Raises NotFound, NotAllowed (UnknownDepartment for a grantee that its
    division has not published), OutOfOrder, Invalid.
    """

    def check(platform: Platform, actor: Actor, state: certificate.State) -> Known:
        found = certificate_access.holds(platform, actor, state)
        department = told.grantee.department
        if department is not None:
            organisations.check(platform, department, legal_day(platform.now()))
        return found

    name = derived_id(caller)
    terms = UseAuthorised(
        authorisation=name,
        since=told.since or legal_day(platform.now()),
        **told.model_dump(exclude={"since"}),
    )
    command = certificate.Authorise(**caller.about(platform.now()), terms=terms)
    return name, certificates.run(platform, caller, identifier, command, check)


def revoke(
    platform: Platform, caller: Caller, identifier: str, authorisation: str, reason: str | None
) -> Outcome[certificate.State]:
    """Raises NotFound, NotAllowed; what was done under it stands."""
    command = certificate.RevokeAuthorisation(
        **caller.about(platform.now()), authorisation=authorisation, reason=reason
    )
    return certificates.run(platform, caller, identifier, command, certificate_access.holds)


def use(
    platform: Platform, caller: Caller, identifier: str, authorisation: str, told: Using
) -> Outcome[certificate.State]:
    """
    One use under an authorisation, by whom it names. Raises NotFound, also for who it does not
    name; NotAllowed once it is revoked, over or used up; OutOfOrder if the certificate is not.
    """

    def check(_: Platform, actor: Actor, state: certificate.State) -> Known:
        found = certificate.known(state)
        one = found.record.authorisation(authorisation)
        if one is None or not certificate_access.is_named(platform, actor, one.terms.grantee):
            raise certificate_access.hidden()
        return found

    used = CertificateUsed(
        use=derived_id(caller),
        authorisation=authorisation,
        purpose=told.purpose,
        case_id=told.case_id,
    )
    command = certificate.Use(**caller.about(platform.now()), used=used)
    return certificates.run(platform, caller, identifier, command, check)


# In the place of a document


def as_material(platform: Platform, actor: Actor, handing: Handing) -> Material:
    """
    The certificate as a material of trust A; to be used, see `record`. Raises Invalid, which names
    the material and says why not.
    """
    with _named(handing):
        state, _ = _taken(platform, actor, handing)
        sealed = sealed_of(state)
    return Material(
        id=handing.material.id,
        sha256=sealed.sha256,
        size=sealed.size,
        media_type=PDF,
        owner=OWNER,
        title=state.record.created.face.name,
        trust=Trust.ISSUED,
        certificate=handing.identifier,
    )


def record(platform: Platform, actor: Actor, handing: Handing) -> None:
    """
    The use of the certificate in its own stream, once for each case and material. Raises Invalid as
    `as_material`.
    """
    with _named(handing):
        state, authorisation = _taken(platform, actor, handing)
        # Tried again, perhaps when another authorisation would be chosen: it stays the first one.
        if use_of(handing) not in state.record.uses:
            _record(platform, actor, handing, authorisation)


def _taken(platform: Platform, actor: Actor, handing: Handing) -> tuple[Known, str | None]:
    """The certificate, and the authorisation that lets it be used. Raises Rejected."""
    state = certificate.known(certificates.state_of(platform, handing.identifier))
    authorisation = _allowed(platform, actor, handing, state)
    certificate.usable(state, handing.on)
    return state, authorisation


@contextmanager
def _named(handing: Handing) -> Iterator[None]:
    try:
        yield
    except Rejected as error:
        raise Invalid(
            "material-certificate-wrong",
            "material {material}: certificate {certificate}: {wrong}",
            material=handing.material.id,
            certificate=handing.identifier,
            wrong=error.reason,
        ) from error


def _allowed(platform: Platform, actor: Actor, handing: Handing, state: Known) -> str | None:
    """The authorisation that is needed, None for the applicant's own certificate."""
    wanted = handing.material.may_come_from
    if wanted is None or parse_certificate_id(handing.identifier).type != wanted:
        raise Invalid(
            "certificate-cannot-stand-in",
            "{material} cannot be taken from a certificate of this type",
            material=handing.material.name,
        )
    record = state.record
    if record.created.holder == handing.holder and _hands_in(platform, actor, record):
        return None
    found = _authorisation(platform, actor, state, handing)
    if found is None:
        raise certificate_access.hidden()
    why = certificate.refusal(found, handing.on, handing.case_id)
    if why is not None and use_of(handing) not in record.uses:
        raise Invalid.of(why)
    return found.terms.authorisation


def _hands_in(platform: Platform, actor: Actor, record: certificate.Record) -> bool:
    """
    The holder, who acts for the holder on a mandate, or the clerk before whom the holder stands.
    """
    if certificate_access.owns(platform, actor, record) or actor.role is Role.CLERK:
        return True
    principals = {record.created.holder, record.created.account} - {None}
    return actor.mandate is not None and actor.on_behalf_of in principals


def _authorisation(
    platform: Platform, actor: Actor, state: Known, handing: Handing
) -> Authorisation | None:
    """One that allows it, or else the last one that names the actor."""
    named = [
        one
        for one in state.record.authorisations
        if certificate_access.is_named(platform, actor, one.terms.grantee)
    ]
    good = (one for one in named if certificate.refusal(one, handing.on, handing.case_id) is None)
    return next(good, named[-1] if named else None)


def _handed_in(platform: Platform, handing: Handing) -> datetime | None:
    """Yesterday's paper counts as of yesterday; None for today's."""
    if handing.on >= legal_day(platform.now()):
        return None
    return datetime.combine(handing.on, time(12), LEGAL_ZONE)


def use_of(handing: Handing) -> Code:
    """The same each time that the submission is tried."""
    return sha256(f"{handing.case_id} {handing.material.id}".encode()).hexdigest()[:26]


def _record(platform: Platform, actor: Actor, handing: Handing, authorisation: str | None) -> None:
    used = CertificateUsed(
        use=use_of(handing),
        authorisation=authorisation,
        purpose=f"办件材料：{handing.material.name}",
        case_id=handing.case_id,
        material=handing.material.id,
    )
    caller = Caller(actor, f"material-{used.use}", Channel.SYSTEM, _handed_in(platform, handing))
    command = certificate.Use(**caller.about(platform.now()), used=used)
    certificates.run(platform, caller, handing.identifier, command)
