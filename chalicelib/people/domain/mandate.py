"""
The stream `mandate-{id}`: a mandate (委托, for 代办) of one natural person to another.

    Absent -> Granted -> Revoked

It names both, what the agent may do, for which items, and its last day. It ends by itself: whoever
acts under it is asked for the day, so that no event has to come in time. A mandate that a clerk
records rests on a written one (授权委托书), whose SHA-256 is kept.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from typing import Annotated, ClassVar, Literal, assert_never, get_args

from pydantic import AfterValidator, Field

from ...kernel.actor import Actor, Identifier
from ...kernel.base import Command, Frozen, Line, Personal, Sha256, Text
from ...kernel.errors import Impossible, Invalid, NotAllowed, NotFound
from ...kernel.formats import KeyedDigest
from .account import Ended
from .entity import Items

CATEGORY = "mandate"
LONGEST = timedelta(days=3 * 366)  # ours: nobody remembers a mandate for longer
OF_AGE = 18  # 民法典 art. 17


class Ground(StrEnum):
    """What the agent acts on (民法典 art. 163)."""

    ENTRUSTED = "entrusted"  # 委托代理: the principal has said so
    BY_LAW = "by_law"  # 法定代理: parents and guardians (监护人)


class Action(StrEnum):
    """What an agent may do for the principal."""

    SUBMIT = "submit"  # 申报: save drafts, submit, resubmit
    SUPPLEMENT = "supplement"  # 补正
    WITHDRAW = "withdraw"  # 撤回
    COLLECT = "collect"  # 领取
    RATE = "rate"  # 好差评


def _in_order(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    return tuple(one for one in Action if one in actions)


Actions = Annotated[
    tuple[Action, ...], Field(min_length=1, max_length=len(Action)), AfterValidator(_in_order)
]


class Principal(Frozen):
    """委托人: `reference` stands for the id; `account` is None for who has none."""

    reference: KeyedDigest
    account: Identifier | None = None
    name: Annotated[Line, Personal()]

    @property
    def holder(self) -> str:
        return f"person:{self.reference}"

    @property
    def identity(self) -> str:
        """As the events of an agent name the principal (Actor.on_behalf_of)."""
        return self.account or self.holder


class Agent(Frozen):
    """受托人."""

    reference: KeyedDigest
    account: Identifier
    name: Annotated[Line, Personal()]


class MandateGranted(Frozen):
    """
    授权代办: the agent may act for the principal: for `items`, for all if there are none; from
    `since` to `until`, both included. `document` is the written mandate that a clerk recorded it
    from; of a parent or guardian (`ground` is by_law) what shows that they are.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["MandateGranted"] = "MandateGranted"
    principal: Principal
    agent: Agent
    items: Items = ()
    actions: Actions
    since: date
    until: date
    document: Sha256 | None = None
    ground: Ground = Ground.ENTRUSTED


class MandateRevoked(Frozen):
    """撤销授权: the mandate ended before its last day; what was done under it stands."""

    type: Literal["MandateRevoked"] = "MandateRevoked"
    reason: Text | None = None


Event = MandateGranted | MandateRevoked
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


# State


class Absent(Frozen):
    """There is no such mandate."""


class Granted(Frozen):
    terms: MandateGranted


class Revoked(Frozen):
    terms: MandateGranted
    reason: Text | None = None


State = Absent | Granted | Revoked
initial: State = Absent()


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case MandateGranted() if isinstance(state, Absent):
            return Granted(terms=event)
        case MandateRevoked() if isinstance(state, Granted):
            return Revoked(terms=state.terms, reason=event.reason)
        case MandateGranted() | MandateRevoked():
            raise Impossible(state, event)
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


def known(state: State) -> Granted | Revoked:
    """Raises NotFound."""
    if isinstance(state, Absent):
        raise NotFound("mandate-not-seen", "there is no such mandate, or it is not yours to see")
    return state


