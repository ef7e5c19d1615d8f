"""Whether somebody qualifies for an item ("do I qualify?"), as it can be applied for today."""

from collections.abc import Mapping
from typing import Any, assert_never

from ...kernel.errors import Invalid
from ...kernel.reasons import at
from ...platform.platform import Platform
from ..domain.eligibility import (
    NotQualified,
    Qualified,
    StillAsked,
    WrongAnswer,
    find,
    wrong_answers,
)
from ..domain.item import in_variant
from .items import Current, current


class AnswersInvalid(Invalid):
    """Answers that fit no question of the item."""

    def __init__(self, wrong: list[WrongAnswer]) -> None:
        told = tuple(at(one.question, one.why) for one in wrong)
        super().__init__("answers-do-not-fit", "{wrong:;}", wrong=told)
        self.wrong = wrong


def ask(platform: Platform, code: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """
    `outcome`, and with it what is still to be asked (`questions`), or why somebody does not qualify
    (`refusals`, each with its basis), or the `variant`, its materials, limits and fee. Raises
    NotFound, ItemClosed, AnswersInvalid.
    """
    found = current(platform, code)
    wrong = wrong_answers(found.definition, answers)
    if wrong:
        raise AnswersInvalid(wrong)
    return {
        "code": found.definition.code,
        "name": found.definition.name,
        "version": found.version,
        **_outcome(found, answers),
    }


def _outcome(found: Current, answers: Mapping[str, Any]) -> dict[str, Any]:
    result = find(found.definition, answers)
    match result:
        case StillAsked(questions):
            # When it is asked is settled by now.
            asked = [_plain(one.model_copy(update={"when": None})) for one in questions]
            return {"outcome": "asking", "questions": asked}
        case NotQualified(refusals):
            why = [_plain(one, exclude={"when"}) for one in refusals]
            return {"outcome": "not_qualified", "refusals": why}
        case Qualified():
            return {"outcome": "qualified", **_qualified(found, result)}
        case _:
            assert_never(result)


def _qualified(found: Current, result: Qualified) -> dict[str, Any]:
    variant = result.variant
    told = in_variant(found.definition, None if variant is None else variant.id)
    hidden = {"when", "materials", "optional", "limits", "fee"}
    return {
        "variant": None if variant is None else _plain(variant, exclude=hidden),
        "materials": [_plain(one) for one in told.materials],
        "limits": {
            name: {"days": limit.days, "unit": limit.unit}
            for name, limit in (
                ("statutory", told.limits.statutory),
                ("promised", told.limits.promised),
            )
        },
        "fee": _plain(told.fee),
        "real_name_level": told.real_name_level,
    }


def _plain(model: Any, exclude: set[str] | None = None) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(mode="json", exclude_none=True, exclude=exclude)
    return plain
