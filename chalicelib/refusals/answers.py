"""What a refusal is answered with: the problem that the table has for it, in words."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from chalice.app import Request, Response

from ..kernel.reasons import Refusal
from ..platform.quotas import QuotaExceeded
from ..platform.rate_limits import ProofsUsedUp, RateLimited
from ..subjects import load
from ..web.auth.errors import AuthError, InvalidToken, refusal
from ..web.auth.keys import KeysUnavailable
from ..web.errors import BadBody, BadRequest
from ..web.problems import Fault, invalid, language_of, listed, own, problem
from .table import Row, found
from .words import members, worded

# What the service answers on purpose, though the status is that of a failure.
USUAL: Final = frozenset(
    {"attestation-not-set-up", "not-ready", "on-standby", "view-behind", "wechat-not-set-up"}
)

logger = logging.getLogger(__name__)


def answer(error: Exception, request: Request) -> Response:
    """The problem that tells of `error`; an error that is none of ours is logged."""
    match error:
        case AuthError() | KeysUnavailable():
            if isinstance(error, KeysUnavailable):
                _log(error, request)
            return refusal(error, request)
        case BadBody():
            return invalid(error.found, request, worded)
        case BadRequest():
            return own(error.code, request, **error.members)
        case RateLimited():
            code = "proofs-used-up" if isinstance(error, ProofsUsedUp) else "rate-limited"
            return own(code, request, headers={"Retry-After": str(error.seconds)})
        case _:
            return _refused(error, request)


def _refused(error: Exception, request: Request) -> Response:
    row = found(error)
    if row is None or (row.status >= HTTPStatus.INTERNAL_SERVER_ERROR and row.code not in USUAL):
        _log(error, request)
    if row is None:
        return own("internal", request)
    if row.code == "invalid-token":  # which has a challenge
        return refusal(InvalidToken(str(error)), request)
    more = _more(row, error)
    if row.code == "invalid-request":
        faults: list[Fault] = more["faults"]
        return listed(faults, request, worded)
    language = language_of(request)
    why = members(error.reason, language) if isinstance(error, Refusal) else {}
    seconds = error.seconds if isinstance(error, QuotaExceeded) else row.retry_after
    wait = None if seconds is None else {"Retry-After": str(seconds)}
    return problem(row.status, row.code, request, headers=wait, **why, **more)


def _log(error: Exception, request: Request) -> None:
    """
    With the route and not the path, which may hold somebody's id; with the id of the request, which
    whoever was refused can tell.
    """
    context = request.context
    route = context.get("resourcePath", "")
    facts = {"request_id": context.get("requestId", ""), "route": route}
    logger.error("%s failed", route, exc_info=error, extra={"facts": facts})


def _more(row: Row, error: Exception) -> Mapping[str, Any]:
    if row.members is None:
        return {}
    found: Mapping[str, Any] = load(row.members)(error)
    return found