def expired(terms: MandateGranted, on: date) -> bool:
    return on > terms.until


def in_force(state: State, on: date) -> MandateGranted:
    """The terms that hold on that day; raises NotAllowed, which says what to do."""
    match state:
        case Absent():
            raise NotAllowed(
                "no-such-mandate", "there is no such mandate; ask the principal to grant one"
            )
        case Revoked():
            raise NotAllowed(
                "mandate-revoked", "the mandate was revoked; ask the principal to grant another one"
            )
        case Granted(terms=terms):
            if on < terms.since:
                raise NotAllowed(
                    "mandate-not-begun", "the mandate begins on {since}", since=terms.since
                )
            if expired(terms, on):
                raise NotAllowed(
                    "mandate-ended",
                    "the mandate ended on {until}; ask the principal to grant another one",
                    until=terms.until,
                )
            return terms
        case _:
            assert_never(state)


def acting(
    actor: Actor, mandate_id: str, terms: MandateGranted, action: Action, item: str
) -> Actor:
    """
    The agent, or the clerk who enters what the agent brings, with whom it acts for and on which
    mandate; raises NotAllowed.
    """
    if terms.items and item not in terms.items:
        raise NotAllowed(
            "mandate-for-other-items",
            "the mandate is for other items; ask the principal to grant one for this",
        )
    if action not in terms.actions:
        raise NotAllowed(
            "mandate-without-action",
            "the mandate does not say that the agent may {action} for the principal",
            action=action,
        )
    return actor.model_copy(
        update={"on_behalf_of": terms.principal.identity, "mandate": mandate_id}
    )


# Commands


class GrantMandate(Command):
    """`on` is the day on which it is granted; the principal is of age from the day `of_age` on."""

    terms: MandateGranted
    on: date
    of_age: date | None = None


class RevokeMandate(Command):
    reason: Text | None = None


MandateCommand = GrantMandate | RevokeMandate


def decide(command: MandateCommand, state: State) -> list[Event]:
    """Raises Rejected."""
    match command:
        case GrantMandate():
            return _grant(command, state)
        case RevokeMandate():
            return _revoke(command, state)
        case _:
            assert_never(command)


def _grant(command: GrantMandate, state: State) -> list[Event]:
    terms = command.terms
    match state:
        case Granted() if state.terms == terms:
            return []
        case Granted() | Revoked():
            raise Ended(
                "mandate-granted-before", "this mandate was granted before; grant another one"
            )
        case Absent():
            _check(terms, command.on, command.of_age)
            return [terms]
        case _:
            assert_never(state)


def of_age(born: date) -> date:
    """The eighteenth birthday; who was born on 29 February has it on the 28th (民法典 art. 202)."""
    day = 28 if (born.month, born.day) == (2, 29) else born.day
    return date(born.year + OF_AGE, born.month, day)


def _check(terms: MandateGranted, on: date, of_age: date | None) -> None:
    if terms.agent.reference == terms.principal.reference:
        raise Invalid("principal-is-agent", "principal and agent are the same person")
    if terms.until < max(terms.since, on):
        raise Invalid(
            "mandate-ends-before-beginning", "the last day of the mandate is over before it begins"
        )
    if terms.ground is Ground.BY_LAW and of_age is not None and on < of_age:
        # 民法典 art. 17, 23: of a child until it is of age; of an adult it is looked at again.
        if terms.until > of_age:
            raise Invalid("guardian-too-long", "this lasts until the eighteenth birthday at most")
    elif terms.until - terms.since > LONGEST:
        raise Invalid("mandate-too-long", "a mandate lasts three years at most; renew it then")


def _revoke(command: RevokeMandate, state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound(
                "mandate-not-seen", "there is no such mandate, or it is not yours to see"
            )
        case Granted():
            return [MandateRevoked(reason=command.reason)]
        case Revoked():
            return []
        case _:
            assert_never(state)
