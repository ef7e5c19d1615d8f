"""How every blob store names what it keeps: by owner and by content, and neither shows."""

import re
from hashlib import sha256

_DIGEST = re.compile(r"[0-9a-f]{64}")


def owner_name(owner: str) -> str:
    return sha256(owner.encode()).hexdigest()[:32]


def is_digest(text: str) -> bool:
    """What is none might be a path to another owner's content."""
    return _DIGEST.fullmatch(text) is not None
