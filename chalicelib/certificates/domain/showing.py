"""
The stream `showing-{digest}`: a token by which anybody learns how a certificate stands.

    Absent -> Printed
    Absent -> Shown -> Verified

A showing (亮证) is good once, and for some minutes. What is printed on the certificate itself lasts
as long as the paper. The token is nowhere stored, only its digest, which names the stream: so it is
found without a view, and a certificate's own stream does not grow each time that it is shown.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Literal, assert_never, get_args

from pydantic import AwareDatetime

from ...cases.domain.values import CertificateIdentifier
from ...kernel.base import Command, Frozen
from ...kernel.errors import Closed, Contradiction, Impossible, NotFound

CATEGORY = "showing"


class TokenPrinted(Frozen):
    """印制核验码: the code that is printed on the certificate."""

    type: Literal["TokenPrinted"] = "TokenPrinted"
    certificate: CertificateIdentifier


class CertificateShown(Frozen):
    """亮证: the holder shows the certificate; the code is good once, until `expires_at`."""

    type: Literal["CertificateShown"] = "CertificateShown"
    certificate: CertificateIdentifier
    expires_at: AwareDatetime


class ShowingVerified(Frozen):
    """核验: somebody checked what was shown."""

    type: Literal["ShowingVerified"] = "ShowingVerified"


Event = TokenPrinted | CertificateShown | ShowingVerified
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


class Absent(Frozen):
    """No such token was given out."""


class Printed(Frozen):
    certificate: CertificateIdentifier


class Shown(Frozen):
    shown: CertificateShown


class Verified(Frozen):
    shown: CertificateShown


State = Absent | Printed | Shown | Verified
initial: State = Absent()


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case TokenPrinted() if isinstance(state, Absent):
            return Printed(certificate=event.certificate)
        case CertificateShown() if isinstance(state, Absent):
            return Shown(shown=event)
        case ShowingVerified() if isinstance(state, Shown):
            return Verified(shown=state.shown)
        case TokenPrinted() | CertificateShown() | ShowingVerified():
            raise Impossible(state, event)
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


class Print(Command):
    certificate: CertificateIdentifier


class Show(Command):
    certificate: CertificateIdentifier
    expires_at: AwareDatetime


class Verify(Command):
    """Check the token, which uses it up if it was shown."""


ShowingCommand = Print | Show | Verify


def decide(command: ShowingCommand, state: State) -> list[Event]:
    """Raises NotFound for no token, Closed for one that is used up or too old, Contradiction."""
    match command:
        case Print():
            return _new(TokenPrinted(certificate=command.certificate), state)
        case Show():
            return _new(
                CertificateShown(certificate=command.certificate, expires_at=command.expires_at),
                state,
            )
        case Verify():
            return _verify(command, state)
        case _:
            assert_never(command)


def _new(event: TokenPrinted | CertificateShown, state: State) -> list[Event]:
    if isinstance(state, Absent):
        return [event]
    if evolve(Absent(), event) == state:
        return []
    raise Contradiction("showing-token-given-already", "this token was given out already")


def _verify(command: Verify, state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound("no-such-showing-token", "no such token was given out")
        case Printed():
            return []
        case Shown(shown=shown) if command.at <= shown.expires_at:
            return [ShowingVerified()]
        case _:
            raise Closed(
                "showing-token-used", "the token was used, or its time is over; have it shown again"
            )
