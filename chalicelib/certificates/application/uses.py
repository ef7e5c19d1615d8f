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
from ...kernel.errors import Invalid, NotAllowed, NotFound, Rejected
from ...kernel.reasons import Reason
from ...people.application import counter_today
from ...platform import organisations
from ...platform.platform import Caller, Platform, derived_id
from ..domain import certificate
from ..domain.certificate import Authorisation, Known
from ..domain.events import Basis, CertificateUsed, Grantee, UseAuthorised
from . import access as certificate_access
from . import certificates, showings
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
    """
    A certificate in the place of a material, for the case of `holder`; `showing` is the token by
    which it is shown to who enters the case.
    """

    holder: str
    material: ItemMaterial
    identifier: str
    case_id: str
    on: date
    showing: str | None = None


class Right(NamedTuple):
    """
    Why it may be used, None if it was used for this very material already; and under which
    authorisation, if under one.
    """

    basis: Basis | None
    authorisation: str | None = None


def authorise(
    platform: Platform, caller: Caller, identifier: str, told: Authorising
) -> tuple[str, Outcome[certificate.State]]:
    """
    The authorisation's id. Raises NotFound, NotAllowed (UnknownDepartment for a grantee that its
    division has not published), OutOfOrder, Invalid.
    """

    name = derived_id(caller)
    terms = UseAuthorised(
        authorisation=name,
        since=told.since or legal_day(platform.now()),
        **told.model_dump(exclude={"since"}),
    )
    command = certificate.Authorise(**caller.about(platform.now()), terms=terms)

    def check(platform: Platform, actor: Actor, state: certificate.State) -> Known:
        found = certificate_access.holds(platform, actor, state)
        department = told.grantee.department
        if department is not None:
            organisations.check(platform, department, legal_day(platform.now()))
        holder = found.record.created.holder
        if certificate_access.names_oneself(platform, actor, holder, told.grantee):
            raise NotAllowed(
                "authorised-to-oneself",
                "nobody lets themselves use a certificate: its holder uses it without that",
            )
        return found

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
        if one is None or not certificate_access.is_given(platform, actor, identifier, one):
            raise certificate_access.hidden()
        if not certificate_access.good(platform, identifier, found.record, one):
            raise _ended_with_grantor()
        return found

    used = CertificateUsed(
        use=derived_id(caller),
        authorisation=authorisation,
        purpose=told.purpose,
        case_id=told.case_id,
        basis=Basis.AUTHORISATION,
    )
    command = certificate.Use(**caller.about(platform.now()), used=used)
    return certificates.run(platform, caller, identifier, command, check)


def _ended_with_grantor() -> NotAllowed:
    return NotAllowed(
        "authorisation-ended-with-grantor",
        "who let it be used does not act for its holder any more; ask the holder for another one",
    )


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
        _, right = _taken(platform, actor, handing)
        # Tried again, perhaps when another authorisation would be chosen: it stays the first one.
        if right.basis is None:
            return
        if right.basis is Basis.SHOWING:
            showings.hand_in(platform, str(handing.showing), _shown(handing))
        _record(platform, actor, handing, right)


def _taken(platform: Platform, actor: Actor, handing: Handing) -> tuple[Known, Right]:
    """The certificate, and what lets it be used. Raises Rejected."""
    found = certificates.state_of(platform, handing.identifier)
    if isinstance(found, certificate.Absent) and actor.role is Role.CLERK:
        raise _not_shown()
    state = certificate.known(found)
    right = _allowed(platform, actor, handing, state)
    certificate.usable(state, handing.on)
    return state, right


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


def _allowed(platform: Platform, actor: Actor, handing: Handing, state: Known) -> Right:
    wanted = handing.material.may_come_from
    if wanted is None or parse_certificate_id(handing.identifier).type != wanted:
        raise Invalid(
            "certificate-cannot-stand-in",
            "{material} cannot be taken from a certificate of this type",
            material=handing.material.name,
        )
    record = state.record
    if use_of(handing) in record.uses:
        return Right(None)
    basis = _basis(platform, actor, handing, record)
    if basis is not None:
        return Right(basis)
    found = _authorisation(platform, actor, state, handing)
    if found is None:
        raise _not_shown() if actor.role is Role.CLERK else certificate_access.hidden()
    why = _refusal(platform, found, handing)
    if why is not None:
        raise Invalid.of(why)
    return Right(Basis.AUTHORISATION, found.terms.authorisation)


