"""
A seal (封存) as a text that can be signed, kept elsewhere, and checked with the public key alone:
five lines, each a name and a value, in UTF-8, each ended by a line feed.
"""

import re
from datetime import datetime
from typing import Final

from .audit import Seal

_FORM: Final = re.compile(
    rb"banjian-seal: 1\nposition: (\d{1,18})\ndigest: ([0-9a-f]{64})\n"
    rb"sealed-at: [0-9T:.+Z-]+\nkey: [^\n]+\n"
)


class BadSeal(Exception):
    """It is not a seal, or it was not signed with that key."""


def statement(seal: Seal, at: datetime, key_id: str) -> bytes:
    """What is signed: the log up to that position, when, and with which key."""
    return (
        f"banjian-seal: 1\nposition: {seal.position}\ndigest: {seal.digest.hex()}\n"
        f"sealed-at: {at.isoformat()}\nkey: {key_id}\n"
    ).encode()


def sealed(text: bytes) -> Seal:
    """What a statement says of the log; raises BadSeal."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise BadSeal("this is no seal of a log")
    return Seal(int(found[1]), bytes.fromhex(found[2].decode()))
