"""
When two values of JSON are the same (JSON Schema 2020-12, core 4.2.2): 1 and 1.0 are, 1 and true
are not, the order of members does not matter.
"""

from collections.abc import Mapping
from typing import Any


def key(value: Any) -> str:
    """A text that the same values have, and no others."""
    # Texts, since their hashes are keyed: of numbers many can be made that collide in a set.
    if isinstance(value, str):
        return f"{len(value)}:{value}"
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, Mapping):
        members = sorted((key(name), key(one)) for name, one in value.items())
        return f"{{{','.join(f'{name}={one}' for name, one in members)}}}"
    return f"[{','.join(map(key, value))}]"


def _number(value: float) -> str:
    whole = isinstance(value, int) or value.is_integer()
    # Python writes no decimal number of more than 4,300 digits.
    return hex(int(value)) if whole else repr(value)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return bool(one == other)
    return key(one) == key(other)
