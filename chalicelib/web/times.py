"""
Times as replies tell them: with three digits of a second, always (RFC 3339). Six are more than
JavaScript, Swift and Java's older parsers take, and none where the others have three is as bad.
What is stored keeps six.
"""

import re
from typing import Any, Final

# What people filled in is given back as it came.
_THEIRS: Final = frozenset({"form", "answers", "definition"})
_NAMES: Final = frozenset({"at", "since", "deadline"})
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


def is_time(name: str) -> bool:
    """Whether a member of a reply is one by its name."""
    return name.endswith("_at") or name in _NAMES


def in_milliseconds(body: Any, name: str = "") -> Any:
    """The same JSON; members whose names are those of times have three digits of a second."""
    if isinstance(body, dict):
        return {
            key: one if key in _THEIRS else in_milliseconds(one, key) for key, one in body.items()
        }
    if isinstance(body, list | tuple):
        return [in_milliseconds(one, name) for one in body]
    if isinstance(body, str) and is_time(name):
        found = _TIME.fullmatch(body)
        return body if found is None else _told(found)
    return body


def _told(time: re.Match[str]) -> str:
    whole, fraction, offset = time.groups()
    return f"{whole}.{(fraction or '')[:3]:0<3}{offset}"
