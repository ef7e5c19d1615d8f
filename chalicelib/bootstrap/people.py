"""Who tells what people are: WeChat, and attesting services."""

from functools import lru_cache
from pathlib import Path

from ..platform.attester import Attester, no_attester
from ..platform.wechat import NoWechat, Wechat
from ..web.auth.keys import key_source
from .settings import setting, value


@lru_cache
def wechat() -> Wechat:
    """As BANJIAN_WECHAT_APP and BANJIAN_WECHAT_SECRET say; without them there is none."""
    app = value("BANJIAN_WECHAT_APP")
    if not app:
        return NoWechat()
    from ..adapters.wechat import HOST, HttpWechat

    base = value("BANJIAN_WECHAT_URL", HOST)
    return HttpWechat(app, _app_secret, base)


def _app_secret() -> str:
    from ..adapters.aws import secrets

    where = setting("BANJIAN_WECHAT_SECRET")
    if where.startswith("file:"):
        return Path(where.removeprefix("file:")).read_text(encoding="utf-8").strip()
    return secrets.secret(where).decode()


@lru_cache
def attester() -> Attester:
    """As BANJIAN_ATTESTER (its issuer name) and BANJIAN_ATTESTER_JWKS say, or none."""
    issuer = value("BANJIAN_ATTESTER")
    if not issuer:
        return no_attester
    from ..people.http.attestations import Attesters

    keys = key_source(setting("BANJIAN_ATTESTER_JWKS"))
    return Attesters(issuer, keys)
