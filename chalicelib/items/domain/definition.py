"""
What a service item (政务服务事项) is: who may ask for it, with what, how it is handled, how long.

Published definitions are stored for good, and the rules for new ones may grow stricter. So the
types here only say what shape a definition has, and `misfits` whether it may be published.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from ...clock.calendar import Day
from ...clock.clock import Limit, SpecialProcedure
from ...codes.codes import ApplicantKind, Authority, CaseType, ItemType, Level
from ...codes.parties import Trust
from ...kernel.actor import Channel, Identifier
from ...kernel.base import Code, Frozen, Line, Text
from ...kernel.errors import Invalid
from ...kernel.formats import CertificateType, DivisionOfPlace, ImplementationCode
from ...kernel.reasons import Unfit
from .plan import CertificateKind, Plan, PlannedStep, StepDays
from .questions import Condition, Question, Refusal

Schema = dict[str, JsonValue]


def _an_object(schema: Schema) -> Schema:
    if schema.get("type") != "object":
        raise Unfit(
            "form-is-an-object", 'a form is an object: the schema begins with "type": "object"'
        )
    return schema


class ItemMaterial(Frozen):
    """
    A material (申请材料) that belongs to an application.

    `trust` is the least that is relied on: A to D as in `Trust`. `may_come_from` is the type
    (GB/T 36904) of an electronic certificate that spares the applicant the document.
    """

    id: Code
    name: Line
    required: bool = True
    trust: Trust = Trust.UPLOADED
    may_come_from: CertificateType | None = None
    note: Text | None = None


class Limits(Frozen):
    """法定时限 and 承诺时限, both from acceptance to decision."""

    statutory: Limit
    promised: Limit


class Fee(Frozen):
    """`amount` in fen; `basis` is the document that sets it or exempts from it (收费依据)."""

    amount: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    basis: Text | None = None


class Variant(Frozen):
    """
    A variant (情形) of an item, for those `when` whose answers say so. `materials` are the ids of
    those that it requires, and `optional` of those that may be handed in as well; without them, the
    item's own. `limits` and `fee` are the item's own where they are not given.
    """

    id: Code
    name: Line
    name_en: Line
    when: Condition | None = None
    materials: tuple[Code, ...] | None = None
    optional: tuple[Code, ...] = ()
    limits: Limits | None = None
    fee: Fee | None = None
    note: Text | None = None


class ItemDefinition(Frozen):
    """
    One version of an item, complete. `code` is the implementation code (实施编码, 31 characters);
    `department` decides, and `intake` (none: the same) has the window that takes cases in;
    `division` is a GB/T 2260 code; `real_name_level` the least sign-in, 0 to 4, that an applicant
    needs; `form` a JSON Schema (2020-12) of what the applicant fills in; `confidential` (保密事项)
    keeps its cases from those who do not handle them; `separation_of_duties` (职责分离) tells
    whether two pairs of eyes stand between handling, review and approval. Where nothing is said, a
    new version gets what `as_published` says; one from before there was such a rule has none.

    `questions` tell who qualifies: not those whom a refusal meets, the others for the one variant
    that fits, or the first one that does if they are `variants_in_order`. It is found by its names,
    by its `aliases` (别名, other names of the same) and by `keywords`, the words that people use.
    """

    code: ImplementationCode
    name: Line
    name_en: Line
    type: ItemType
    level: Level
    authority: Authority = Authority.STATUTORY
    department: Identifier
    department_name: Line
    intake: Identifier | None = None
    division: DivisionOfPlace
    case_type: Literal[CaseType.AT_ONCE, CaseType.PROMISED]
    applicants: Annotated[tuple[ApplicantKind, ...], Field(min_length=1)]
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    real_name_level: Annotated[int, Field(ge=0, le=4)]
    legal_basis: Annotated[tuple[Text, ...], Field(min_length=1)]
    form: Annotated[Schema, AfterValidator(_an_object)]
    materials: tuple[ItemMaterial, ...] = ()
    limits: Limits
    steps: Annotated[tuple[PlannedStep, ...], Field(min_length=1, max_length=50)]
    joint: bool = False
    special_procedures: tuple[SpecialProcedure, ...] = ()
    supplement_days: StepDays = 30
    fee: Fee = Fee()
    certificate: CertificateKind | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    confidential: bool = False
    separation_of_duties: bool | None = None
    questions: Annotated[tuple[Question, ...], Field(max_length=50)] = ()
    refusals: Annotated[tuple[Refusal, ...], Field(max_length=50)] = ()
    variants: Annotated[tuple[Variant, ...], Field(max_length=50)] = ()
    variants_in_order: bool = False
    aliases: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    keywords: Annotated[tuple[Line, ...], Field(max_length=200)] = ()

    def plan(self) -> Plan:
        """What a case embeds when it is submitted."""
        return Plan(
            at_once=self.case_type is CaseType.AT_ONCE,
            joint=self.joint,
            statutory=self.limits.statutory,
            promised=self.limits.promised,
            steps=self.steps,
            special_procedures=self.special_procedures,
            supplement_days=self.supplement_days,
            fee=self.fee.amount,
            certificate=self.certificate,
            separation_of_duties=bool(self.separation_of_duties),
        )


def as_published(definition: ItemDefinition) -> ItemDefinition:
    """
    With what a new version asks for where it says nothing: two pairs of eyes, unless the item is
    done at once (即办件), by one person in one go.
    """
    if definition.separation_of_duties is not None:
        return definition
    apart = definition.case_type is not CaseType.AT_ONCE
    return definition.model_copy(update={"separation_of_duties": apart})


def same(published: ItemDefinition, offered: ItemDefinition) -> bool:
    """Whether nothing new is offered: what was left unsaid then may be left unsaid again."""
    return published in (offered, as_published(offered))


def in_variant(definition: ItemDefinition, variant: str | None) -> ItemDefinition:
    """
    The item as it is for those whose `variant` that is: its materials, limits and fee. Raises
    Invalid for a variant that the item does not have.
    """
    if variant is None:
        return definition
    found = next((one for one in definition.variants if one.id == variant), None)
    if found is None:
        raise Invalid(
            "no-such-variant",
            "the item has no variant {variant}; it has: {known}",
            variant=variant,
            known=tuple(one.id for one in definition.variants),
        )
    changes = {
        "materials": _materials(definition, found),
        "limits": found.limits or definition.limits,
        "fee": found.fee or definition.fee,
    }
    return definition.model_copy(update=changes)


def _materials(definition: ItemDefinition, variant: Variant) -> tuple[ItemMaterial, ...]:
    if variant.materials is None:
        return definition.materials
    listed = {*variant.materials, *variant.optional}
    return tuple(
        one.model_copy(update={"required": one.id in variant.materials})
        for one in definition.materials
        if one.id in listed
    )


def missing_materials(definition: ItemDefinition, given: Iterable[str]) -> list[ItemMaterial]:
    """The required materials that are not among the ids `given`, in the item's order."""
    ids = set(given)
    return [one for one in definition.materials if one.required and one.id not in ids]


def unknown_materials(definition: ItemDefinition, given: Iterable[str]) -> list[str]:
    """The ids `given` that the item does not ask for, in order."""
    return sorted(set(given) - {one.id for one in definition.materials})
