"""What an item manager asks for."""

from typing import Any

from pydantic import Field

from ...clock.calendar import Day
from ...kernel.actor import Identifier
from ...kernel.base import Command, StaffCommand, Text
from ...kernel.formats import KeyedDigest
from .definition import ItemDefinition
from .events import How, ItemPredecessor, NamedItem


class SaveDraft(StaffCommand):
    """Save a draft of an item, or of its next version; it replaces the one before."""

    content: dict[str, Any]


class DiscardDraft(Command):
    """Give the draft up."""


class PublishItem(StaffCommand):
    """
    Publish an item, or its next version: `note` tells what changed. `from_draft` says that the
    definition is the draft's, `drafted_by` whose it is, and `drafter` whose as a person: somebody
    else publishes it.
    """

    definition: ItemDefinition
    note: Text | None = None
    from_draft: bool = False
    drafted_by: Identifier | None = None
    drafter: KeyedDigest | None = None


class SuspendItem(Command):
    """No new cases for the time being."""

    reason: Text


class ResumeItem(Command):
    """New cases again."""


class RetireItem(Command):
    """No new cases ever."""

    reason: Text


class ReplaceItem(Command):
    """
    Split it into items, or merge it into one: new cases go there `from_day` on (None: today). Each
    of them is an item that takes cases on that day; to see to that is the caller's part.
    """

    how: How
    into: tuple[NamedItem, ...] = Field(min_length=1, max_length=50)
    from_day: Day | None = None
    reason: Text


class TakeOver(Command):
    """Note the items that this one came out of, which say so already."""

    how: How
    predecessors: tuple[ItemPredecessor, ...]


ItemCommand = (
    SaveDraft
    | DiscardDraft
    | PublishItem
    | SuspendItem
    | ResumeItem
    | RetireItem
    | ReplaceItem
    | TakeOver
)
