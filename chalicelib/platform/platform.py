"""What every use of the system stands on: the ports, the clock, and who is asking."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b, sha256
from typing import Any

from ..clock.calendar import Calendar
from ..eventlog.codec import Codec
from ..eventlog.envelope import Circumstances
from ..eventlog.feed import Source
from ..eventlog.memory import Memory
from ..eventlog.ports import Blobs, CommandId, EventStore, Log, Signer, no_signer
from ..eventlog.telemetry import Silent, Telemetry
from ..eventlog.transact import Request
from ..eventlog.views.port import Bell, Views
from ..kernel.actor import Actor, Channel, Role
from ..kernel.errors import Invalid
from ..kernel.keyed import digest_of
from .attester import Attester, no_attester
from .case_claims import CaseClaims, NoCaseClaims
from .organisations import NoOrganisations, Organisations
from .quotas import USUAL as USUAL_QUOTAS
from .quotas import Quotas
from .rate_limits import OPEN, Gate
from .registry import NoRegistry, Registry
from .renderer import Renderer, no_renderer
from .scanner import Scanner
from .serials import Serials
from .sign_ins import NoSignIns, SignIns
from .wechat import NoWechat, Wechat

# How far a caller's clock may be ahead of ours.
SKEW = timedelta(minutes=2)
EARLIEST = datetime(1949, 10, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Platform:
    """
    `calendar` gives the working days as they are published now; `committed` rings after each
    commit of this process; `secret` keys the query codes and cursors; `memory` has the streams
    that were read last; `gate` counts who asks how often, `quotas` how much; `duties` has the
    administrative duties that this process has asked for, `vouched` the persons of accounts, as the
    issuers of their tokens name them, that it has entered. `registry` knows people and companies,
    `organisations` the departments; `wechat` and `attester` tell who somebody is; `token_signer`,
    ECDSA whatever signs certificates, signs our own tokens. Without a `scanner` documents are given
    out as they came. `telemetry` counts what is watched. `sign_ins` has the accounts of those who
    sign in at an identity provider.
    """

    store: EventStore
    log: Log
    views: Views
    blobs: Blobs
    codec: Codec
    calendar: Callable[[], Calendar]
    now: Callable[[], datetime]
    serials: Serials
    committed: Bell
    secret: bytes = field(repr=False)
    memory: Memory = field(default_factory=Memory, repr=False)
    gate: Gate = OPEN
    quotas: Quotas = USUAL_QUOTAS
    duties: dict[str, Role] = field(default_factory=dict, repr=False)
    vouched: dict[str, str] = field(default_factory=dict, repr=False)
    registry: Registry = field(default_factory=NoRegistry)
    organisations: Organisations = field(default_factory=NoOrganisations)
    wechat: Wechat = field(default_factory=NoWechat)
    attester: Attester = no_attester
    token_signer: Callable[[], Signer | None] = lambda: None
    signer: Callable[[], Signer] = no_signer
    renderer: Callable[[], Renderer] = no_renderer
    public_url: str = "http://127.0.0.1:8000"
    scanner: Scanner | None = None
    case_claims: CaseClaims = field(default_factory=NoCaseClaims, repr=False)
    telemetry: Telemetry = field(default_factory=Silent, repr=False)
    sign_ins: SignIns = field(default_factory=NoSignIns)

    @property
    def source(self) -> Source:
        return Source(self.log, self.store, self.codec)

    def keyed(self, *parts: str) -> bytes:
        return digest_of(self.secret, parts)


@dataclass(frozen=True, slots=True)
class Caller:
    """
    One request: the actor, the Idempotency-Key, and when what it tells of happened, if not now.

    The key is the caller's own: two accounts may choose the same one. `version` has the versions of
    the stream that the caller has seen (If-Match), None if it may be any. `person` is the reference
    of the person whom the token's issuer says that the account belongs to, on level 3 or more; None
    if it names nobody. `address` is whom the request is counted for, "" for one that came over no
    network. `sent` is a keyed digest of what came with the request; None where nothing did (a
    subscriber, the command line).
    """

    actor: Actor
    key: str
    channel: Channel = Channel.WEB
    occurred_at: datetime | None = None
    correlation_id: str = ""
    version: frozenset[int] | None = None
    person: str | None = None
    address: str = ""
    sent: bytes | None = field(default=None, repr=False)

    @property
    def command_id(self) -> str:
        """
        Of this account and this key alone. Without the length, account `a:x` with key `K` and `a`
        with `x:K` would be one; no account begins with a colon, so no plain id looks like one with
        a length.
        """
        account, key = self.actor.account, self.key
        plain = f"{account}:{key}"
        return plain if plain.count(":") == 1 else f":{len(account)}:{plain}"

    def at(self, now: datetime) -> datetime:
        """When it happened; raises Invalid for the future."""
        if self.occurred_at is None:
            return now
        if self.occurred_at > now + SKEW:
            raise Invalid("time-in-the-future", "{at} lies in the future", at=self.occurred_at)
        if self.occurred_at < EARLIEST:
            raise Invalid(
                "time-before-any-record",
                "{at} lies before anything that is kept here",
                at=self.occurred_at,
            )
        return self.occurred_at

    def about(self, now: datetime) -> dict[str, Any]:
        """What every command says: when it happened, who gives it, how it came; raises Invalid."""
        return {"at": self.at(now), "by": self.actor, "channel": self.channel}

    def request(self, now: datetime, name: str, body: Mapping[str, Any]) -> Request:
        """
        The request to run `name`. Its fingerprint is of what was sent, which no release adds
        anything to; of `body`, which is what became of that, where nothing was sent.
        """
        made = Request(
            CommandId(self.command_id, b""),
            Circumstances(self.at(now), self.actor, self.channel),
            now,
            self.correlation_id or self.command_id,
            self.version,
        )
        if self.sent is None:
            return made._replace(command=made.command._replace(fingerprint=fingerprint(name, body)))
        of_sent = blake2b(name.encode(), digest_size=16, key=self.sent).digest()
        command = made.command._replace(fingerprint=of_sent)
        return made._replace(command=command, former=partial(former, name, body))


def fingerprint(name: str, body: Mapping[str, Any]) -> bytes:
    """Of a command that nothing was sent for, with every default; once of every command."""
    canonical = json.dumps([name, body], sort_keys=True, separators=(",", ":"), default=str)
    return blake2b(canonical.encode(), digest_size=16).digest()


# Members that commands have had since fingerprints are of what was sent: no fingerprint of before
# has them. By the command's name; `materials.showing` is a member of each entry of a list.
SINCE: dict[str, frozenset[str]] = {
    "SaveDraft": frozenset({"materials.showing"}),
    "SubmitCase": frozenset({"materials.showing"}),
}


def former(name: str, body: Mapping[str, Any]) -> bytes:
    """What the release before fingerprints of what was sent made of the same command."""
    return fingerprint(name, _without(body, SINCE.get(name, frozenset())))


def _without(value: Any, new: Collection[str], path: str = "") -> Any:
    """Without those of the `new` members that say nothing, as all did that were not sent."""
    if isinstance(value, list):
        return [_without(one, new, path) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: _without(one, new, f"{path}{name}.")
        for name, one in value.items()
        if one or f"{path}{name}" not in new
    }


def derived_id(caller: Caller) -> str:
    """
    The id of what this request creates. It follows from the request, so that a retry lands on the
    same stream and finds that it was done.
    """
    return sha256(caller.command_id.encode()).hexdigest()[:26]
