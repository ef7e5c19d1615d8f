"""What happens to a person's account; see account.py."""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from ...clock.calendar import Day
from ...codes.parties import IdKind, Method
from ...kernel.actor import Identifier
from ...kernel.base import Frozen, Line, Personal, Sha256, Text
from ...kernel.formats import IdNumber, KeyedDigest, Phone

Level = Annotated[int, Field(ge=0, le=4)]


OF_THE_PERSON = frozenset(Method) - {Method.PHONE}


class Person(Frozen):
    """Who the account is: `reference` stands for the id (see application/identity.py)."""

    name: Annotated[Line, Personal()]
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[IdNumber, Personal()]
    reference: KeyedDigest


class PersonRegistered(Frozen):
    """实名注册: the account says who it is; nothing of it is proven yet."""

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["PersonRegistered"] = "PersonRegistered"
    person: Person
    phone: Annotated[Phone, Personal()] | None = None


class IdentityProven(Frozen):
    """
    实名核验: a real-name level was proven. `evidence` is the proving side's own reference: of the
    outside service's check, of the registry's edition, of what was shown at the counter, of which
    `document` is the scan; `provider` is the word of who the account signs in with.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["IdentityProven"] = "IdentityProven"
    level: Level
    method: Method
    evidence: Line
    document: Sha256 | None = None


class CounterCheckRequested(Frozen):
    """
    待复核: a clerk saw the person and the card at a counter, and it would take the person from an
    account that is proven: a second clerk has to see both. Nothing is proven yet. `by` is the
    clerk's account, `by_person` the person's reference, if it is known.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["CounterCheckRequested"] = "CounterCheckRequested"
    person: Person
    evidence: Line
    document: Sha256
    by: Identifier
    by_person: KeyedDigest | None = None
    on: Day


class IdentityLost(Frozen):
    """
    实名失效: another account proved better that it is this person; here level 1 is left at most.
    """

    type: Literal["IdentityLost"] = "IdentityLost"
    reference: KeyedDigest


class PhoneChanged(Frozen):
    """变更手机号: the account has another telephone number, which is not proven yet."""

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["PhoneChanged"] = "PhoneChanged"
    phone: Annotated[Phone, Personal()]


class WechatBound(Frozen):
    """绑定微信: signing in with WeChat leads to this account; `openid` is a keyed digest of it."""

    type: Literal["WechatBound"] = "WechatBound"
    openid: KeyedDigest


class AccountClosed(Frozen):
    """注销账户: the account ended; nobody signs in to it any more, its cases go on."""

    type: Literal["AccountClosed"] = "AccountClosed"
    reason: Text | None = None


Event = (
    PersonRegistered
    | IdentityProven
    | CounterCheckRequested
    | IdentityLost
    | PhoneChanged
    | WechatBound
    | AccountClosed
)
EVENTS: tuple[type[Frozen], ...] = get_args(Event)
