"""Materials as they are handed in: documents that were put before, or certificates (免提交)."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, NamedTuple, Self

from pydantic import ConfigDict, Field, model_validator

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


class HandedIn(Frozen):
    """
    A material as the caller names it: a document that was put before, by its SHA-256, or instead of
    it an electronic certificate that the applicant holds, by its identifier.
    """

    model_config = ConfigDict(json_schema_extra=exactly_one("sha256", "certificate"))

    id: Code
    sha256: Sha256 | None = None
    certificate: CertificateIdentifier | None = None
    media_type: str = "application/octet-stream"
    title: Line | None = None
    trust: Trust = Trust.UPLOADED

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.sha256 is None) == (self.certificate is None):
            raise Unfit(
                "document-or-certificate",
                "a material is either a document (sha256) or a certificate",
            )
        return self


# An item asks for a dozen. Each is a look into a stream, before anything is refused.
Materials = Annotated[tuple[HandedIn, ...], Field(max_length=200)]


class Taking(NamedTuple):
    """
    Where certificates may stand for documents: the case of `holder`, what its item asks for, the
    day.
    """

    case_id: str
    holder: str
    asked: tuple[ItemMaterial, ...]
    on: date

    def handing(self, name: str, identifier: str) -> certificate_uses.Handing:
        """Raises Invalid for a material that the item does not ask for."""
        wanted = next((one for one in self.asked if one.id == name), None)
        if wanted is None:
            raise Invalid(
                "material-not-asked-for", "the item asks for no material {material}", material=name
            )
        return certificate_uses.Handing(self.holder, wanted, identifier, self.case_id, self.on)


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
    return materials(platform, acts, handed_in, _taking(platform, application_of(state)))


def using(platform: Platform, command: case.CaseCommand) -> Callable[[Actor, case.State], None]:
    """To be done before a command is taken: `use` of what it hands in."""
    handed_in: tuple[Material, ...] = getattr(command, "materials", ())

    def record(actor: Actor, state: case.State) -> None:
        use_documents(platform, actor, handed_in, application_of(state).case_id)
        if any(one.certificate is not None for one in handed_in):
            use(platform, actor, handed_in, _taking(platform, application_of(state)))

    return record


def _taking(platform: Platform, application: Application) -> Taking:
    if application.holder is None:
        raise Invalid(
            "case-takes-no-certificates",
            "a case of so long ago takes no certificates; hand in the document itself",
        )
    definition = items.at_version(platform, application.item.code, application.item.version)
    asked = in_variant(definition, application.variant).materials
    return Taking(application.case_id, application.holder, asked, legal_day(platform.now()))


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
    told = {**one.model_dump(), "media_type": found.media_type}
    return Material(**told, size=found.size, owner=actor.account)
