"""A lock: a requirements file of pip in which each release is pinned, each file by its SHA-256."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from .targets import Target

# `name==1.2.3 ; marker \`, and below it lines of hashes.
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?: ; ([^\\\n]+?))?(?: \\)?$")
HASH: Final = re.compile(r"^ {4}--hash=sha256:([0-9a-f]{64})(?: \\)?$")
Releases = frozenset[tuple[str, str]]


class LockError(Exception):
    """A lock is not what it should be; the message says what to do."""


class Pin(NamedTuple):
    """`name` as PEP 503 normalizes it; `marker` is "" where it holds everywhere."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    def holds(self, target: Target) -> bool:
        return not self.marker or Marker(self.marker).evaluate(target.environment())


def pins(text: str) -> list[Pin]:
    """Raises LockError for a line that pins no release by hashes: an option, a range."""
    found: list[tuple[str, str, str, set[str]]] = []
    for line in text.splitlines():
        if pin := PIN.match(line):
            found.append((canonicalize_name(pin[1]), pin[2], pin[3] or "", set()))
        elif (hashed := HASH.match(line)) and found:
            found[-1][3].add(hashed[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            raise LockError(f"this line locks nothing, make locks writes none like it: {line}")
    return [Pin(name, version, marker, frozenset(given)) for name, version, marker, given in found]


def releases(locked: Iterable[Pin], target: Target) -> Releases:
    """(name, version) of each release that is installed there."""
    return frozenset((pin.name, pin.version) for pin in locked if pin.holds(target))
