"""Errors as the client sees them: RFC 9457 problems with a stable code, in zh-CN or en."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from chalice.app import Request, Response
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..kernel.reasons import Reason, in_json
from ..kernel.validation import reason_of
from . import exchanges
from .messages import Language, text
from .times import in_milliseconds

MEDIA_TYPE: Final = "application/problem+json"
MAX_ERRORS: Final = 50
# A browser shows what we say it is, and nothing that it guesses.
NOSNIFF: Final = {"X-Content-Type-Options": "nosniff"}

_Q: Final = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
# Of the problems that are the web's own; those of refusals are in the subjects' wiring.py.
STATUS: Final[Mapping[str, int]] = {
    "bad-request": 400,
    "malformed-url": 400,
    "malformed-json": 400,
    "bad-parameter": 400,
    "nothing-to-wait-for": 400,
    "empty-document": 400,
    "malformed-form": 400,
    "wrong-digest": 400,
    "idempotency-key-required": 400,
    "unauthenticated": 401,
    "invalid-token": 401,
    "forbidden": 403,
    "role-required": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "request-timeout": 408,
    "conflict": 409,
    "too-large": 413,
    "too-many-values": 413,
    "unsupported-media-type": 415,
    "invalid-request": 422,
    "too-many-requests": 429,
    "rate-limited": 429,
    "proofs-used-up": 429,
    "headers-too-large": 431,
    "internal": 500,
    "not-implemented": 501,
    "bad-gateway": 502,
    "sign-in-unavailable": 503,
    "too-many-connections": 503,
    "gateway-timeout": 504,
}
# The status of an error that chalice itself, or an exception of chalice's, put into a response.
_CHALICE: Final = {
    STATUS[code]: code
    for code in (
        "bad-request",
        "unauthenticated",
        "forbidden",
        "not-found",
        "method-not-allowed",
        "conflict",
        "unsupported-media-type",
        "invalid-request",
        "too-many-requests",
        "internal",
    )
}


class Fault(NamedTuple):
    """What does not fit at one place of a body."""

    pointer: str
    code: str
    why: Reason


Words = Callable[[Reason, Language], str]


def problem(
    status: int,
    code: str,
    request: Request,
    *,
    detail: str | None = None,
    headers: Mapping[str, str | list[str]] | None = None,
    **members: Any,
) -> Response:
    """
    A problem (RFC 9457) whose title and detail are the catalogue's for `code`, in the language
    that the request prefers. `members` fill the detail's parameters and are sent along as
    extension members; `detail` replaces the catalogue's. Raises KeyError for an unknown code or a
    parameter that is missing.
    """
    exchanges.noted().code = code
    language = language_of(request)
    title, template = text(code, language)
    body = {
        **members,
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": template.format_map(_in_words(members)) if detail is None else detail,
        "instance": request.context.get("path", ""),
        "code": code,
        "request_id": request.context.get("requestId", ""),
    }
    fixed = {
        "Content-Type": MEDIA_TYPE,
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
    }
    # Text, not bytes: Lambda's runtime could not serialise bytes.
    return Response(
        json.dumps(in_milliseconds(body), ensure_ascii=False, default=str),
        {**fixed, **(headers or {})},
        status,
    )


def _in_words(members: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in members.items()
    }


def own(code: str, request: Request, **members: Any) -> Response:
    """One of the web's own problems."""
    return problem(STATUS[code], code, request, **members)


def invalid(
    error: ValidationError, request: Request, worded: Words, *, body: object = None
) -> Response:
    """
    The problem that lists what `error` found; see `listed`. No value that was sent is repeated.
    Given the `body` that was validated, pointers name places in it even where pydantic adds its own
    steps (the tag of a union). JSON that does not parse is `malformed-json`, 400.
    """
    found = error.errors(include_url=False, include_input=False)
    if any(each["type"] == "json_invalid" for each in found):
        return own("malformed-json", request)
    faults = [
        Fault(
            pointer(each["loc"] if body is None else tuple(_steps(each, body))),
            each["type"],
            reason_of(each),
        )
        for each in found[:MAX_ERRORS]
    ]
    return listed(faults, request, worded, more=len(found) - len(faults))


