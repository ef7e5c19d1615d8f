"""JSON that comes from outside and is to be kept as it is: whether it can be read again."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from math import isfinite
from typing import Any

from .reasons import Reason

# No XML, no PDF and no terminal takes them; a tab and line breaks are text.
CONTROL = Reason("control-character", "has a control character")
OUT_OF_RANGE = Reason("number-out-of-range", "has a number that is too large, or none at all")
TOO_DEEP = Reason("nested-too-deeply", "is nested too deeply")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def trouble(value: object, deepest: int) -> Reason | None:
    """
    Why `value` should not be stored, if so: lists and objects more than `deepest` deep, which no
    reader need follow (ours stops at 200), numbers beyond what JSON has (1e999, NaN), or control
    characters.
    """
    if isinstance(value, str):
        return CONTROL if _CONTROL.search(value) else None
    if isinstance(value, float):
        return None if isfinite(value) else OUT_OF_RANGE
    if not isinstance(value, Mapping | list | tuple):
        return None
    if deepest == 0:
        return TOO_DEEP
    parts: Iterable[object] = value
    if isinstance(value, Mapping):
        parts = chain(value.keys(), value.values())
    return next((told for one in parts if (told := trouble(one, deepest - 1))), None)


# How much there is, found out before any of it is worked on


def nodes(value: Any, most: int) -> int:
    """Values in it: members, entries, and what they are in. No more than `most` + 1 are counted."""
    left, count = [value], 0
    while left and count <= most:
        one = left.pop()
        count += 1
        if isinstance(one, Mapping):
            left.extend(islice(one.values(), most))
        elif isinstance(one, list | tuple):
            left.extend(one[:most])
    return count


def size(value: Any) -> int:
    """Bytes of it in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
