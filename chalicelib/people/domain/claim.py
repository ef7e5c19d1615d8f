"""
The stream `claim-{kind}-{reference}`: which account stands for a person, or for a WeChat user.

One person has one account (一人一号): of two, each would show half of what the person has, and a
mandate would reach only that half. A claim is as strong as the proof behind it. A stronger proof
takes it over: who typed somebody else's name and id holds them only until that person comes with a
face, or to a counter.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Annotated, Literal, assert_never, get_args

from pydantic import Field

from ...kernel.actor import Identifier
from ...kernel.base import Command, Frozen
from ...kernel.errors import Contradiction, Impossible

CATEGORY = "claim"

Strength = Annotated[int, Field(ge=1, le=4)]
# From here a proof shows the person and not only what is known about the person.
IN_PERSON = 3


class Elsewhere(Contradiction):
    """Another account stands for it already, on a proof as good."""


class IdentityClaimed(Frozen):
    """认领: the account stands for it from now on; `strength` is the real-name level proven."""

    type: Literal["IdentityClaimed"] = "IdentityClaimed"
    account: Identifier
    strength: Strength


class ClaimReleased(Frozen):
    """释放: the account was closed, or lost the proof; another one may claim it."""

    type: Literal["ClaimReleased"] = "ClaimReleased"
    account: Identifier


Event = IdentityClaimed | ClaimReleased
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


class Free(Frozen):
    """Nobody has it; `released` counts how often somebody let go of it."""

    released: int = 0


class Held(Frozen):
    account: Identifier
    strength: Strength
    released: int = 0


State = Free | Held
initial: State = Free()


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case IdentityClaimed():
            return Held(account=event.account, strength=event.strength, released=state.released)
        case ClaimReleased():
            if isinstance(state, Free):
                raise Impossible(state, event)
            return Free(released=state.released + 1)
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


class Claim(Command):
    """`abandoned` is an account that was seen to stand for it no longer, whatever it claimed."""

    account: Identifier
    strength: Strength
    abandoned: Identifier | None = None


class Release(Command):
    account: Identifier


def decide(command: Claim | Release, state: State) -> list[Event]:
    """Raises Elsewhere."""
    match command:
        case Claim():
            return _claim(command, state)
        case Release():
            held = isinstance(state, Held) and state.account == command.account
            return [ClaimReleased(account=command.account)] if held else []
        case _:
            assert_never(command)


def _claim(command: Claim, state: State) -> list[Event]:
    claimed = IdentityClaimed(account=command.account, strength=command.strength)
    match state:
        case Free():
            return [claimed]
        case Held() if state.account == command.account:
            return [claimed] if command.strength > state.strength else []
        case Held() if state.account == command.abandoned:
            return [claimed]
        case Held() if command.strength >= IN_PERSON and command.strength > state.strength:
            return [claimed]
        case Held():
            raise Elsewhere(
                "identity-of-another-account",
                "another account stands for this already: sign in to that one; a "
                "person can also prove who they are with their face, or at a "
                "counter",
            )
        case _:
            assert_never(state)
