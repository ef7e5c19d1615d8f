"""
Why something was refused, in words: in English the reason has them, in Chinese its code is looked
up in what the subjects and chinese.py have.

The Chinese template has the values of the English one. `{on}` puts the value there; `{who:role}`
looks it up in a set of words, WORDS["role"]; several are joined by 、, `{into:；}` by ； and
`{value:或}` by 或. A reason within a reason is worded by its own code.
"""

import logging
from collections.abc import Mapping
from functools import cache, partial
from importlib import import_module
from typing import Any, Final

from ..kernel.reasons import Reason, Titled, as_text, filled, in_json
from ..subjects import entries
from ..web.messages import Language

logger = logging.getLogger(__name__)

BETWEEN: Final = frozenset({"；", "或"})
USUAL: Final = "、"
NONE: Final = "无"


def worded(reason: Reason, language: Language) -> str:
    """The reason in one language."""
    return str(reason) if language == "en" else _chinese(reason)


def members(reason: Reason, language: Language) -> dict[str, Any]:
    """What a problem says of the reason."""
    return {
        "reason": worded(reason, language),
        "reason_code": reason.code,
        "reason_values": in_json(reason),
    }


def chinese(code: str, values: Mapping[str, Any]) -> str:
    """Of a reason as a problem has it; raises KeyError for a code that there is not."""
    return filled(templates()[code], values, _value)


def _chinese(reason: Reason) -> str:
    if reason.code not in templates():  # a test sees to it that there is none such
        logger.error("there is no Chinese for %s", reason.code)
        return str(reason)
    return chinese(reason.code, reason.values)


def _value(value: Any, spec: str, _conversion: str) -> str:
    if isinstance(value, tuple | list):
        between, words = (spec, "") if spec in BETWEEN else (USUAL, spec)
        return between.join(map(partial(_one, spec=words), value)) or NONE
    return _one(value, spec)


def _one(value: Any, spec: str) -> str:
    match value:
        case Reason():
            return _chinese(value)
        case {"code": str(code), "values": dict(values)}:
            return chinese(code, values)
        case Titled():
            return value.title or value.name
        case None:
            return NONE
        case int() | float() if spec:
            return format(value, spec)
        case _:
            text = as_text(value)
            return words()[spec].get(text, text) if spec else text


@cache
def templates() -> Mapping[str, str]:
    """Every reason in Chinese, by its code."""
    return {code: text for each in _sources() for code, text in each.REASONS.items()}


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The sets of words that Chinese templates name."""
    return {name: found for each in _sources() for name, found in each.WORDS.items()}


@cache
def summaries() -> Mapping[str, str]:
    """What each operation does, in Chinese, by its name."""
    return {
        name: text for each in _sources() for name, text in getattr(each, "SUMMARIES", {}).items()
    }


def _sources() -> list[Any]:
    own = import_module(".chinese", __package__)
    return [own, *(import_module(f"..{name}", __package__) for name in entries("CHINESE"))]
