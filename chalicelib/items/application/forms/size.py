"""How much JSON there is, found out before any of it is worked on."""

import json
from collections.abc import Mapping
from itertools import islice
from typing import Any


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
