"""Items that a service publishes when it starts, from the files of a directory."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from ..items.application import items
from ..items.domain.definition import ItemDefinition
from ..items.files.item_files import read_items
from ..kernel.actor import SYSTEM, Channel
from ..kernel.errors import NotFound
from ..platform.platform import Caller, Platform
from .starting import NotStarted


class Published(NamedTuple):
    """How many items were published, and how many were there before."""

    new: int
    already: int


def read(directory: Path) -> Sequence[ItemDefinition]:
    """Raises NotStarted where there are none, ItemFileError for all mistakes at once."""
    if not directory.is_dir():
        raise NotStarted(f"{directory} is no directory: --items names one with items in YAML")
    found = read_items(directory)
    if not found:
        raise NotStarted(f"{directory} has no items: it holds no .yaml file")
    return found


def publish(
    platform: Platform, definitions: Sequence[ItemDefinition], drafted_by: str
) -> Published:
    """What is published already stays, whatever has become of it since. Raises Rejected."""
    new = [one for one in definitions if not _has(platform, one.code)]
    for definition in new:
        caller = Caller(SYSTEM, uuid4().hex, Channel.INTERNAL)
        items.publish(platform, caller, definition, drafted_by=drafted_by)
    return Published(len(new), len(definitions) - len(new))


def _has(platform: Platform, code: str) -> bool:
    try:
        items.get(platform, code)
    except NotFound:
        return False
    return True
