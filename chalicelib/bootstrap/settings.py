"""What the environment says; every setting is named here."""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache

from ..eventlog.ports import Unavailable
from ..platform import rate_limits
from ..platform.quotas import Quotas, Tally
from ..platform.quotas import quotas as read_quotas
from ..platform.scanner import Scanner
from ..web import cors

# BANJIAN_DATA      the directory of an embedded platform
# BANJIAN_ISSUER    who signs the tokens, and for whom: `iss` and `aud`
# BANJIAN_AUDIENCE
# BANJIAN_JWKS      the issuer's keys: a file, an https address, or the JSON itself
# BANJIAN_ISSUERS   further issuers, or more of that one: a file (TOML, JSON), or the JSON itself
# BANJIAN_WECHAT_APP      the mini-program that people sign in with, its secret (ssm:/name,
# BANJIAN_WECHAT_SECRET   secretsmanager:name or file:path), another address than WeChat's own
# BANJIAN_WECHAT_URL
# BANJIAN_ATTESTER        the service that attests phones and faces: its issuer name, its keys
# BANJIAN_ATTESTER_JWKS
# BANJIAN_CLAMD             what scans documents for malware: host:port, or unix:/path
# BANJIAN_LIMITS            how often one may ask, as `usual.account=500/10, query.address=off`
# BANJIAN_QUOTAS            how much one may put here a day, as `applicants.megabytes=500`
# BANJIAN_CONNECTIONS       what the service takes of connections: by_address=200, idle=30
# BANJIAN_PUBLIC_URL        where everybody finds us: QR codes of certificates lead there
# BANJIAN_SIGNATURE         sm2, if certificates and seals are to be signed with a key for SM2
# BANJIAN_FONTS             TrueType files with characters that the font of certificates lacks
# BANJIAN_TRUSTED_PROXIES   networks of our own proxies, whose X-Forwarded-For is believed
# BANJIAN_COUNTERS          networks of halls and kiosks, where many prove who they are
# BANJIAN_LOG_FILE          where one machine's log goes: a file, or - for standard output
# BANJIAN_LOG               how long it is kept, as `days=400, megabytes=256, addresses=all`
# BANJIAN_METRICS           where Prometheus is answered: 127.0.0.1:9464
# BANJIAN_METRICS_TOKEN     the bearer token that it brings, if others reach that address
# BANJIAN_CORS_ORIGINS      origins whose pages may ask, as `https://www.city.example`
#
# and, if the platform is on AWS:
# BANJIAN_EVENTS_TABLE, BANJIAN_LOG_TABLE, BANJIAN_VIEWS_TABLE   tables, by name
# BANJIAN_BUCKET        for segments, documents and what a large rebuild sorts
# BANJIAN_LIMITS_TABLE  where the strict limits are counted, for the function that answers calls
# BANJIAN_SIGN_INS_TABLE  which account somebody has, for the function that answers calls
# BANJIAN_TOPIC         the ARN of the wake-ups' topic
# BANJIAN_REBUILDS      the URL of the queue of the steps of rebuilds
# BANJIAN_SECRET        ssm:/name or secretsmanager:name
# BANJIAN_SIGNING_KEY   a KMS key
# BANJIAN_TOKEN_KEY     another one, ECC_NIST_P256, that signs our own tokens
# BANJIAN_LANES         how many lanes new streams go to
# BANJIAN_TRACING       xray, or nothing
# BANJIAN_STANDBY       on, while a log is moved here: nothing is served, nothing appended
# BANJIAN_STAGE         the dimension of every metric


def setting(name: str) -> str:
    """Raises Unavailable if the environment names only a part of a stack."""
    try:
        return os.environ[name]
    except KeyError:
        raise Unavailable(f"{name} is not set: say `. build/STAGE/environment` first") from None


def on_standby() -> bool:
    return os.environ.get("BANJIAN_STANDBY", "") == "on"


def on_aws() -> bool:
    return "BANJIAN_EVENTS_TABLE" in os.environ


def scanner() -> Scanner | None:
    """None where nothing is scanned. Raises Unavailable for a setting that cannot be read."""
    address = os.environ.get("BANJIAN_CLAMD", "")
    if not address:
        return None
    from ..adapters.clamd import Clamd

    try:
        return Clamd(address)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_CLAMD: {error}") from error


def limits() -> Mapping[str, rate_limits.Limit]:
    """Raises Unavailable for a setting that cannot be read."""
    try:
        return rate_limits.limits(os.environ.get("BANJIAN_LIMITS", ""))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_LIMITS: {error}") from error


def quotas(tally: Tally) -> Quotas:
    """Raises Unavailable for a setting that cannot be read."""
    try:
        return read_quotas(os.environ.get("BANJIAN_QUOTAS", ""), tally)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_QUOTAS: {error}") from error


def gate(limiter: rate_limits.Limiter) -> rate_limits.Gate:
    """Raises Unavailable for a setting that cannot be read."""
    try:
        counters = rate_limits.networks(os.environ.get("BANJIAN_COUNTERS", ""))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_COUNTERS: {error}") from error
    return rate_limits.Gate(limiter, limits(), counters)


def connections() -> str:
    return os.environ.get("BANJIAN_CONNECTIONS", "")


def proxies() -> Callable[[str], bool]:
    """Raises Unavailable for a setting that cannot be read."""
    return _proxies(os.environ.get("BANJIAN_TRUSTED_PROXIES", ""))


def origins() -> cors.Origins:
    """Raises Unavailable for a setting that cannot be read."""
    return _origins(os.environ.get("BANJIAN_CORS_ORIGINS", ""))


@lru_cache
def _origins(text: str) -> cors.Origins:
    try:
        return cors.origins(text)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_CORS_ORIGINS: {error}") from error


@lru_cache
def _proxies(text: str) -> Callable[[str], bool]:
    try:
        return rate_limits.networks(text)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_TRUSTED_PROXIES: {error}") from error
