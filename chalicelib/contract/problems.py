"""Which problems an operation can answer with, and under which status."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final, NamedTuple

from ..refusals.table import statuses
from ..web.messages import MESSAGES, Language
from ..web.operation import OperationSpec
from .json_schemas import Json

# Answered before it is known which operation was meant.
BEFORE: Final = frozenset(
    {
        "method-not-allowed",
        "request-timeout",
        "too-many-requests",
        "headers-too-large",
        "not-implemented",
        "bad-gateway",
        "too-many-connections",
        "gateway-timeout",
    }
)
ANY: Final = frozenset(
    {
        "bad-parameter",
        "bad-request",
        "malformed-url",
        "internal",
        "storage-full",
        "storage-read-only",
        "store-damaged",
        "store-unavailable",
        "data-misplaced",
        "newer-release",
        "on-standby",
        "rate-limited",
    }
)
SIGNED_IN: Final = frozenset(
    {
        "unauthenticated",
        "invalid-token",
        "forbidden",
        "not-allowed",
        "role-required",
        "duties-not-separated",
        "sign-in-unavailable",
    }
)
BODY: Final = frozenset({"too-large", "unsupported-media-type"})
JSON: Final = frozenset(
    {"malformed-json", "too-many-values", "invalid-request", "commit-too-large"}
)
COMMAND: Final = frozenset(
    {
        "idempotency-key-required",
        "idempotency-key-reused",
        "not-found",
        "closed",
        "out-of-order",
        "contradiction",
        "unlawful",
        "invalid",
        "rejected",
        "conflict",
        "precondition-failed",
    }
)
LIST: Final = frozenset({"view-behind", "nothing-to-wait-for"})
SUBMISSION: Final = frozenset({"duplicate-case", "item-closed"})
UPLOAD: Final = frozenset({"empty-document", "malformed-form", "wrong-digest"})
ONE: Final = frozenset({"not-found"})

LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
EXAMPLES: Final = "#/components/examples/"
HEADERS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


class Takes(NamedTuple):
    """Whether an operation takes a body, and whether that is bytes rather than JSON."""

    body: bool
    raw: bool


def codes(takes: Takes, path: str, doc: OperationSpec) -> frozenset[str]:
    """The codes of the problems that the operation can answer with."""
    families = (
        (True, ANY),
        (not doc.public, SIGNED_IN),
        (takes.body, BODY),
        (doc.body is not None, JSON),
        (doc.command, COMMAND),
        (doc.reply == "SubmissionReply", SUBMISSION),
        ("min_position" in doc.query, LIST),
        (takes.raw, UPLOAD),
        ("{" in path, ONE),
        (True, frozenset(doc.problems)),
    )
    return frozenset[str]().union(*(family for applies, family in families if applies))


def by_status(found: frozenset[str]) -> Iterator[tuple[int, list[str]]]:
    """Statuses in order, each with its codes in order."""
    ordered = sorted(found, key=lambda code: (statuses()[code], code))
    for status, some in groupby(ordered, statuses().__getitem__):
        yield status, list(some)


def name(status: int, some: list[str]) -> str:
    """Of the response component that several operations share."""
    return ".".join((f"Problem{status}", *some))


def example(code: str, language: str) -> str:
    """The name of the component that shows the problem in that language."""
    return f"{code}.{language}"


def response(status: int, some: list[str]) -> Json:
    said = "; ".join(f"`{one}` {MESSAGES[one].zh.title} {MESSAGES[one].en.title}" for one in some)
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"type": "object", "properties": {"code": {"enum": some}}},
        ]
    }
    headers = ("Content-Language", "X-Request-Id", *HEADERS.get(status, ()))
    names = [example(code, language) for code in some for language in LANGUAGES]
    examples = {one: {"$ref": f"{EXAMPLES}{one}"} for one in names}
    return {
        "description": said,
        "headers": {one: {"$ref": f"#/components/headers/{one}"} for one in headers},
        "content": {"application/problem+json": {"schema": schema, "examples": examples}},
    }


def table() -> str:
    """Every problem in Markdown."""
    rows = (
        f"| {statuses()[code]} | `{code}` | {MESSAGES[code].zh.title} | {MESSAGES[code].en.title} |"
        for code in sorted(MESSAGES, key=lambda code: (statuses()[code], code))
    )
    return "\n".join(("| Status | Code | zh-CN | en |", "|---|---|---|---|", *rows))
