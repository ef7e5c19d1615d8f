"""
Pages of other origins (CORS; the Fetch standard, 3.2): of those that are named, and never with
credentials. A page sends its token itself; no cookie of ours could be used by another one's page.
"""

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .operation import OperationSpec

Origins = frozenset[str]
NONE: Final[Origins] = frozenset()
# Of replies; what a page may read anyway (the CORS-safelisted ones) is not among them.
EXPOSED: Final = ("ETag", "Location", "Retry-After", "Idempotency-Replayed", "X-Request-Id")
MAX_AGE: Final = 7200  # seconds that a browser keeps a preflight; Chromium takes no more
_ORIGIN: Final = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
    r"|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?"
)
_USUAL: Final = (("https://", ":443"), ("http://", ":80"))


def origins(text: str) -> Origins:
    """
    As `https://a.example,https://b.example:8443` names them, in the way that browsers write them.
    Raises ValueError, which names what is none; `*` and `null` are nobody's.
    """
    named = [one.strip() for one in text.split(",") if one.strip()]
    for one in named:
        if not _ORIGIN.fullmatch(one) or any(
            one.startswith(scheme) and one.endswith(port) for scheme, port in _USUAL
        ):
            raise ValueError(f"{one!r} is no origin such as https://www.example.gov.cn")
    return frozenset(named)


def add(headers: MutableMapping[str, Any], allowed: Origins, origin: str | None) -> None:
    """To the headers of any reply, what the page of `origin` needs to read it."""
    if not allowed:
        return
    vary(headers, "Origin")
    if origin in allowed:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = ", ".join(EXPOSED)


def vary(headers: MutableMapping[str, Any], *names: str) -> None:
    """A cache keeps a reply for who sends the same; once each, whoever else says so."""
    name = next((one for one in headers if one.lower() == "vary"), "Vary")
    there = [one.strip() for one in str(headers.get(name, "")).split(",") if one.strip()]
    headers[name] = ", ".join(dict.fromkeys((*there, *names)))


def preflight(
    allowed: Origins, origin: str | None, methods: Iterable[str], accepted: Iterable[str]
) -> dict[str, Any]:
    """The headers of the reply to OPTIONS: which `methods`, with which of the request's headers."""
    told: dict[str, Any] = {"Allow": ", ".join(sorted(methods))}
    add(told, allowed, origin)
    if origin in allowed:
        told["Access-Control-Allow-Methods"] = told["Allow"]
        told["Access-Control-Allow-Headers"] = ", ".join(accepted)
        told["Access-Control-Max-Age"] = str(MAX_AGE)
        del told["Access-Control-Expose-Headers"]
    return told


def accepted(docs: Mapping[str, "OperationSpec"]) -> list[str]:
    """The headers that the operations of a path read, by method."""
    told = ["Authorization", "X-Role", "Accept-Language", "X-Request-Id", "If-None-Match"]
    if any(method not in ("GET", "HEAD") for method in docs):
        told += ["Content-Type", "Content-Digest"]
    if any(doc.command for doc in docs.values()):
        told += ["Idempotency-Key", "If-Match"]
    return told
