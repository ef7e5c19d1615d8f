"""What /sign-in, /account, /entities and /mandates answer, as models (see replies.py)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from ..codes.codes import ApplicantKind
from ..codes.parties import EntityStatus, IdKind, Method
from ..kernel.actor import Identifier, Role
from ..kernel.base import Line, Sha256, Text
from ..kernel.formats import CreditCode, Division
from ..web.replies import Position, Version
from .domain.account_events import Level
from .domain.entity import Items
from .domain.mandate import Action, Ground


class TokenReply(BaseModel):
    """
    An access token (RFC 6749, 5.1), good for `expires_in` seconds, and who one is with it. When a
    counter did something to the account last, `counter_checked_at`, is for its owner to look at:
    GET /account tells what.
    """

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: Annotated[int, Field(ge=1)]
    account: Identifier
    role: Literal[Role.APPLICANT, Role.AGENT]
    entity: CreditCode | None
    level: Level
    counter_checked_at: AwareDatetime | None


class PublicKey(BaseModel):
    """RFC 7517; `kid` is its thumbprint (RFC 7638)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    alg: Literal["ES256"]
    use: Literal["sig"]


class KeySet(BaseModel):
    keys: list[PublicKey]


# Accounts


class KnownPerson(BaseModel):
    """To staff `id_number` is masked."""

    name: Line
    id_kind: IdKind
    id_number: str


class Proof(BaseModel):
    level: Level
    method: Method
    evidence: Line


class CounterEvent(BaseModel):
    """
    What a counter did to an account: `checked` who it is, `asked` a second clerk to, or found that
    another account is that person: `lost`. `shown` is what the clerk saw.
    """

    what: Literal["checked", "asked", "lost"]
    at: AwareDatetime
    department: Identifier | None
    shown: str | None


class AccountReply(BaseModel):
    """
    An account; `level` is the real-name level that counts now. `person` is null for who has only
    signed in; `wechat` tells whether signing in with WeChat leads here; `counter_checks` has the 50
    newest, the last one first.
    """

    account: Identifier
    state: Literal["open", "closed"]
    level: Level
    person: KnownPerson | None
    phone: str | None
    proofs: list[Proof]
    wechat: bool
    counter_checks: list[CounterEvent]
    version: Version


class AccountOutcome(BaseModel):
    """
    The account right after the command; `level` as it counts now. It `waits` if a second clerk has
    yet to see the person. `new_token` is where to take a token with that level (POST): the one that
    the request came with says less. Null if it does not.
    """

    account: Identifier
    state: Literal["open", "closed"]
    level: Level
    waits: bool
    new_token: Literal["/sign-in/token"] | None
    version: Version
    position: Position | None


class CounterCheckRow(BaseModel):
    """What a counter did: where and by whom, and to which account; nothing of the person."""

    check: str
    what: Literal["checked", "asked"]
    account: Identifier
    clerk: Identifier
    department: Identifier | None
    division: Division
    at: AwareDatetime


class CounterCheckPage(BaseModel):
    items: list[CounterCheckRow]
    next: str | None


# Entities


class Operator(BaseModel):
    """经办人: `items` is empty for all; `until` is the last day."""

    account: Identifier
    name: Line
    items: Items
    until: date | None
    appoints: bool


class EntityReply(BaseModel):
    """A legal entity, as the registry had it last; `position` comes with a command only."""

    credit_code: CreditCode
    name: Line
    kind: ApplicantKind
    status: EntityStatus
    representative_account: Identifier | None
    operators: list[Operator]
    version: Version
    position: Position | None = None


class Company(BaseModel):
    """One that the caller may act for; whether that is so today, a token for it will tell."""

    entity: CreditCode
    account: Identifier
    as_: Annotated[Literal["representative", "operator"], Field(alias="as")]
    items: Items
    until: date | None
    appoints: bool


class CompanyPage(BaseModel):
    items: list[Company]
    next: str | None


# Mandates


class Party(BaseModel):
    account: Identifier | None
    name: Line


class MandateReply(BaseModel):
    """A mandate as it stands today; `position` comes with a command only."""

    mandate_id: Identifier
    state: Literal["granted", "revoked", "expired"]
    principal: Party
    agent: Party
    items: Items
    actions: list[Action]
    since: date
    until: date
    document: Sha256 | None
    ground: Ground
    reason: Text | None
    version: Version
    position: Position | None = None


class MandateRow(BaseModel):
    """A mandate as lists have it; one whose last day is over stays `granted` here."""

    mandate_id: Identifier
    state: Literal["granted", "revoked"]
    principal: Identifier | None
    agent: Identifier
    items: Items
    actions: list[Action]
    since: date
    until: date
    granted_at: AwareDatetime


class MandatePage(BaseModel):
    items: list[MandateRow]
    next: str | None
