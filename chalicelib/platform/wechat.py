"""
Sign-in with WeChat (微信登录): a mini-program's one-time code for the user's openid.

* WechatError
  x BadCode          the code is wrong, expired or used; the mini-program asks for another one
  x WechatLimited    too many calls for this user; try again later
  x Blocked          WeChat holds this user for a risk
  x WechatUnavailable  WeChat did not answer, or not so that we understood
  x NotSetUp         nobody signs in with WeChat here: trying again does not help
"""

from typing import NamedTuple, Protocol

from ..kernel.keyed import Keyed
from ..kernel.outage import Outage


class WechatError(Exception):
    """WeChat did not say who it is."""


class BadCode(WechatError):
    """The code is wrong, has expired, or was used."""


class WechatLimited(WechatError, Outage):
    """WeChat was asked too often for this user."""


class Blocked(WechatError):
    """WeChat takes this user for a risk and lets nobody sign in."""


class WechatUnavailable(WechatError, Outage):
    """WeChat cannot be asked now; nothing was decided."""


class NotSetUp(WechatError):
    """No mini-program was named (BANJIAN_WECHAT_APP)."""


class WechatUser(NamedTuple):
    """`openid` names the user within the mini-program: not to be kept as it is."""

    openid: str
    unionid: str | None = None

    def __repr__(self) -> str:
        return "WechatUser(...)"  # it goes into no log


class Wechat(Protocol):
    def user(self, code: str, /) -> WechatUser:
        """Whose code it is. A code serves once. Raises WechatError."""
        ...


class NoWechat:
    """Where none was set up."""

    def user(self, _code: str, /) -> WechatUser:
        raise NotSetUp("sign-in with WeChat was not set up")


def openid_digest(keys: Keyed, user: WechatUser) -> str:
    """26 hex digits that stand for the user; nobody gets back to the openid without the secret."""
    return keys.keyed("wechat", user.openid).hex()[:26]
