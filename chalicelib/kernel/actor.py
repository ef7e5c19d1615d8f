"""Who does something, in which role, for whom, and through which channel."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .formats import CreditCode, Division, KeyedDigest

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]


def same_account(one: str, other: str) -> bool:
    """Two spellings of one name are no two people."""
    return one.casefold() == other.casefold()


class Role(StrEnum):
    APPLICANT = "applicant"  # 申请人
    AGENT = "agent"  # 经办人, acts for a company or another person
    CLERK = "clerk"  # 窗口人员 / 承办人
    REVIEWER = "reviewer"  # 审核人
    APPROVER = "approver"  # 批准人, the head or who signs for the head
    SUPERVISOR = "supervisor"  # 电子监察
    AUDITOR = "auditor"  # 审计
    ITEM_MANAGER = "item_manager"  # 事项管理员
    SYSTEM_ADMINISTRATOR = "system_administrator"  # 系统管理员
    SECURITY_ADMINISTRATOR = "security_administrator"  # 安全管理员; with AUDITOR: see duty.py
    SYSTEM = "system"  # the platform itself: a subscriber or a schedule


APPLICANTS = frozenset({Role.APPLICANT, Role.AGENT})
DEPARTMENT_STAFF = frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER})


class Channel(StrEnum):
    """How something reached us; `gb_code` is its 办理形式 in GB/T 39046-2020, Annex A."""

    WINDOW = "window"
    WEB = "web"
    MINI_PROGRAM = "mini_program"
    POST = "post"
    KIOSK = "kiosk"
    HOTLINE = "hotline"
    VILLAGE_POINT = "village_point"
    EMAIL = "email"
    INTERNAL = "internal"
    SYSTEM = "system"

    @property
    def gb_code(self) -> int:
        return _GB_39046.get(self, 9)


_GB_39046 = {Channel.WINDOW: 1, Channel.WEB: 2, Channel.MINI_PROGRAM: 3, Channel.POST: 4}


class Actor(BaseModel):
    """
    An account acting in one role.

    `department` is the code of the department that staff act for; `division` the GB/T 2260 code
    of its area; `entity` the unified social credit code of the company that an agent acts for;
    `level` the real-name level of the sign-in, 0 (none) to 4 (at a counter). Who acts under a
    mandate (代办) names it, and `on_behalf_of` whom: an account, or `person:` and a reference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: Identifier
    role: Role
    department: Identifier | None = None
    division: Division | None = None
    entity: CreditCode | None = None
    level: Annotated[int, Field(ge=0, le=4)] = 0
    on_behalf_of: Identifier | None = None
    mandate: Identifier | None = None


class Identified(Actor):
    """
    An actor whose token's issuer says which person the account is: `person` stands for the id
    (people/application/identity.py). It is the request's own: no event and no reply has it.
    """

    person: Annotated[KeyedDigest, Field(exclude=True)]


def person_told(actor: Actor) -> str | None:
    """The person that the token's issuer names, if it names one."""
    return actor.person if isinstance(actor, Identified) else None


def plain(actor: Actor) -> Actor:
    """The actor as events name it."""
    return Actor.model_construct(**{name: getattr(actor, name) for name in Actor.model_fields})


def in_person(actor: Actor) -> bool:
    """Citizens wear one hat at a time: with a company's they are not there for themselves."""
    return actor.role in APPLICANTS and actor.entity is None


SYSTEM = Actor(account="banjian", role=Role.SYSTEM)
