"""How every blob store names what it keeps: by owner and by content, and neither shows."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from ...eventlog.ports import Part

_DIGEST = re.compile(r"[0-9a-f]{64}")
_UPLOAD = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
MOST = 99_999  # five digits, so that names sort by number
_PART = re.compile(r"([0-9]{5})-([0-9a-f]{64})")


class Arrived(NamedTuple):
    """A part, and when it came, on the store's own clock."""

    part: Part
    at: float


def owner_name(owner: str) -> str:
    return sha256(owner.encode()).hexdigest()[:32]


def is_digest(text: str) -> bool:
    """What is none might be a path to another owner's content."""
    return _DIGEST.fullmatch(text) is not None


def upload_name(upload: str) -> str:
    """Raises ValueError for what might be a path to something else."""
    if _UPLOAD.fullmatch(upload) is None:
        raise ValueError(f"{upload!r} is no name of an upload")
    return upload


def part_name(number: int, digest: str) -> str:
    """Raises ValueError."""
    if not 1 <= number <= MOST or not is_digest(digest):
        raise ValueError(f"{number} {digest} is no part")
    return f"{number:05}-{digest}"


def arrived(name: str, size: int, at: float) -> Arrived | None:
    """None for what is no part's name."""
    found = _PART.fullmatch(name)
    return None if found is None else Arrived(Part(int(found[1]), found[2], size), at)


def latest(some: Iterable[Arrived | None]) -> tuple[Part, ...]:
    """By number; of several with one number, that which came last."""
    ordered = sorted((one for one in some if one is not None), key=lambda one: one.at)
    newest = {one.part.number: one.part for one in ordered}
    return tuple(newest[number] for number in sorted(newest))
