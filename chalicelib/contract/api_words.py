"""What the OpenAPI document says in words that stand nowhere else."""

from collections.abc import Mapping
from typing import Any, Final

from ..kernel.actor import Role

HEADER_PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Idempotency-Key": {
        "description": "Names this operation: 8 to 128 visible ASCII characters, a new one for "
        "each operation, the same one for each retry of it. Two accounts' keys are apart.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{8,128}$"},
    },
    "If-Match": {
        "description": "The ETag that the caller has seen: refused with 412 if the case has moved "
        "on since.",
        "schema": {"type": "string"},
    },
    "If-None-Match": {
        "description": "The ETag that the caller has: answered with 304 if that is current.",
        "schema": {"type": "string"},
    },
    "X-Role": {
        "description": "Which of the account's roles the caller acts in: needed if the token has "
        "several.",
        "schema": {"enum": sorted(Role)},
    },
    "Accept-Language": {
        "description": "The language of problems and of the clock's ledger: zh-CN (the default) "
        "or en.",
        "schema": {"type": "string", "examples": ["zh-CN", "en"]},
    },
    "X-Request-Id": {
        "description": "The caller's own id of the request, 1 to 64 of A-Z a-z 0-9 . _ : -; it "
        "comes back, and events keep it as `correlation_id`.",
        "schema": {"type": "string"},
    },
}

# Of members that every command's body may have.
TOLD: Final[Mapping[str, str]] = {
    "occurred_at": "When it happened, if not now: for staff, who enter yesterday's paper today.",
    "channel": "办理形式: how it reached the caller; web for applicants, window for staff, if not "
    "said.",
}

HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "ETag": {
        "description": 'The version of the stream, quoted, as `"7"`; of a file a weak one.',
        "schema": {"type": "string", "pattern": '^("[0-9]+(-[^"]+)?"|W/"[0-9a-f]{16}")$'},
    },
    "Idempotency-Replayed": {
        "description": "`true` if the command had been taken before: this is its first outcome.",
        "schema": {"const": "true"},
    },
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {
        "description": "RFC 6750, section 3.",
        "schema": {"type": "string"},
    },
    "Content-Language": {
        "description": "The language of the problem.",
        "schema": {"enum": ["zh-CN", "en"]},
    },
    "X-Request-Id": {
        "description": "The id of the request: quote it when you report a problem.",
        "schema": {"type": "string"},
    },
}

ABOUT: Final = """\
Banjian (办件): the HTTP interface for mini-programs, portals and windows.

Every command takes an `Idempotency-Key`: sent again under the same key it answers with its first
outcome; under the same key with another body it is refused (422). Every refusal is a problem
(RFC 9457) with a stable `code`, in zh-CN or en. Lists page by cursor and never count. A reply to
a command has a `position`: a list that is asked for with it as `min_position` shows the command.
Where it is null, `min_version` does the same: the id of what was changed, `@`, and the number in
the reply's `ETag`.

Members may be added to replies: pass over those you do not know, and take one that is missing for
null. Bodies are closed: a member that is not named here is refused. So is a text with control
characters other than tabs and line breaks.

Any address may also answer 405 `method-not-allowed`, 408 `request-timeout`, 429
`too-many-requests`, 431 `headers-too-large`, 501 `not-implemented` and 503
`too-many-connections`.
"""
