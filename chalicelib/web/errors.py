"""The one place where a refusal becomes a status and a code."""

import logging
from collections.abc import Mapping
from typing import Any

from chalice.app import Request, Response
from pydantic import ValidationError

from ..cases.application.documents import Held, Infected, Unscannable
from ..documents.application.documents import TooMuch
from ..eventlog.ports import Conflict, Reused, StoreError, TooLarge
from ..eventlog.transact import Stale
from ..eventlog.views.port import ViewsError
from ..items.application.eligibility import AnswersInvalid
from ..items.domain.item import ItemClosed, NotPublishable
from ..kernel import errors as refused
from ..people.application.tokens import SessionOver, TokensUnavailable
from ..people.domain.account import Ended
from ..platform.attester import AttestationUnavailable
from ..platform.duty import NotSeparated
from ..platform.limiting import RateLimited
from ..platform.registry import RegistryUnavailable
from ..platform.wechat import BadCode, Blocked, WechatError, WechatLimited
from ..submissions.application.duplicates import Duplicate
from ..submissions.application.submissions import FormInvalid
from .auth.errors import AuthError, InvalidToken, refusal
from .auth.keys import KeysUnavailable
from .problems import in_language, invalid, language_of, pointer, problem

logger = logging.getLogger(__name__)


class BadRequest(Exception):
    """The request cannot be read; `code` is one of messages.MESSAGES."""

    def __init__(self, code: str, status: int = 400, **members: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.members = code, status, members


class BadBody(Exception):
    """The body does not fit what the route takes; `found` has every place."""

    def __init__(self, found: ValidationError) -> None:
        super().__init__(f"{found.error_count()} places of the body do not fit")
        self.found = found


class Behind(Exception):
    """A list has not come to the position that was asked for."""


class OnStandby(Exception):
    """Another installation serves; this one is being filled from it."""


# The first that fits: a refusal is more special than what it derives from.
CODES: Mapping[type[Exception], tuple[int, str]] = {
    refused.NotFound: (404, "not-found"),
    NotSeparated: (403, "duties-not-separated"),
    refused.NotAllowed: (403, "not-allowed"),
    ItemClosed: (409, "item-closed"),
    Ended: (409, "ended"),
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
    Duplicate: (409, "duplicate-case"),
    RateLimited: (429, "rate-limited"),
    TooMuch: (413, "too-large"),
    Held: (409, "scan-pending"),
    Infected: (409, "infected"),
    Unscannable: (409, "unscannable"),
    RegistryUnavailable: (503, "registry-unavailable"),
    AttestationUnavailable: (503, "attestation-unavailable"),
    TokensUnavailable: (503, "tokens-unavailable"),
    BadCode: (422, "wechat-code"),
    WechatLimited: (429, "wechat-limited"),
    Blocked: (403, "wechat-blocked"),
    WechatError: (503, "wechat-unavailable"),
}
_OWN_WORDS = (Infected, refused.Rejected)
_RETRY = {  # seconds
    "scan-pending": "30",
    "attestation-unavailable": "10",
    "on-standby": "60",
    "registry-unavailable": "10",
    "store-unavailable": "1",
    "tokens-unavailable": "10",
    "view-behind": "1",
    "wechat-limited": "60",
    "wechat-unavailable": "5",
}


def answer(error: Exception, request: Request) -> Response:
    """The problem that tells of `error`; an error that is none of ours is logged."""
    match error:
        case AuthError() | KeysUnavailable():
            return refusal(error, request)
        case SessionOver():
            return refusal(InvalidToken(str(error)), request)
        case BadBody():
            return invalid(error.found, request)
        case BadRequest():
            return problem(error.status, error.code, request, **error.members)
        case RateLimited():
            wait = {"Retry-After": str(error.seconds)}
            return problem(429, "rate-limited", request, headers=wait)
        case TooMuch():
            return problem(413, "too-large", request, limit=error.limit)
        case Duplicate():
            reason, found = _said(error, request), error.found._asdict()
            return problem(409, "duplicate-case", request, reason=reason, duplicate=found)
        case ItemClosed():
            return _item_closed(error, request)
        case NotPublishable():
            language = language_of(request)
            misfits = [
                (pointer(("definition", *where)), in_language(said, language))
                for where, said in error.misfits
            ]
            return _listed(misfits, "item", request)
        case AnswersInvalid():
            english = language_of(request) == "en"
            said = [(one.question, one.en if english else one.zh) for one in error.wrong]
            wrong = [(pointer(("answers", name)), message) for name, message in said]
            return _listed(wrong, "answer", request)
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


def _item_closed(error: ItemClosed, request: Request) -> Response:
    """With the items that new cases go to instead, if there are."""
    reason = str(error) if language_of(request) == "en" else error.zh
    there = [one.model_dump(mode="json") for one in error.successors]
    members: dict[str, Any] = {"reason": reason, **({"successors": there} if there else {})}
    return problem(409, "item-closed", request, **members)


def _listed(found: list[tuple[str, str]], code: str, request: Request) -> Response:
    """A body that does not fit, by pointers into it."""
    errors = [{"pointer": where, "code": code, "message": said} for where, said in found]
    return problem(422, "invalid-request", request, errors=errors)


def _said(error: Exception, request: Request) -> str:
    """What the error says, in the language of the request."""
    language, reason = language_of(request), str(error)
    told = in_language(reason, language)
    if told == reason and language != "en":
        # Not the words: they may have somebody's name in them.
        logger.info("what %s says has no Chinese", type(error).__name__)
    return told


def _refusal(error: Exception, request: Request) -> Response:
    for kind, (status, code) in CODES.items():
        if isinstance(error, kind):
            own = _said(error, request) if isinstance(error, _OWN_WORDS) else None
            members: dict[str, Any] = {"reason": own} if own else {}
            retry = {"Retry-After": _RETRY[code]} if code in _RETRY else None
            return problem(status, code, request, headers=retry, **members)
    logger.error("%s failed", request.path, exc_info=error)
    return problem(500, "internal", request)
