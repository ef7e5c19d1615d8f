"""
The stream `showing-{digest}`: a token by which anybody learns how a certificate stands.

    Absent -> Printed
    Absent -> Shown -> Verified, HandedIn

A showing (亮证) is good once, and for some minutes. What is printed on the certificate itself lasts
as long as the paper. The token is nowhere stored, only its digest, which names the stream: so it is
found without a view, and a certificate's own stream does not grow each time that it is shown.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Literal, assert_never, get_args

from pydantic import AwareDatetime

from ...cases.domain.values import CertificateIdentifier
from ...kernel.actor import Identifier
from ...kernel.base import Code, Command, Frozen
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


class ShowingHandedIn(Frozen):
    """免提交: what was shown at a window was taken into a case there, in a material's place."""

    type: Literal["ShowingHandedIn"] = "ShowingHandedIn"
    case_id: Identifier
    material: Code


Event = TokenPrinted | CertificateShown | ShowingVerified | ShowingHandedIn
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


class Absent(Frozen):
    """No such token was given out."""


class Printed(Frozen):
    certificate: CertificateIdentifier


class Shown(Frozen):
    shown: CertificateShown


class Verified(Frozen):
    shown: CertificateShown


class HandedIn(Frozen):
    shown: CertificateShown
    taken: ShowingHandedIn


State = Absent | Printed | Shown | Verified | HandedIn
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
        case ShowingHandedIn() if isinstance(state, Shown):
            return HandedIn(shown=state.shown, taken=event)
        case TokenPrinted() | CertificateShown() | ShowingVerified() | ShowingHandedIn():
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


class HandIn(Command):
    """Take what is shown into a case, which uses the token up; again for the same is nothing."""

    certificate: CertificateIdentifier
    case_id: Identifier
    material: Code


ShowingCommand = Print | Show | Verify | HandIn


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
        case HandIn():
            return _hand_in(command, state)
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


def _hand_in(command: HandIn, state: State) -> list[Event]:
    taken = ShowingHandedIn(case_id=command.case_id, material=command.material)
    match state:
        case HandedIn(shown=shown, taken=before) if before == taken:
            if shown.certificate == command.certificate:
                return []
        case Shown(shown=shown) if shown.certificate == command.certificate:
            if command.at <= shown.expires_at:
                return [taken]
        case _:
            pass
    # What is printed on the paper is not shown by anybody; and of another certificate nothing is.
    raise Closed(
        "showing-token-used", "the token was used, or its time is over; have it shown again"
    )
