"""Cursors as they are given out: sealed for the list that they page, and good for no other."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest

from ..eventlog.views.port import Cursor
from ..platform.platform import Platform
from .errors import BadRequest


def sealed(platform: Platform, partition: str, cursor: Cursor) -> str:
    raw = json.dumps(list(cursor))
    content = urlsafe_b64encode(raw.encode()).decode().rstrip("=")
    return f"{_seal(platform, partition, raw)}.{content}"


def opened(platform: Platform, partition: str, text: str) -> Cursor:
    """Raises BadRequest for what `sealed` did not give out for this partition."""
    seal, _, content = text.partition(".")
    try:
        raw = urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()
    except ValueError:
        raise BadRequest("bad-parameter", parameter="cursor") from None
    if not compare_digest(seal.encode(), _seal(platform, partition, raw).encode()):
        raise BadRequest("bad-parameter", parameter="cursor")
    return Cursor(*json.loads(raw))


def _seal(platform: Platform, partition: str, raw: str) -> str:
    return platform.keyed("cursor", partition, raw).hex()[:16]
