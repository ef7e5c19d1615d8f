"""What reads the value of a setting as whoever needs it would, and raises if that cannot be."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ..eventlog.ports import StoreError

# Raises ValueError, OSError or StoreError for a value that is none.
Read = Callable[[str], object]

_MOST: Final = 1000  # characters
_LANES: Final = 64
_NO_FILE: Final = "a function of AWS has no such file"
_REFERENCE: Final = re.compile(r"(?:ssm|secretsmanager):\S+")


def fault(read: Read, value: str) -> str | None:
    """Why the value cannot be read; None if it can."""
    try:
        read(value)
    except (ValueError, StoreError) as error:
        return str(error)
    except OSError as error:
        return f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return None


def text(value: str) -> object:
    if len(value) > _MOST or value != value.strip() or not value.isprintable():
        raise ValueError("blanks at an end, or characters that cannot be seen")
    return value


def word(value: str) -> object:
    if not re.fullmatch(r"[!-~]{1,1000}", value):
        raise ValueError("one word, without blanks")
    return value


def one_of(*words: str) -> Read:
    def read(value: str) -> object:
        if value not in words:
            raise ValueError("")
        return value

    return read


def directory(value: str) -> object:
    if Path(value).exists() and not Path(value).is_dir():
        raise ValueError("it is a file")
    return value


def issuer(value: str) -> object:
    """On one machine: a name of ours would pass for a provider there, and be none."""
    from ..web.auth.issuer_settings import OURS

    if value.startswith(OURS):
        raise ValueError(f"names that begin with {OURS} are ours")
    return text(value)


def jwks(value: str) -> object:
    """A provider that is elsewhere is not asked: it may start after us."""
    from ..web.auth.keys import key_source, parsed

    try:
        source = key_source(value)
        if not _inline(value) and "://" in value:
            return source
        usable = parsed(source(), {})
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg} in line {error.lineno}") from None
    if not usable:
        raise ValueError("it has no key for ES256 or RS256")
    return usable


def jwks_on_aws(value: str) -> object:
    if not _inline(value) and "://" not in value:
        raise ValueError(_NO_FILE)
    return jwks(value)


def issuers(value: str, keys: Read = jwks) -> object:
    from ..web.auth import issuer_settings

    for name, where in issuer_settings.keys_of(value):
        why = fault(keys, where)
        if why is not None:
            raise ValueError(f"jwks of {name}: {why}")
    return value


def issuers_on_aws(value: str) -> object:
    if not _inline(value):
        raise ValueError(_NO_FILE)
    return issuers(value, jwks_on_aws)


def _inline(value: str) -> bool:
    return value.lstrip().startswith("{")


def secret(value: str) -> object:
    if value.startswith("file:"):
        if not Path(value.removeprefix("file:")).read_text(encoding="utf-8").strip():
            raise ValueError("the file is empty")
        return value
    return secret_of_aws(value)


def secret_of_aws(value: str) -> object:
    if not _REFERENCE.fullmatch(value):
        raise ValueError("it names no secret")
    return value


def url(value: str) -> object:
    """Whole, for it is the beginning of others."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or not word(value):
        raise ValueError("")
    if parts.query or parts.fragment or parts.username is not None or (parts.port or 1) < 1:
        raise ValueError("without a user, a query or a fragment")
    return value


def clamd(value: str) -> object:
    from ..adapters.clamd import Clamd

    return Clamd(value)


def limits(value: str) -> object:
    from ..platform import rate_limits

    return rate_limits.limits(value)


def quotas(value: str) -> object:
    from ..platform import quotas as of_platform

    return of_platform.quotas(value, of_platform.Uncounted())


def networks(value: str) -> object:
    from ..platform import rate_limits

    return rate_limits.networks(value)


def origins(value: str) -> object:
    from ..web import cors

    return cors.origins(value)


def signature(value: str) -> object:
    one_of("ecdsa", "sm2")(value)
    if value == "sm2":
        from ..platform.signatures import gmssl

        return gmssl()
    return value


def fonts(value: str) -> object:
    from ..adapters.pdf.fonts import Fonts
    from .settings import font_files

    return Fonts(font_files(value))


def seals(value: str) -> object:
    if value.startswith("s3://") and not value.removeprefix("s3://").partition("/")[0]:
        raise ValueError("it names no bucket")
    return text(value)


def seal_minutes(value: str) -> object:
    from .settings import minutes_of

    return minutes_of(value)


def log(value: str) -> object:
    from ..adapters.watching import settings

    return settings.kept(value)


def metrics(value: str) -> object:
    """Whether its address needs a token is asked where that is known."""
    from ..adapters.watching import settings

    return settings.place(value, settings.SHORTEST * "x")


def metrics_token(value: str) -> object:
    from ..adapters.watching import settings

    if len(value) < settings.SHORTEST:
        raise ValueError("")
    return word(value)


def lanes(value: str) -> object:
    if not value.isdecimal() or not 1 <= int(value) <= _LANES:
        raise ValueError("")
    return value