def _not_shown() -> NotFound:
    """The same words for one that there is not: `known` comes to a clerk in them as well."""
    return NotFound(
        "certificate-not-shown",
        "there is no such certificate, or its holder does not show it here: take the token of "
        "POST /certificates/{{identifier}}/show as `showing`, check the holder's card at this "
        "counter today, or have your department authorised",
    )


def _basis(
    platform: Platform, actor: Actor, handing: Handing, record: certificate.Record
) -> Basis | None:
    """Why it may be used in the holder's own matter, without an authorisation."""
    if record.created.holder != handing.holder:
        return None
    if actor.role is Role.CLERK:
        return _at_the_window(platform, actor, handing)
    if certificate_access.owns(platform, actor, record):
        return Basis.HOLDER
    return Basis.MANDATE if _on_mandate(actor) else None


def _on_mandate(actor: Actor) -> bool:
    """Who acts for the holder: the mandate was found to be the applicant's, who is the holder."""
    return actor.mandate is not None and actor.on_behalf_of is not None


def _at_the_window(platform: Platform, actor: Actor, handing: Handing) -> Basis | None:
    """
    A clerk enters a case for anybody: that the holder stands there takes the holder's token, or
    that the holder's card was checked there today. An agent's mandate is not the clerk's.
    """
    if handing.showing is not None and showings.shows(platform, handing.showing, _shown(handing)):
        return Basis.SHOWING
    kind, _, reference = handing.holder.partition(":")
    if kind == "person" and counter_today.before(platform, reference, actor.department):
        return Basis.COUNTER
    return None


def _shown(handing: Handing) -> showings.HandingIn:
    return showings.HandingIn(
        handing.identifier, handing.case_id, handing.material.id, use_of(handing)
    )


def _refusal(platform: Platform, found: Authorisation, handing: Handing) -> Reason | None:
    """
    On the day of the paper and today: who enters it late does not win back what is over.
    """
    today = legal_day(platform.now())
    return certificate.refusal(found, handing.on, handing.case_id) or certificate.refusal(
        found, today, handing.case_id
    )


def _authorisation(
    platform: Platform, actor: Actor, state: Known, handing: Handing
) -> Authorisation | None:
    """One that allows it, or else the last one that names the actor."""
    named = [
        one
        for one in state.record.authorisations
        if certificate_access.is_given(platform, actor, handing.identifier, one)
        and certificate_access.good(platform, handing.identifier, state.record, one)
    ]
    good = (one for one in named if _refusal(platform, one, handing) is None)
    return next(good, named[-1] if named else None)


def _handed_in(platform: Platform, handing: Handing) -> datetime | None:
    """Yesterday's paper counts as of yesterday; None for today's."""
    if handing.on >= legal_day(platform.now()):
        return None
    return datetime.combine(handing.on, time(12), LEGAL_ZONE)


def use_of(handing: Handing) -> Code:
    """The same each time that the submission is tried."""
    return sha256(f"{handing.case_id} {handing.material.id}".encode()).hexdigest()[:26]


def _record(platform: Platform, actor: Actor, handing: Handing, right: Right) -> None:
    used = CertificateUsed(
        use=use_of(handing),
        authorisation=right.authorisation,
        basis=right.basis,
        purpose=f"办件材料：{handing.material.name}",
        case_id=handing.case_id,
        material=handing.material.id,
    )
    caller = Caller(actor, f"material-{used.use}", Channel.SYSTEM, _handed_in(platform, handing))
    command = certificate.Use(**caller.about(platform.now()), used=used)
    certificates.run(platform, caller, handing.identifier, command)
