"""
WeChat's `GET /sns/jscode2session` (小程序登录凭证校验), over HTTPS.

Of the reply only the openid and the unionid are taken: the session key stays in this call. Neither
the code, the secret nor a reply goes into a log or a message.
"""

import json
import logging
from collections.abc import Callable, Mapping
from time import sleep
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from ..eventlog.ports import StoreError
from ..platform.wechat import (
    BadCode,
    Blocked,
    WechatError,
    WechatLimited,
    WechatUnavailable,
    WechatUser,
)

HOST: Final = "https://api.weixin.qq.com"
CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 5.0
TRIES: Final = 3
PAUSE: Final = 0.2  # seconds, doubled each time
LONGEST: Final = 1 << 16  # bytes of a reply

OK: Final = 0
BUSY: Final = -1
# errcode -> what it means for who signs in. What is ours to mend is logged by its number.
REFUSALS: Final[Mapping[int, tuple[type[WechatError], str]]] = {
    40029: (BadCode, "the code is wrong or has expired"),
    40163: (BadCode, "the code was used before"),
    41008: (BadCode, "the code is missing"),
    45011: (WechatLimited, "WeChat was asked too often for this user"),
    40226: (Blocked, "WeChat holds this user for a risk"),
}
OURS: Final[Mapping[int, str]] = {
    40002: "the grant type is wrong",
    40013: "the app id is wrong: BANJIAN_WECHAT_APP",
    40125: "the app secret is wrong: BANJIAN_WECHAT_SECRET",
    41002: "the app id is missing: BANJIAN_WECHAT_APP",
    41004: "the app secret is missing: BANJIAN_WECHAT_SECRET",
}

log = logging.getLogger(__name__)


class _Unsent(Exception):
    """WeChat never got the request: the code is still good, and it may be sent again."""


class HttpWechat:
    """A Wechat. `secret` gives the app secret, which is read late; `base` is for tests."""

    def __init__(
        self,
        app: str,
        secret: Callable[[], str],
        base: str = HOST,
        *,
        pause: float = PAUSE,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._app, self._secret, self._base = app, secret, urlsplit(base)
        self._pause, self._read_seconds = pause, read_seconds

    def user(self, code: str, /) -> WechatUser:
        for tried in range(TRIES):
            try:
                reply = self._ask(code)
            except _Unsent as error:
                reason = str(error)
            else:
                # Busy: it looked at nothing, so that the code may come again.
                if reply.get("errcode", OK) != BUSY:
                    return _user(reply)
                reason = "it is busy"
            if tried < TRIES - 1:
                sleep(self._pause * 2**tried)
        raise WechatUnavailable(f"WeChat cannot be asked: {reason}")

    def _ask(self, code: str) -> Mapping[str, Any]:
        asked = {
            "appid": self._app,
            "secret": self._app_secret(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        status, raw = self._get(f"/sns/jscode2session?{urlencode(asked)}")
        return _parsed(status, raw)

    def _app_secret(self) -> str:
        try:
            return self._secret()
        except (StoreError, OSError, ValueError) as error:
            log.exception("BANJIAN_WECHAT_SECRET cannot be read")
            raise WechatUnavailable("the app secret for WeChat cannot be read") from error

    def _get(self, target: str) -> tuple[int, bytes]:
        from http.client import HTTPConnection, HTTPException, HTTPSConnection

        kind = HTTPSConnection if self._base.scheme == "https" else HTTPConnection
        connection = kind(self._base.netloc, timeout=CONNECT_SECONDS)
        try:
            try:
                connection.connect()
            except OSError as error:
                raise _Unsent(f"no connection ({type(error).__name__})") from None
            connection.sock.settimeout(self._read_seconds)
            connection.request("GET", target)
            reply = connection.getresponse()
            return reply.status, reply.read(LONGEST + 1)
        except (OSError, HTTPException) as error:
            # It may have used the code up: not again, and without the target, which has the secret.
            name = type(error).__name__
            raise WechatUnavailable(f"WeChat did not answer ({name}); sign in again") from None
        finally:
            connection.close()


def _parsed(status: int, raw: bytes) -> Mapping[str, Any]:
    try:
        reply = json.loads(raw) if status == 200 and len(raw) <= LONGEST else None  # noqa: PLR2004 - HTTP's OK
    except (ValueError, RecursionError):
        reply = None
    if not isinstance(reply, dict):
        log.warning("WeChat answered with status %d and no JSON object", status)
        raise WechatUnavailable(f"WeChat answered {status}, and nothing to be understood")
    return reply


def _user(reply: Mapping[str, Any]) -> WechatUser:
    code = reply.get("errcode", OK)
    if code != OK:
        raise _refusal(code)
    openid, unionid = reply.get("openid"), reply.get("unionid")
    if not isinstance(openid, str) or not openid or not isinstance(reply.get("session_key"), str):
        log.warning("WeChat answered without an openid or a session")
        raise WechatUnavailable("WeChat did not say who it is; sign in again")
    return WechatUser(openid, unionid if isinstance(unionid, str) and unionid else None)


def _refusal(code: Any) -> WechatError:
    if type(code) is int and code in REFUSALS:
        kind, said = REFUSALS[code]
        return kind(said)
    # Only the number: errmsg quotes what was sent.
    number = code if type(code) is int else "no number"
    log.error("WeChat refused with errcode %s: %s", number, OURS.get(code, "unknown"))
    return WechatUnavailable(f"WeChat refused the sign-in (errcode {number})")