def listed(found: Sequence[Fault], request: Request, worded: Words, more: int = 0) -> Response:
    """
    The problem of a body that does not fit: `errors` of {pointer (RFC 6901), code, message,
    reason_code, reason_values}, at most MAX_ERRORS of them, and `omitted`, how many others there
    are, `more` of which are not among those `found`.
    """
    language = language_of(request)
    errors = [
        {
            "pointer": each.pointer,
            "code": each.code,
            "message": worded(each.why, language),
            "reason_code": each.why.code,
            "reason_values": in_json(each.why),
        }
        for each in found[:MAX_ERRORS]
    ]
    omitted = max(0, len(found) - MAX_ERRORS) + more
    return own("invalid-request", request, errors=errors, omitted=omitted)


def pointer(steps: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901); the whole document is ''."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _steps(error: ErrorDetails, body: object) -> Iterator[int | str]:
    """The steps of the error's location that exist in `body`, and the name of what is missing."""
    here = body
    for number, step in enumerate(error["loc"], start=1):
        if _has(here, step):
            here = here[step]  # type: ignore[index]  # `_has` looked
        elif error["type"] != "missing" or number < len(error["loc"]):
            continue
        yield step


def _has(value: object, step: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def from_chalice(response: Response, request: Request, accepted: Sequence[str] = ()) -> Response:
    """
    `response`, of a route that takes those media types, or the problem that says the same if it is
    one of chalice's own errors: a body of {Code, Message}, or any 500 (an unhandled exception,
    whose traceback `debug` would show).
    """
    status = response.status_code
    if status < HTTPStatus.BAD_REQUEST or _media_type(response) == MEDIA_TYPE:
        return response
    said = _said(response.body)
    if said is None and status != HTTPStatus.INTERNAL_SERVER_ERROR:
        return response
    code = "malformed-json" if said == "Error Parsing JSON" else _CHALICE.get(status, "bad-request")
    kept = {
        name: value
        for name, value in response.headers.items()
        if name.lower() not in {"content-type", "content-length"}
    }
    more: Mapping[str, dict[str, Any]] = {
        "method-not-allowed": {"allowed": kept.get("Allow", "")},
        "unsupported-media-type": {"accepted": list(accepted)},
    }
    return problem(status, code, request, headers=kept, **more.get(code, {}))


def _said(body: Any) -> str | None:
    """The message of a chalice error; None if `body` is something else."""
    try:
        content = json.loads(body) if isinstance(body, str | bytes) else body
    except ValueError:
        return None
    if isinstance(content, dict) and content.keys() == {"Code", "Message"}:
        return str(content["Message"])
    return None


def _media_type(response: Response) -> str:
    for name, value in response.headers.items():
        if name.lower() == "content-type":
            return str(value).partition(";")[0].strip().lower()
    return ""


def language_of(request: Request) -> Language:
    """The language that the request prefers."""
    return negotiated(request.headers.get("accept-language", "")[:1000])


@lru_cache(maxsize=256)
def negotiated(accept_language: str) -> Language:
    """
    zh-CN or en, by the q-values of an Accept-Language header (RFC 9110, 12.5.4). Any Chinese
    counts as zh-CN and any English as en. Of equals the first named wins, and a named one before
    `*`; zh-CN if neither is asked for, both are refused, or `*` leaves the choice to us.
    """
    ranges = list(_ranges(accept_language))
    return "en" if _weight("en", ranges) > _weight("zh", ranges) else "zh-CN"


def _weight(primary: str, ranges: list[tuple[str, float]]) -> tuple[float, bool, int]:
    named = [(q, True, -place) for place, (name, q) in enumerate(ranges) if name == primary]
    anything = [(q, False, 0) for name, q in ranges if name == "*"]
    q, by_name, place = max(named or anything, default=(0.0, False, 0))
    return (q, by_name, place) if q else (0.0, False, 0)


def _ranges(accept_language: str) -> Iterator[tuple[str, float]]:
    for each in accept_language.split(","):
        name, _, parameter = each.partition(";")
        q = parameter.strip().lower().removeprefix("q=") if parameter else "1"
        if _Q.fullmatch(q):
            yield name.strip().lower().partition("-")[0], float(q)
