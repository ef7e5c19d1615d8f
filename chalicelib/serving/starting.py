"""
What decides, before anything is opened or listened on, how a service starts: its settings, where it
listens, who signs people in, and whether it is the demonstration.
"""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from .. import bootstrap
from . import limits

ISSUERS = ("BANJIAN_ISSUER", "BANJIAN_ISSUERS")
OUTSIDE = {"BANJIAN_CONNECTIONS": limits.limits}
_HOW = "set BANJIAN_ISSUER, BANJIAN_AUDIENCE and BANJIAN_JWKS (docs/sign-in.md)"


class NotStarted(Exception):
    """The service would not be what was asked for; the message says what to do."""


class Asked(NamedTuple):
    """What the command line says; `public_demo` is the demonstration, wherever it is shown."""

    host: str
    demo: bool = False
    public_demo: bool = False


class Start(NamedTuple):
    """
    `address` is a number, so that what was looked at is what is listened on. `local_sign_in`:
    the service knows the demonstration's people, by tokens that whoever has the data makes.
    """

    address: str
    local_sign_in: bool
    demo: bool
    notes: tuple[str, ...]


def begin(asked: Asked, environ: Mapping[str, str]) -> Start:
    """Raises NotStarted."""
    mistakes = bootstrap.mistakes_here(environ, OUTSIDE)
    if mistakes:
        raise NotStarted("\n  ".join(("the settings are not right:", *map(str, mistakes))))
    address = resolved(asked.host)
    demo = asked.demo or asked.public_demo
    named = next((name for name in ISSUERS if environ.get(name)), None)
    if named is None:
        _check_reach(asked, _reached(asked.host, address, environ))
    elif demo:
        raise NotStarted(
            f"the demonstration signs its invented people in itself, and {named} names who does: "
            f"leave out --demo (--items DIR publishes items of yours), or unset {named}"
        )
    notes = tuple(_notes(environ, address, local=named is None, demo=demo))
    return Start(address, named is None, demo, notes)


def _reached(host: str, address: str, environ: Mapping[str, str]) -> str | None:
    """Why others than who is on this machine reach the service; None if they do not."""
    if not is_loopback(address):
        return f"{host!r} can be reached from outside"
    public = environ.get("BANJIAN_PUBLIC_URL")
    if public and not is_here(urlsplit(public).hostname or ""):
        return f"BANJIAN_PUBLIC_URL says that others reach it ({public})"
    if environ.get("BANJIAN_TRUSTED_PROXIES"):
        return "BANJIAN_TRUSTED_PROXIES says that others reach it, through a proxy"
    return None


def _check_reach(asked: Asked, reached: str | None) -> None:
    if reached is None or asked.public_demo:
        return
    if asked.demo:
        raise NotStarted(
            f"{reached}: say --public-demo if everybody is to see the demonstration, or let nobody "
            "else reach it: --host 127.0.0.1, and no proxy"
        )
    raise NotStarted(
        f"{reached}, and nobody is named who signs people in: {_HOW}; or let nobody else reach it: "
        "--host 127.0.0.1, and no proxy; or show the demonstration to everybody: --public-demo"
    )


def _notes(environ: Mapping[str, str], address: str, *, local: bool, demo: bool) -> list[str]:
    told = []
    if local and not demo:
        told.append(
            "nobody is named who signs people in: the invented people of `banjian token` are good "
            f"here, and no others. For real ones {_HOW}"
        )
    if not local and not environ.get("BANJIAN_PUBLIC_URL"):
        told.append(
            "BANJIAN_PUBLIC_URL is not set: the QR codes of certificates lead to this machine's "
            f"{address}, for as long as they last"
        )
    return told


def resolved(host: str) -> str:
    """The address that `host` stands for, IPv4 first. Raises NotStarted."""
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)  # noqa: S104 - as the socket does
    except OSError as error:
        raise NotStarted(f"--host {host}: {error.strerror}") from error
    addresses = [str(sockaddr[0]) for _, _, _, _, sockaddr in found]
    return min(addresses, key=lambda one: ":" in one)


def is_loopback(address: str) -> bool:
    """Nobody else's packets get there (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3)."""
    return ip_address(address).is_loopback


def is_here(host: str) -> bool:
    """Whether a name in an address is one of this machine's own (RFC 6761, 6.3)."""
    try:
        return is_loopback(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def url_of(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
