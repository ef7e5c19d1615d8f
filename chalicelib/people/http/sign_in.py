"""/sign-in: tokens of our own, by WeChat or for another hat; and the keys that they verify with."""

from typing import Any

from chalice.app import Response

from ...kernel.base import Frozen, Line
from ...web.auth.verifier import bearer
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import counters, token_keys, tokens
from ..application.tokens import Hat, Session, Token


class WechatCode(Frozen):
    """What `wx.login` gave the mini-program: a code that serves once."""

    code: Line


# Where to take another token.
RENEWAL = "/sign-in/token"
WECHAT_PROBLEMS = (
    *("wechat-code", "wechat-limited", "wechat-blocked", "wechat-unavailable"),
    "wechat-not-set-up",
)
_WECHAT = OperationSpec(
    "signInWithWechat",
    "sign-in",
    "TokenReply",
    body=WechatCode,
    public=True,
    limit="sign-in",
    problems=(*WECHAT_PROBLEMS, "tokens-unavailable", "ended", "conflict", "contradiction"),
)
_HAT = OperationSpec(
    "takeToken",
    "sign-in",
    "TokenReply",
    body=Hat,
    limit="sign-in",
    problems=("tokens-unavailable", "invalid"),
)
_KEYS = OperationSpec("getKeys", "sign-in", "KeySet", public=True, problems=("tokens-unavailable",))


@operation(_WECHAT)
def wechat(request: ApiRequest) -> Response:
    """微信登录: a token for the account of the WeChat user; the first time, a new account."""
    token = tokens.with_wechat(request.platform, request.body(WechatCode).code)
    return _told(request, token)


@operation(_HAT)
def token(request: ApiRequest) -> Response:
    """Another token for the same person: as agent of a company or a person, or renewed."""
    actor, hat = request.actor, request.body(Hat)
    return _told(request, tokens.take_hat(request.platform, actor, hat, _session(request)))


@operation(_KEYS)
def keys(request: ApiRequest) -> Response:
    """The public keys of our own tokens (RFC 7517)."""
    return reply(token_keys.jwks(request.platform.token_signer()))


def _session(request: ApiRequest) -> Session:
    """Of a token that is verified by now: when its bearer signed in, and who vouches for that."""
    import jwt

    token = bearer(request.raw.headers.get("authorization"))
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    began = claims.get("auth_time", claims["iat"])
    if claims["iss"] == token_keys.ISSUER:
        return Session(int(began), int(claims[tokens.VOUCHED]), request.person)
    # A provider may leave out when that was, or put there what is no time, or one to come (which
    # would be renewed for ever): then it is this token's.
    signed_in = began if type(began) is int and began <= claims["iat"] else claims["iat"]
    return Session(int(signed_in), request.actor.level, request.person)


def _told(request: ApiRequest, token: Token) -> Response:
    """As OAuth has it (RFC 6749, 5.1), and who the bearer is with it."""
    actor = token.actor
    return reply(
        {
            "access_token": token.access_token,
            "token_type": "Bearer",
            "expires_in": token.expires_in,
            "account": actor.account,
            "role": actor.role,
            "entity": actor.entity,
            "level": actor.level,
            "counter_checked_at": counters.last_check(request.platform, actor.account),
        }
    )
