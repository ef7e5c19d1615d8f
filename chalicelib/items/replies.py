"""What items and code sets answer, as models (see replies.py)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, RootModel

from ..codes.codes import ApplicantKind, CaseType, ItemType
from ..kernel.actor import Identifier
from ..kernel.base import Code, Line, Text
from ..kernel.formats import DivisionOfPlace
from ..web.replies import Page, Position, Version
from .domain.item import Fee, ItemDefinition, ItemMaterial, ItemPredecessor, Limits
from .domain.questions import Option, QuestionKind

ItemState = Literal["published", "suspended", "retired", "split", "merged"]


class ItemCard(BaseModel):
    """What the catalogue shows of an item today; `fee` in fen."""

    code: str
    version: Version
    state: ItemState
    successors: list[str]
    name: Line
    name_en: Line
    type: ItemType
    case_type: CaseType
    department: Identifier
    department_name: Line
    division: DivisionOfPlace
    applicants: list[ApplicantKind]
    limits: Limits
    fee: int
    aliases: list[Line]


class ItemPage(Page):
    """
    Items, by code, or those that were searched for, the likeliest first. A page may have fewer than
    its limit, and another one follow all the same.
    """

    items: list[ItemCard]


class MissedQuery(BaseModel):
    """`times` that it was asked, by different people as far as their addresses tell."""

    query: Line
    times: int


class MissedQueries(BaseModel):
    """Those of a month (yyyy-mm), at most 500; none where all that was looked for was found."""

    month: str
    queries: list[MissedQuery]


class UpcomingVersion(BaseModel):
    version: Version
    in_force_from: date


class ItemReply(ItemDefinition):
    """
    An item as it is today. `version` is the item's own; `reason` why it takes no cases; `upcoming`
    are versions that take effect later, `successors` the items that new cases go to.
    """

    state: ItemState
    version: Version
    reason: Text | None = None
    upcoming: list[UpcomingVersion]
    predecessors: list[ItemPredecessor]
    successors: list[ItemPredecessor]


class PublishedItem(ItemDefinition):
    """A version as it was published."""


class ItemVersion(BaseModel):
    """
    `in_force_from` is null for a first version that has been from ever on, `in_force_until` where
    no end is known; `superseded` is one that another, published later, took the place of at once.
    """

    version: Version
    name: Line
    published_at: AwareDatetime
    in_force_from: date | None
    in_force_until: date | None
    when: Literal["over", "in_force", "to_come", "superseded"]
    note: Text | None


class ItemVersions(Page):
    """The last one first."""

    code: str
    versions: list[ItemVersion]


class ItemChange(BaseModel):
    """
    `path` leads to what changed: names of fields, and in lists the id of the entry. Of what moved,
    `before` and `after` are the ids in their order.
    """

    path: list[str]
    kind: Literal["added", "removed", "changed", "moved"]
    before: Any
    after: Any


class ItemChanges(Page):
    code: str
    from_: Annotated[int, Field(ge=1, alias="from")]
    to: Version
    changes: list[ItemChange]


class ItemCommandReply(BaseModel):
    """
    The item right after the command; sent again under the same key, the same again. `version` is
    that of the item, null before the first; the ETag has that of its stream.
    """

    code: str
    state: ItemState | Literal["absent", "drafted"]
    version: Version | None
    draft: bool
    position: Position | None


class ItemDraft(BaseModel):
    """`based_on` is the version that it was made from."""

    code: str
    name: str | None
    based_on: Version | None
    saved_at: AwareDatetime
    saved_by: Identifier


class ItemDraftPage(Page):
    """Drafts, by the codes of their items."""

    items: list[ItemDraft]


class DraftProblem(BaseModel):
    """What keeps the draft from being published: where, why, and that in words."""

    path: list[str]
    reason_code: str
    message: str


class ItemDraftReply(BaseModel):
    """
    The draft as it was saved, by whom; `problems` keep it from being published; `changes` are those
    from the version published last, known by `difference` if the draft is whole.
    """

    code: str
    based_on: Version | None
    definition: dict[str, Any]
    problems: list[DraftProblem]
    changes: list[ItemChange]
    difference: str | None
    saved_by: Identifier


# Eligibility


class AskedQuestion(BaseModel):
    id: Code
    kind: QuestionKind
    ask: Text
    ask_en: Text
    note: Text | None = None
    options: list[Option]
    unit: Line | None = None
    minimum: float | None = None
    maximum: float | None = None


class WhyNot(BaseModel):
    """`basis` is the article."""

    reason: Text
    reason_en: Text
    basis: Text


class ChosenVariant(BaseModel):
    """The `variant` that a submission may name."""

    id: Code
    name: Line
    name_en: Line
    note: Text | None = None


class _Eligibility(BaseModel):
    code: str
    name: Line
    version: Version


class Asking(_Eligibility):
    """These can be answered now; more may follow. Ask again with all the answers so far."""

    outcome: Literal["asking"]
    questions: Annotated[list[AskedQuestion], Field(min_length=1)]


class NotQualified(_Eligibility):
    outcome: Literal["not_qualified"]
    refusals: Annotated[list[WhyNot], Field(min_length=1)]


class Qualified(_Eligibility):
    """`variant` is null for an item that has none; the materials, limits and fee are its own."""

    outcome: Literal["qualified"]
    variant: ChosenVariant | None
    materials: list[ItemMaterial]
    limits: Limits
    fee: Fee
    real_name_level: int


class EligibilityReply(
    RootModel[Annotated[Asking | NotQualified | Qualified, Field(discriminator="outcome")]]
):
    """Whether somebody with these answers qualifies."""


# Code sets


class CodeSetName(BaseModel):
    name: str
    zh: str
    source: str


class CodeSets(Page):
    items: list[CodeSetName]


class CodedValue(BaseModel):
    """`words` are ours for the code: several where ours tell more, none where we have no use."""

    code: str
    zh: str
    words: list[str]


class CodeSet(CodeSetName):
    """A code set (代码集)."""

    values: list[CodedValue]
    next: str | None
