"""
That a token is an access token, for us, and of now. All of it raises InvalidToken; why is logged,
never told.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

from .errors import InvalidToken

# RFC 9068 names the first two; Keycloak, Entra ID and ADFS write JWT, Cognito nothing.
ACCESS_TYPES: Final = frozenset({"at+jwt", "application/at+jwt"})
TYPES: Final = frozenset({*ACCESS_TYPES, "jwt"})
# What a plain JWT has that is an ID token (OpenID Connect Core 1.0, section 2) or tells of events
# (RFC 8417), and that no access token has.
OF_OTHER_TOKENS: Final = frozenset({"nonce", "at_hash", "c_hash", "s_hash", "events"})

log = logging.getLogger(__name__)


def check_audience(told: Any, audiences: frozenset[str]) -> None:
    several = told if isinstance(told, list) else [told]
    if not any(isinstance(one, str) and one in audiences for one in several):
        raise because("made for somebody else")


def check_kind(header: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """
    That a plain JWT is an access token (RFC 8725, 3.11 and 3.12): by Keycloak's own `typ` among the
    claims, by Cognito's `token_use`, or because it has nothing that another kind has.
    """
    if str(header.get("typ", "")).lower() in ACCESS_TYPES:
        return
    kind, use = claims.get("typ"), claims.get("token_use")
    if kind is not None and str(kind).lower() != "bearer":
        raise because("its `typ` is not that of an access token")
    if use is not None and use != "access":
        raise because("its `token_use` is not access")
    if kind is None and use is None and OF_OTHER_TOKENS & claims.keys():
        raise because("an ID token, or one that tells of events")


def check_times(claims: Mapping[str, Any], now: float, leeway: float) -> None:
    expires, issued = _seconds(claims["exp"]), _seconds(claims["iat"])
    begins = _seconds(claims.get("nbf", issued))
    if expires + leeway <= now:
        raise because("expired")
    if max(begins, issued) - leeway > now:
        raise because("not yet valid")


def _seconds(value: Any) -> float:
    """A NumericDate (RFC 7519, 2): refuses true, "1", NaN and what a float cannot hold."""
    if type(value) not in (int, float) or not abs(value) < 1 << 53:
        raise because("a time that is no number of seconds")
    return float(value)


def because(reason: str) -> InvalidToken:
    log.info("a token was refused: %s", reason)
    return InvalidToken("the token is not valid")
