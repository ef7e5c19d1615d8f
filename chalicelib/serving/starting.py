"""
What decides, before anything is opened or listened on, how a service starts: its settings, where it
listens, who signs people in, and whether it is the demonstration.
"""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from typing import NamedTuple

from .. import bootstrap

ISSUERS = ("BANJIAN_ISSUER", "BANJIAN_ISSUERS")
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
    mistakes = bootstrap.mistakes_here(environ)
    if mistakes:
        raise NotStarted("\n  ".join(("the settings are not right:", *map(str, mistakes))))
    address = resolved(asked.host)
    demo = asked.demo or asked.public_demo
    named = next((name for name in ISSUERS if environ.get(name)), None)
    _check_demonstration(asked, named, address)
    if named is None and not demo and not is_loopback(address):
        raise NotStarted(
            f"{asked.host!r} can be reached from outside, and nobody is named who signs people in: "
            f"{_HOW}; or listen on 127.0.0.1; or show the demonstration to everybody: --public-demo"
        )
    notes = tuple(_notes(environ, address, local=named is None, demo=demo))
    return Start(address, named is None, demo, notes)


def _check_demonstration(asked: Asked, named: str | None, address: str) -> None:
    if not (asked.demo or asked.public_demo):
        return
    if named is not None:
        raise NotStarted(
            f"the demonstration signs its invented people in itself, and {named} names who does: "
            f"leave out --demo (--items DIR publishes items of yours), or unset {named}"
        )
    if not asked.public_demo and not is_loopback(address):
        raise NotStarted(
            f"{asked.host!r} can be reached from outside: say --public-demo if everybody is to see "
            "the demonstration, or listen on 127.0.0.1"
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


def url_of(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
