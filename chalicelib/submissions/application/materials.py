"""Materials as they are handed in: documents that were put before, or certificates (免提交)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

from ...cases import domain as case
from ...cases.application import cases
from ...cases.application.acting import acting
from ...cases.domain.guards import application_of
from ...cases.domain.records import Application
from ...cases.domain.values import CertificateIdentifier, Material
from ...certificates.application import uses as certificate_uses
from ...clock.calendar import legal_day
from ...codes.parties import Trust
from ...documents.application import discarding, documents
from ...items.application import items
from ...items.domain.definition import in_variant
from ...items.domain.item import ItemMaterial
from ...kernel.actor import APPLICANTS, Actor
from ...kernel.base import Code, Frozen, Line, Sha256, exactly_one
from ...kernel.errors import Invalid
from ...kernel.reasons import Unfit
from ...platform.platform import Platform

ShowingToken = Annotated[str, StringConstraints(pattern=r"^[A-Z2-7]{26}$")]


class HandedIn(Frozen):
    """
    A material as the caller names it: a document that was put before, by its SHA-256, or instead of
    it an electronic certificate that the applicant holds, by its identifier. A clerk who enters the
    case names the token by which its holder shows it (亮证), as `showing`; without one, the holder
    has authorised the department to use it, or was checked at this counter today.
    """

    model_config = ConfigDict(json_schema_extra=exactly_one("sha256", "certificate"))

    id: Code
    sha256: Sha256 | None = None
    certificate: CertificateIdentifier | None = None
    showing: ShowingToken | None = None
    media_type: str = "application/octet-stream"
    title: Line | None = None
    trust: Trust = Trust.UPLOADED

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if self.showing is not None and self.certificate is None:
            raise Unfit("showing-without-certificate", "`showing` goes with a certificate")
        if (self.sha256 is None) == (self.certificate is None):
            raise Unfit(
                "document-or-certificate",
                "a material is either a document (sha256) or a certificate",
            )
        return self

    @model_serializer(mode="wrap")
    def _as_sent_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without a member that is not there: a retry across an upgrade is the same request."""
        told: dict[str, Any] = handler(self)
        return {name: one for name, one in told.items() if (name, one) != ("showing", None)}


# An item asks for a dozen. Each is a look into a stream, before anything is refused.
Materials = Annotated[tuple[HandedIn, ...], Field(max_length=200)]


class Taking(NamedTuple):
    """
    Where certificates may stand for documents: the case of `holder`, what its item asks for, the
    day; `shown` has the token by which one is shown, by material.
    """

    case_id: str
    holder: str
    asked: tuple[ItemMaterial, ...]
    on: date
    shown: Mapping[str, str]

    def handing(self, name: str, identifier: str) -> certificate_uses.Handing:
        """Raises Invalid for a material that the item does not ask for."""
        wanted = next((one for one in self.asked if one.id == name), None)
        if wanted is None:
            raise Invalid(
                "material-not-asked-for", "the item asks for no material {material}", material=name
            )
        token = self.shown.get(name)
        return certificate_uses.Handing(
            self.holder, wanted, identifier, self.case_id, self.on, token
        )


def shown(handed_in: tuple[HandedIn, ...]) -> Mapping[str, str]:
    return {one.id: one.showing for one in handed_in if one.showing is not None}


def materials(
    platform: Platform, actor: Actor, handed_in: tuple[HandedIn, ...], taking: Taking
) -> tuple[Material, ...]:
    """
    What was handed in, as its content has it; raises Invalid, which says what to hand in. That a
    certificate is used is for `use` to record.
    """
    return tuple(
        _document(platform, actor, one)
        if one.certificate is None
        else certificate_uses.as_material(platform, actor, taking.handing(one.id, one.certificate))
        for one in dict.fromkeys(handed_in)  # what is named twice is handed in once
    )


def use(platform: Platform, actor: Actor, handed_in: tuple[Material, ...], taking: Taking) -> None:
    """
    Record the uses of certificates, each once for the case and the material: as the last thing
    before the case takes them, so that a submission that is refused uses up nothing. Documents are
    recorded too, so that nobody discards them. Raises Invalid.
    """
    use_documents(platform, actor, handed_in, taking.case_id)
    for one in handed_in:
        if one.certificate is not None:
            certificate_uses.record(platform, actor, taking.handing(one.id, one.certificate))


def use_documents(
    platform: Platform, actor: Actor, handed_in: tuple[Material, ...], case_id: str
) -> None:
    """Raises Invalid for one that was discarded meanwhile."""
    for one in handed_in:
        if one.certificate is None:
            discarding.use(platform, actor, one.owner, one.sha256, cases.stream(case_id))


def of_case(
    platform: Platform, actor: Actor, case_id: str, handed_in: tuple[HandedIn, ...]
) -> tuple[Material, ...]:
    """The same for a case that was submitted. Raises Invalid, NotFound."""
    if all(one.certificate is None for one in handed_in):
        return tuple(_document(platform, actor, one) for one in dict.fromkeys(handed_in))
    state = cases.get(platform, actor, case_id).state
    acts = acting(platform, actor, state)
    taking = _taking(platform, application_of(state), shown(handed_in))
    return materials(platform, acts, handed_in, taking)


def using(
    platform: Platform, command: case.CaseCommand, by: Mapping[str, str]
) -> Callable[[Actor, case.State], None]:
    """To be done before a command is taken: `use` of what it hands in, shown `by` tokens."""
    handed_in: tuple[Material, ...] = getattr(command, "materials", ())

    def record(actor: Actor, state: case.State) -> None:
        use_documents(platform, actor, handed_in, application_of(state).case_id)
        if any(one.certificate is not None for one in handed_in):
            use(platform, actor, handed_in, _taking(platform, application_of(state), by))

    return record


def _taking(platform: Platform, application: Application, by: Mapping[str, str]) -> Taking:
    if application.holder is None:
        raise Invalid(
            "case-takes-no-certificates",
            "a case of so long ago takes no certificates; hand in the document itself",
        )
    definition = items.at_version(platform, application.item.code, application.item.version)
    asked = in_variant(definition, application.variant).materials
    return Taking(application.case_id, application.holder, asked, legal_day(platform.now()), by)


def _document(platform: Platform, actor: Actor, one: HandedIn) -> Material:
    if actor.role in APPLICANTS and one.trust in (Trust.ISSUED, Trust.VERIFIED):
        raise Invalid(
            "trust-not-for-applicant",
            "material {material}: trust A and B are not for the applicant to give",
            material=one.id,
        )
    try:
        found = documents.checked(platform, actor.account, one.sha256 or "", one.media_type)
    except Invalid as wrong:
        raise Invalid(
            "material-wrong", "material {material}: {wrong}", material=one.id, wrong=wrong.reason
        ) from None
    told = {**one.model_dump(exclude={"showing"}), "media_type": found.media_type}
    return Material(**told, size=found.size, owner=actor.account)
