"""
Access tokens of our own: after a sign-in with WeChat, and for who takes another hat.

JWT, ES256 (RFC 7519, RFC 9068), signed by an ECDSA key that signs nothing else. They are
short-lived and name an applicant or an agent, never staff: those come from the identity provider
alone. A token is renewed with itself, until the sign-in that it goes back to (`auth_time`) is
SESSION old.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple
from uuid import uuid4

from ...clock.calendar import legal_day
from ...eventlog.ports import Signer, StoreError
from ...kernel.actor import Actor, Channel, Role
from ...kernel.base import Frozen
from ...kernel.errors import Invalid, NotAllowed
from ...kernel.formats import CreditCode
from ...platform import wechat
from ...platform.platform import Caller, Platform
from ..domain import claim
from ..domain.account import Closed as ClosedAccount
from . import accounts, claims, entities
from .token_keys import (
    ALGORITHM,
    AUDIENCE,
    COORDINATE,
    ISSUER,
    PERSON_CLAIM,
    TokensUnavailable,
    encoded,
    jwk,
)

LIFETIME: Final = timedelta(minutes=30)
SESSION: Final = timedelta(hours=12)
VOUCHED: Final = "vouched"  # claims of our own, see Session
PERSON: Final = "person"


class SessionOver(NotAllowed):
    """The sign-in is too long ago to be renewed."""


class Token(NamedTuple):
    """`expires_in` is in seconds."""

    access_token: str
    expires_in: int
    actor: Actor


class Hat(Frozen):
    """
    In which capacity to go on: as `applicant` for oneself, as `agent` of another person on a
    mandate, or, with an `entity`, as agent of that company.
    """

    role: Literal["applicant", "agent"] = "applicant"
    entity: CreditCode | None = None


class Session(NamedTuple):
    """
    The sign-in that a token goes back to: `since` in seconds since 1970; `vouched` is the real-name
    level that an identity provider answered for, 0 after a sign-in of our own; `person` the
    reference of the person that it named.
    """

    since: int
    vouched: int = 0
    person: str | None = None


# Signing in


def with_wechat(platform: Platform, code: str) -> Token:
    """
    The account of the WeChat user; a new one, of level 0, for who was never here. Raises
    WechatError, TokensUnavailable, Closed.
    """
    openid = wechat.openid_digest(platform, platform.wechat.user(code))
    name = _account_of(platform, openid)
    caller = Caller(accounts.citizen(name), f"wechat-{uuid4().hex}", Channel.MINI_PROGRAM)
    if not _signed_in_before(platform, name, openid):
        accounts.bound(platform, caller, name, openid)
    return issue(platform, accounts.citizen(name, accounts.level(platform, name)))


def _account_of(platform: Platform, openid: str) -> str:
    state = claims.current(platform, "wechat", openid)
    if isinstance(state, claim.Held):
        its = claims.account_state(platform, state.account)
        if not isinstance(its, ClosedAccount):
            return state.account
    # Another one after each closing: a closed account is not opened again.
    times = state.released + isinstance(state, claim.Held)
    return f"wx-{platform.keyed('wechat-account', openid, str(times)).hex()[:26]}"


def _signed_in_before(platform: Platform, name: str, openid: str) -> bool:
    its = claims.account_state(platform, name)
    return openid in getattr(its, "openids", ()) and (
        claims.holder(platform, "wechat", openid) == name
    )


def take_hat(platform: Platform, actor: Actor, hat: Hat, session: Session) -> Token:
    """
    Another token for the same account, with the level that it has by now. Raises NotAllowed (it
    does not act for that entity, its account was closed), SessionOver, Invalid.
    """
    name = _personal(actor)
    state = claims.account_state(platform, name)
    if isinstance(state, ClosedAccount):
        raise accounts.closed()
    role = Role(hat.role)
    if hat.entity is not None:
        if role is not Role.AGENT:
            raise Invalid(
                "company-agent-role", "who acts for a company is its agent: `role` is agent then"
            )
        its = entities.hat(platform, name, hat.entity, legal_day(platform.now()))
        return issue(platform, its, session)
    if role is Role.AGENT:
        accounts.someone(platform, name)
    proven = max(accounts.level(platform, name, state), session.vouched)
    return issue(platform, Actor(account=name, role=role, level=proven), session)


def _personal(actor: Actor) -> str:
    if actor.role not in (Role.APPLICANT, Role.AGENT):
        raise NotAllowed(
            "staff-use-own-token", "staff act in the roles of their own token (X-Role)"
        )
    return actor.account


# Issuing


def issue(platform: Platform, actor: Actor, session: Session | None = None) -> Token:
    """A token of a new session, or of that one. Raises TokensUnavailable, SessionOver."""
    signer = platform.token_signer()
    if signer is None:
        raise TokensUnavailable("no key was set up to sign tokens with")
    issued = int(platform.now().timestamp())
    session = session or Session(issued)
    ends = session.since + int(SESSION.total_seconds())
    lasts = min(issued + int(LIFETIME.total_seconds()), ends)
    if lasts <= issued:
        raise SessionOver("sign-in-too-long-ago", "the sign-in was too long ago; sign in again")
    claimed = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": lasts,
        "auth_time": session.since,
        VOUCHED: session.vouched,
        **({PERSON: session.person} if session.person else {}),
        "jti": uuid4().hex,
        "sub": actor.account,
        "role": actor.role,
        "level": actor.level,
        **({"entity": actor.entity} if actor.entity else {}),
        **({PERSON_CLAIM: session.person} if session.person else {}),
    }
    return Token(_signed(signer, claimed), lasts - issued, actor)


def _signed(signer: Signer, claimed: Mapping[str, Any]) -> str:
    try:
        header = {"typ": "at+jwt", "alg": ALGORITHM, "kid": jwk(signer)["kid"]}
        text = f"{_part(header)}.{_part(claimed)}"
        return f"{text}.{encoded(_raw(signer.sign(text.encode())))}"
    except (StoreError, OSError, ValueError) as error:
        raise TokensUnavailable(f"the key for tokens cannot be used: {error}") from error


def _raw(der: bytes) -> bytes:
    """r and s side by side, as JWS has them (RFC 7518, 3.4), of a signature in DER."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    return b"".join(one.to_bytes(COORDINATE, "big") for one in decode_dss_signature(der))


def _part(value: Mapping[str, Any]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())
