"""JSON that comes from outside and is to be kept as it is: whether it can be read again."""

from collections.abc import Iterable, Mapping
from math import isfinite


def trouble(value: object, deepest: int) -> str | None:
    """
    Why `value` should not be stored, if so: lists and objects more than `deepest` deep, which no
    reader need follow (ours stops at 200), or numbers beyond what JSON has (1e999, NaN).
    """
    if isinstance(value, float):
        return None if isfinite(value) else "has a number that is too large, or none at all"
    if not isinstance(value, Mapping | list | tuple):
        return None
    if deepest == 0:
        return "is nested too deeply"
    parts: Iterable[object] = value.values() if isinstance(value, Mapping) else value
    return next((told for one in parts if (told := trouble(one, deepest - 1))), None)
