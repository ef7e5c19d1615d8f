"""
What the second person looks at before an item is published: the difference to the version before.

Where it changes who may see a case, who may apply, how long it takes or who decides, that very
difference has to be acknowledged: by the digest that it was shown with.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

from ...kernel.errors import OutOfOrder
from ..domain import item
from ..domain.item import ItemDefinition
from .diff import Change, differences

# Fields of a definition, and fields of the entries of its lists.
WEIGHTY: Final = frozenset(
    {
        "confidential",
        "real_name_level",
        "level",
        "limits",
        "department",
        "division",
        "intake",
        "separation_of_duties",
    }
)
_OF_A_STEP: Final = frozenset({"department", "role", "kind", "reviewers"})


class DifferenceNotSeen(OutOfOrder):
    """Nobody has said yet that they saw the difference: `changes`, known by `digest`."""

    changes: tuple[Change, ...] = ()
    digest: str = ""


def changes(state: item.State, definition: ItemDefinition) -> list[Change]:
    """From the version published last; from nothing, if there is none."""
    return differences(published(state), plain(definition))


def published(state: item.State) -> dict[str, Any]:
    """What is published last, as JSON; nothing, if nothing is."""
    return {} if isinstance(state, item.Absent | item.Drafted) else plain(state.definition)


def plain(definition: ItemDefinition) -> dict[str, Any]:
    return definition.model_dump(mode="json", exclude_none=True)


def weighty(found: Iterable[Change]) -> list[Change]:
    return [one for one in found if _is_weighty(one.path)]


def _is_weighty(path: Sequence[str]) -> bool:
    if path[0] in WEIGHTY:
        return True
    if path[0] == "steps":  # a step more or less, or who has it
        return len(path) <= 2 or not _OF_A_STEP.isdisjoint(path[2:])  # noqa: PLR2004 - steps, id
    return path[0] == "variants" and (len(path) <= 2 or "limits" in path[2:])  # noqa: PLR2004


def digest(found: Iterable[Change]) -> str:
    """16 hex digits that this difference, and no other one, is known by."""
    plain = json.dumps([one.plain for one in found], sort_keys=True, ensure_ascii=False)
    return sha256(plain.encode()).hexdigest()[:16]


def check_seen(state: item.State, definition: ItemDefinition, seen: str | None) -> None:
    """Raises DifferenceNotSeen. A first version differs from nothing that somebody relies on."""
    if isinstance(state, item.Absent | item.Drafted):
        return
    found = changes(state, definition)
    if not weighty(found) or seen == digest(found):
        return
    fields = tuple(dict.fromkeys(one.path[0] for one in weighty(found)))
    refusal = DifferenceNotSeen(
        "difference-not-seen",
        "it changes {fields}: look at the difference, and publish with its digest in `seen`",
        fields=fields,
    )
    refusal.changes, refusal.digest = tuple(found), digest(found)
    raise refusal
