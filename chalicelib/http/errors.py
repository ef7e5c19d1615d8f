"""The one place where a refusal becomes a status and a code."""

import logging
from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response
from pydantic import ValidationError

from ..application.ports import Conflict, Reused, StoreError, TooLarge
from ..application.submissions import FormInvalid
from ..application.transact import Stale
from ..application.views import ViewsError
from ..domain import errors as refused
from .auth import AuthError, refusal
from .keys import KeysUnavailable
from .problems import invalid, problem

logger = logging.getLogger(__name__)


class BadRequest(Exception):
    """The request cannot be read; `code` is one of messages.MESSAGES."""

    def __init__(self, code: str, status: int = 400, **members: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.members = code, status, members


class Behind(Exception):
    """A list has not come to the position that was asked for."""


class OnStandby(Exception):
    """Another installation serves; this one is being filled from it."""


# The first that fits: a refusal is more special than what it derives from.
CODES: Mapping[type[Exception], tuple[int, str]] = {
    refused.NotFound: (404, "not-found"),
    refused.NotAllowed: (403, "not-allowed"),
    refused.Closed: (409, "closed"),
    refused.OutOfOrder: (409, "out-of-order"),
    refused.Contradiction: (409, "contradiction"),
    refused.Unlawful: (422, "unlawful"),
    refused.Invalid: (422, "invalid"),
    refused.Rejected: (422, "rejected"),
    Stale: (412, "precondition-failed"),
    Conflict: (409, "conflict"),
    Reused: (422, "idempotency-key-reused"),
    TooLarge: (413, "commit-too-large"),
    StoreError: (503, "store-unavailable"),
    ViewsError: (503, "store-unavailable"),
    Behind: (503, "view-behind"),
    OnStandby: (503, "on-standby"),
}
_OWN_WORDS = (refused.Rejected,)
_RETRY = {"on-standby": "60", "store-unavailable": "1", "view-behind": "1"}  # seconds


def answer(error: Exception, request: Request) -> Response:
    """The problem that tells of `error`; an error that is none of ours is logged."""
    match error:
        case AuthError() | KeysUnavailable():
            return refusal(error, request)
        case ValidationError():
            return invalid(error, request)
        case BadRequest():
            return problem(error.status, error.code, request, **error.members)
        case FormInvalid():
            return problem(
                422,
                "invalid-request",
                request,
                errors=[
                    {"pointer": f"/form{pointer}", "code": "form", "message": message}
                    for pointer, message in error.errors
                ],
            )
        case _:
            return _refusal(error, request)


def _refusal(error: Exception, request: Request) -> Response:
    for kind, (status, code) in CODES.items():
        if isinstance(error, kind):
            own = str(error) if isinstance(error, _OWN_WORDS) else None
            members: dict[str, Any] = {"reason": own} if own else {}
            retry = {"Retry-After": _RETRY[code]} if code in _RETRY else None
            return problem(status, code, request, headers=retry, **members)
    logger.error("%s failed", request.path, exc_info=error)
    return problem(500, "internal", request)
