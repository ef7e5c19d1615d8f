"""The events of a service item's stream."""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field, JsonValue

from ...clock.calendar import Day
from ...kernel.actor import Identifier
from ...kernel.base import Frozen, Line, Text
from ...kernel.formats import ImplementationCode, KeyedDigest
from .definition import ItemDefinition

Version = Annotated[int, Field(ge=1)]
How = Literal["split", "merged"]  # 拆分 / 合并


class NamedItem(Frozen):
    """Another item, by its implementation code and the name that it had then."""

    code: ImplementationCode
    name: Line


class ItemPredecessor(NamedItem):
    """An item whose new cases come here from the day `from_day` on."""

    from_day: Day


class ItemDraftSaved(Frozen):
    """
    草稿: a draft of the item, or of its next version, as far as it is written: nothing of it is
    checked yet. It replaces the draft before it. `based_on` is the version that it is to follow.
    `person` stands for who saved it as a person, in this item alone; None where nobody knows.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["ItemDraftSaved"] = "ItemDraftSaved"
    content: dict[str, JsonValue]
    based_on: Version | None = None
    person: KeyedDigest | None = None


class ItemDraftDiscarded(Frozen):
    """放弃草稿: the draft was given up."""

    type: Literal["ItemDraftDiscarded"] = "ItemDraftDiscarded"


class ItemPublished(Frozen):
    """
    发布: a version of the item came out; `version` counts from 1, `note` tells what changed. It is
    what is applied for from the day `in_force_from` on (None for a first version: from ever on),
    until the day of another version comes. `from_draft` tells that it was the draft, `drafted_by`
    whose; who published it is another person.
    """

    schema_version: ClassVar[int] = 3
    reads_from: ClassVar[int] = 1
    type: Literal["ItemPublished"] = "ItemPublished"
    version: Version
    definition: ItemDefinition
    note: Text | None = None
    in_force_from: Day | None = None
    from_draft: bool = False
    drafted_by: Identifier | None = None


class ItemSuspended(Frozen):
    """暂停: no new cases for the time being; those that were submitted go on."""

    type: Literal["ItemSuspended"] = "ItemSuspended"
    reason: Text


class ItemResumed(Frozen):
    """恢复: new cases again."""

    type: Literal["ItemResumed"] = "ItemResumed"


class ItemRetired(Frozen):
    """取消: no new cases ever; those that were submitted go on."""

    type: Literal["ItemRetired"] = "ItemRetired"
    reason: Text


class ItemSplit(Frozen):
    """
    拆分: from the day `from_day` on, new cases go to the items `into`; those that were submitted go
    on here.
    """

    type: Literal["ItemSplit"] = "ItemSplit"
    into: Annotated[tuple[NamedItem, ...], Field(min_length=2, max_length=50)]
    from_day: Day
    reason: Text


class ItemMerged(Frozen):
    """
    合并: from the day `from_day` on, new cases go to the item `into`, perhaps those of others, too;
    those that were submitted go on here.
    """

    type: Literal["ItemMerged"] = "ItemMerged"
    into: NamedItem
    from_day: Day
    reason: Text


class ItemTookOver(Frozen):
    """承接: the item came out of others, which were split, or merged into it."""

    type: Literal["ItemTookOver"] = "ItemTookOver"
    how: How
    predecessors: Annotated[tuple[ItemPredecessor, ...], Field(min_length=1, max_length=50)]


Event = (
    ItemDraftSaved
    | ItemDraftDiscarded
    | ItemPublished
    | ItemSuspended
    | ItemResumed
    | ItemRetired
    | ItemSplit
    | ItemMerged
    | ItemTookOver
)

EVENTS: tuple[type[Frozen], ...] = get_args(Event)
