"""One request, read as far as a handler wants to: who asks, and what they sent."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from chalice.app import Request, Response
from pydantic import BaseModel
from pydantic_core import from_json

from ..clock.calendar import legal_day
from ..eventlog.consumers import wait_for, wait_for_place
from ..eventlog.telemetry import Silent, Telemetry
from ..kernel.actor import APPLICANTS, Actor, Channel, Identified
from ..kernel.errors import Invalid, Rejected
from ..kernel.reasons import Reason
from ..platform import duties, organisations
from ..platform.condition import WELL, Condition, Details
from ..platform.platform import Caller, Platform
from ..platform.rate_limits import client, counted
from . import bodies, exchanges
from .auth.verifier import SignedIn, Verifier
from .bodies import CommandBody
from .errors import BadRequest, Behind
from .messages import Language
from .operation import OperationSpec
from .problems import NOSNIFF, language_of
from .turns import Waiting

M = TypeVar("M", bound=BaseModel)
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
# An entity tag (RFC 9110, 8.8.3), what is between it and the next, and the version in one of ours.
_TAG = re.compile(r'[ \t,]*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[^"]*)?"')
_EVENT = re.compile(r"([0-9A-Za-z_.-]{1,120})@([1-9][0-9]{0,8})")
WAIT_SECONDS = 5.0
MOST = 100
_waiting = Waiting()
LONGEST = 1000  # bytes of a query parameter; DynamoDB's keys have 1,024


def tags(header: str) -> list[str]:
    """The entity tags of If-Match or If-None-Match; none of a header that is not a list of them."""
    found, at = [], 0
    while (one := _TAG.match(header, at)) is not None:
        found.append(one[1])
        at = one.end()
    return found if not header[at:].strip(" \t,") else []


class Web(NamedTuple):
    """
    What the routes are made with; it is made once and late (cold start). `answer` has the problem
    for whatever a handler raises. `proxies` tells which peers are our own proxies, whose
    X-Forwarded-For is believed. `worded` says a reason in a language. `admitted` raises for who may
    not ask for anything, whatever the token says. `headers` are those of every reply. `answered` is
    told each request that was answered, and in how many seconds, where no server in front tells it.
    `condition` is how the service is, `details` how far along and how full.
    """

    platform: Callable[[], Platform]
    verifier: Callable[[], Verifier]
    answer: Callable[[Exception, Request], Response]
    telemetry: Callable[[], Telemetry] = Silent
    standby: Callable[[], bool] = lambda: False
    proxies: Callable[[], Callable[[str], bool]] = lambda: lambda _: False
    worded: Callable[[Reason, Language], str] = lambda reason, _: str(reason)
    admitted: Callable[[Platform, Actor], None] = lambda _, __: None
    headers: Callable[[], Mapping[str, str]] = lambda: NOSNIFF
    answered: Callable[[Request, Response, float], None] | None = None
    condition: Callable[[], Condition] = lambda: WELL
    details: Callable[[], Details] = Details


class ApiRequest:
    """One request, read as far as a handler wants to."""

    def __init__(self, web: Web, request: Request) -> None:
        self.raw = request
        self.platform = web.platform()
        self._web = web
        self._closing = False
        self._signed_in: SignedIn | None = None
        self._address: str | None = None

    # Not cached_property: until Python 3.12 one lock has all requests of the process wait for the
    # one that is being signed in, which may be waiting for its provider's keys.
    @property
    def signed_in(self) -> SignedIn:
        """
        Raises AuthError: without a good token nobody is anybody. Raises NotSeparated for who has
        acted in another of the three administrative duties, NotAllowed for whose account was
        closed, UnknownDepartment for who acts for a department that the division has not published,
        StoreError.
        """
        if self._signed_in is None:
            self._signed_in = self._sign_in()
        return self._signed_in

    def _sign_in(self) -> SignedIn:
        headers = self.raw.headers
        found = self._web.verifier().signed_in(headers.get("authorization"), headers.get("x-role"))
        actor = found.actor
        noted = exchanges.noted()
        noted.account, noted.role = actor.account, str(actor.role)
        duties.check(self.platform, actor)
        organisations.check_actor(self.platform, actor, self.today)
        if found.person is not None:
            actor = Identified(**dict(actor), person=found.person)
        if not self._closing:
            self._web.admitted(self.platform, actor)
        return found._replace(actor=actor)

    @property
    def actor(self) -> Actor:
        """Raises as `signed_in`."""
        return self.signed_in.actor

    @property
    def person(self) -> str | None:
        """
        The reference of the person whom the token's issuer names, on level 3 or more. Tokens of our
        own hand on the one of the sign-in that they go back to. Raises as `signed_in`.
        """
        return self.signed_in.person

    @property
    def address(self) -> str:
        """Whom a request without an account is counted for."""
        if self._address is None:
            peer = str((self.raw.context.get("identity") or {}).get("sourceIp") or "")
            forwarded = self.raw.headers.get("x-forwarded-for")
            self._address = counted(client(peer, forwarded, self._web.proxies()))
        return self._address

    def only(self, doc: OperationSpec) -> None:
        """
        Raises BadRequest for a parameter that the operation does not have: passed over, a misspelt
        one would go unnoticed. On pages for people it may be a messenger's that passed them on.
        """
        unknown = set(self.raw.query_params or ()) - doc.query.keys()
        if unknown and "text/html" not in doc.media:
            raise BadRequest("bad-parameter", parameter=min(unknown))

    def admit(self, doc: OperationSpec) -> None:
        """
        Who may go on to the handler: raises RateLimited, AuthError. The address is counted first,
        so that a flood of bad tokens is not verified one by one.
        """
        gate = self.platform.gate
        gate.by_address(doc.limit, self.address)
        self._closing = doc.closes
        if not doc.public:
            gate.by_account(doc.limit, self.actor.account)

    @property
    def asks_only(self) -> bool:
        """
        Whether it is a HEAD, which is answered like the GET and changes nothing, whatever that does
        (RFC 9110, 9.2.1).
        """
        return bool(self.raw.context.get("asked") == "HEAD")

    def worded(self, reason: Reason) -> str:
        """The reason in the language of the request."""
        return self._web.worded(reason, self.language)

    @property
    def condition(self) -> Condition:
        """How the service is."""
        return self._web.condition()

    @property
    def details(self) -> Details:
        """How far along it is, and how full."""
        return self._web.details()

    @property
    def language(self) -> Language:
        return language_of(self.raw)

    @property
    def today(self) -> date:
        return legal_day(self.platform.now())

    @property
    def content(self) -> bytes:
        raw = self.raw.raw_body
        return raw if isinstance(raw, bytes) else raw.encode()

    def body(self, model: type[M]) -> M:
        """Raises BadBody and BadRequest; see bodies.read."""
        return bodies.read(model, self.content)

    def caller(self, told: CommandBody | None = None) -> Caller:
        """Who commands, under which Idempotency-Key; raises BadRequest, AuthError, Invalid."""
        actor = self.actor
        key = self.raw.headers.get("idempotency-key", "")
        if not _KEY.fullmatch(key):
            raise BadRequest("idempotency-key-required")
        told = told or CommandBody()
        if told.occurred_at is not None and actor.role in APPLICANTS:
            raise Invalid("earlier-time-for-staff", "only staff enter what happened earlier")
        return Caller(
            actor,
            key,
            told.channel or (Channel.WEB if actor.role in APPLICANTS else Channel.WINDOW),
            told.occurred_at,
            str(self.raw.context.get("requestId") or ""),
            self.if_match,
            self.person,
            self.address,
            self.sent,
        )

    @property
    def sent(self) -> bytes:
        """
        A keyed digest of what came with the request: the members of its path and body, though
        nobody may read them. Raises BadRequest.
        """
        content = self.content
        bodies.bounded(content)
        try:
            body: Any = from_json(content or b"{}")
        except ValueError:
            body = content.hex()
        told = json.dumps([self.raw.uri_params or {}, body], sort_keys=True, separators=(",", ":"))
        return self.platform.keyed("sent", told)

    @property
    def if_match(self) -> frozenset[int] | None:
        """
        The versions that a command may meet (RFC 9110, 13.1.1), None if any; a tag that we never
        gave out is none of them. A weak tag counts: a proxy that zips replies has made it so, and
        of a version there is only one.
        """
        header = self.raw.headers.get("if-match")
        if header is None or header.strip() == "*":
            return None
        found = (_VERSION.fullmatch(tag) for tag in tags(header))
        return frozenset(int(one[1]) for one in found if one)

    def has(self, etag: str) -> bool:
        """
        Whether it is what the caller has (If-None-Match; RFC 9110, 13.1.2), by weak comparison.
        """
        header = self.raw.headers.get("if-none-match", "")
        known = {one.removeprefix("W/") for one in tags(header)}
        return header.strip() == "*" or etag.removeprefix("W/") in known

    def query(self, name: str) -> str | None:
        """The one value of a query parameter; raises BadRequest if it came twice or is too long."""
        parameters = self.raw.query_params
        values = parameters.getlist(name) if parameters is not None and name in parameters else []
        if len(values) > 1 or any(len(one.encode()) > LONGEST for one in values):
            raise BadRequest("bad-parameter", parameter=name)
        return str(values[0]) if values else None

    def text(self, name: str, longest: int) -> str | None:
        """Of one character or more; raises BadRequest."""
        text = self.query(name)
        if text is not None and not 1 <= len(text) <= longest:
            raise BadRequest("bad-parameter", parameter=name)
        return text

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.query(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdigit() or not low <= int(text[:19]) <= high:
            raise BadRequest("bad-parameter", parameter=name)
        return int(text)

    def day(self, name: str) -> date | None:
        text = self.query(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise BadRequest("bad-parameter", parameter=name) from None

    def choice(self, name: str, allowed: frozenset[str]) -> str | None:
        text = self.query(name)
        if text is not None and text not in allowed:
            raise BadRequest("bad-parameter", parameter=name)
        return text

    @property
    def limit(self) -> int:
        return self.number("limit", 20, 1, MOST)

    def may_wait(self, seen: Callable[[str], int]) -> None:
        """
        Raises BadRequest at once, in the same words, for what no reply has told this caller of: a
        position beyond the log, a version that is not there or not theirs to see.
        """
        position = self.number("min_position", 0, 0, 2**62)
        if position and position > self.platform.log.head():
            raise BadRequest("nothing-to-wait-for", parameter="min_position")
        named = self._version_named()
        if named is None:
            return
        try:
            there = named[1] <= seen(named[0])
        except Rejected:
            there = False
        if not there:
            raise BadRequest("nothing-to-wait-for", parameter="min_version")

    def wait_for(self, view: str, stream: Callable[[str], str]) -> None:
        """
        Until the list has come to `min_position` and to `min_version`, an event of the `stream` of
        what it names; raises Behind after WAIT_SECONDS.
        """
        end = monotonic() + WAIT_SECONDS
        for position in (self.number("min_position", 0, 0, 2**62), self._min_version(stream)):
            if position and not self._has_come(view, position, max(0.0, end - monotonic())):
                raise Behind

    def _has_come(self, view: str, position: int, seconds: float) -> bool:
        """Most lists are there already: only who has to wait needs room to."""
        views = self.platform.views
        if wait_for(views, view, position, 0.0):
            return True
        with _waiting.room(self._waiter):
            return wait_for(views, view, position, seconds)

    @property
    def _waiter(self) -> str:
        """Whom this request waits for: its account, or the address of who has none."""
        return self.actor.account if "authorization" in self.raw.headers else self.address

    def _min_version(self, stream: Callable[[str], str]) -> int | None:
        """The position of the event that `min_version` names, once it is in the log."""
        named = self._version_named()
        if named is None:
            return None
        place = self._place(stream(named[0]), named[1])
        if place is None:
            raise Behind
        return place

    def _place(self, stream: str, version: int) -> int | None:
        log = self.platform.log
        if (place := log.place(stream, version)) is not None:
            return place
        with _waiting.room(self._waiter):
            return wait_for_place(log, stream, version, WAIT_SECONDS)

    def _version_named(self) -> tuple[str, int] | None:
        text = self.query("min_version")
        found = _EVENT.fullmatch(text or "")
        if text is not None and found is None:
            raise BadRequest("bad-parameter", parameter="min_version")
        return None if found is None else (found[1], int(found[2]))
