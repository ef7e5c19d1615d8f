"""
What every route shares: who asks, what they sent, and how a refusal is answered.

A handler is three lines: parse, execute, reply.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import date
from functools import cached_property, wraps
from hmac import compare_digest
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from chalice.app import Blueprint, Request, Response
from pydantic import AwareDatetime, BaseModel

from ..application import duties
from ..application.consumers import wait_for, wait_for_place
from ..application.json_values import trouble
from ..application.limiting import client, counted
from ..application.platform import Caller, Platform
from ..application.telemetry import Silent, Telemetry
from ..application.views import Cursor, Page
from ..domain.actor import APPLICANTS, Actor, Channel
from ..domain.base import Frozen
from ..domain.calendar import legal_day
from ..domain.errors import Invalid
from .auth import Verifier
from .doc import Doc
from .errors import BadRequest, Behind, OnStandby, answer
from .problems import language_of

M = TypeVar("M", bound=BaseModel)
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})(?:-[^"]*)?"')
_EVENT = re.compile(r"([0-9A-Za-z_.-]{1,64})@([1-9][0-9]{0,8})")
# Beyond what a double holds, or none at all.
_NUMBER = re.compile(rb"NaN|Infinity|[eE]\+?\d{3}|\d{309}")
DEEPEST = 100  # levels of a body; ours reads at most 200 of a whole commit
WAIT_SECONDS = 5.0
MOST = 100


class Web(NamedTuple):
    """
    What the routes are made with; it is made once and late (cold start). `proxies` tells which
    peers are our own proxies, whose X-Forwarded-For is believed.
    """

    platform: Callable[[], Platform]
    verifier: Callable[[], Verifier]
    telemetry: Callable[[], Telemetry] = Silent
    standby: Callable[[], bool] = lambda: False
    proxies: Callable[[], Callable[[str], bool]] = lambda: lambda _: False


class Told(Frozen):
    """What a body may say of its circumstances: when it happened, and how it reached the caller."""

    occurred_at: AwareDatetime | None = None
    channel: Channel | None = None


class Ask:
    """One request, read as far as a handler wants to."""

    def __init__(self, web: Web, request: Request) -> None:
        self.request = request
        self.platform = web.platform()
        self._web = web

    @cached_property
    def actor(self) -> Actor:
        """
        Raises AuthError: without a good token nobody is anybody. Raises NotSeparated for who has
        acted in another of the three administrative duties.
        """
        headers = self.request.headers
        actor = self._web.verifier().actor(headers.get("authorization"), headers.get("x-role"))
        duties.check(self.platform, actor)
        return actor

    @cached_property
    def address(self) -> str:
        """Whom a request without an account is counted for."""
        peer = str((self.request.context.get("identity") or {}).get("sourceIp") or "")
        forwarded = self.request.headers.get("x-forwarded-for")
        return counted(client(peer, forwarded, self._web.proxies()))

    def only(self, doc: Doc) -> None:
        """
        Raises BadRequest for a parameter that the operation does not have: passed over, a misspelt
        one would go unnoticed. On pages for people it may be a messenger's that passed them on.
        """
        unknown = set(self.request.query_params or ()) - doc.query.keys()
        if unknown and "text/html" not in doc.media:
            raise BadRequest("bad-parameter", parameter=min(unknown))

    def admit(self, doc: Doc) -> None:
        """
        Who may go on to the handler: raises RateLimited, AuthError. The address is counted first,
        so that a flood of bad tokens is not verified one by one.
        """
        gate = self.platform.gate
        gate.by_address(doc.limit, self.address)
        if not doc.public:
            gate.by_account(doc.limit, self.actor.account)

    @property
    def language(self) -> str:
        return language_of(self.request)

    @property
    def today(self) -> date:
        return legal_day(self.platform.now())

    @property
    def content(self) -> bytes:
        raw = self.request.raw_body
        return raw if isinstance(raw, bytes) else raw.encode()

    def body(self, model: type[M]) -> M:
        """
        Raises ValidationError, with every place that does not fit, and BadRequest for what could be
        stored and never read again. Strict: "yes" is no `true`, as the document has it.
        """
        content = self.content or b"{}"
        if _doubtful(content) and _troubled(content):
            raise BadRequest("malformed-json")
        return model.model_validate_json(content, strict=True)

    def caller(self, told: Told | None = None) -> Caller:
        """Who commands, under which Idempotency-Key; raises BadRequest, AuthError, Invalid."""
        actor = self.actor
        key = self.request.headers.get("idempotency-key", "")
        if not _KEY.fullmatch(key):
            raise BadRequest("idempotency-key-required")
        told = told or Told()
        if told.occurred_at is not None and actor.role in APPLICANTS:
            raise Invalid("only staff enter what happened earlier")
        return Caller(
            actor,
            key,
            told.channel or (Channel.WEB if actor.role in APPLICANTS else Channel.WINDOW),
            told.occurred_at,
            str(self.request.context.get("requestId") or ""),
            self.if_match,
        )

    @property
    def if_match(self) -> int | None:
        header = self.request.headers.get("if-match")
        if header is None or header.strip() == "*":
            return None
        found = _ETAG.fullmatch(header.strip())
        return int(found[1]) if found else -1  # some other entity: it never matches

    def query(self, name: str) -> str | None:
        """The one value of a query parameter; raises BadRequest if it came twice."""
        parameters = self.request.query_params
        values = parameters.getlist(name) if parameters is not None and name in parameters else []
        if len(values) > 1:
            raise BadRequest("bad-parameter", parameter=name)
        return str(values[0]) if values else None

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

    def wait_for(self, view: str) -> None:
        """
        Until the list has come to `min_position` and to `min_version`; raises Behind after
        WAIT_SECONDS.
        """
        end = monotonic() + WAIT_SECONDS
        for position in (self.number("min_position", 0, 0, 2**62), self._min_version()):
            left = max(0.0, end - monotonic())
            if position and not wait_for(self.platform.views, view, position, left):
                raise Behind

    def _min_version(self) -> int | None:
        """The position of the event that `min_version` names, once it is in the log."""
        text = self.query("min_version")
        if text is None:
            return None
        found = _EVENT.fullmatch(text)
        if found is None:
            raise BadRequest("bad-parameter", parameter="min_version")
        log, stream = self.platform.log, f"case-{found[1]}"
        place = wait_for_place(log, stream, int(found[2]), WAIT_SECONDS)
        if place is None:
            raise Behind
        return place

    def cursor(self, partition: str) -> Cursor | None:
        """The cursor that `page` gave out for this very list; raises BadRequest for any other."""
        text = self.query("cursor")
        if text is None:
            return None
        seal, _, content = text.partition(".")
        try:
            raw = urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()
        except ValueError:
            raise BadRequest("bad-parameter", parameter="cursor") from None
        if not compare_digest(seal.encode(), self._seal(partition, raw).encode()):
            raise BadRequest("bad-parameter", parameter="cursor")
        return Cursor(*json.loads(raw))

    def page(self, partition: str, page: Page) -> dict[str, Any]:
        """A page as JSON, with the sealed cursor of the next; null when there is none."""
        following = None
        if page.cursor is not None:
            raw = json.dumps(list(page.cursor))
            content = urlsafe_b64encode(raw.encode()).decode().rstrip("=")
            following = f"{self._seal(partition, raw)}.{content}"
        return {"items": page.rows, "next": following}

    def _seal(self, partition: str, raw: str) -> str:
        return self.platform.keyed("cursor", partition, raw).hex()[:16]


def _doubtful(content: bytes) -> bool:
    """Whether it may be nested too deeply, or have a number that JSON has not. Cheap: for all."""
    return content.count(b"{") + content.count(b"[") > DEEPEST or bool(_NUMBER.search(content))


def _troubled(content: bytes) -> bool:
    try:
        return trouble(json.loads(content), DEEPEST) is not None
    except RecursionError:
        return True
    except ValueError:
        return False  # for the model to say where


Handler = Callable[..., Response]


def route(
    http: Blueprint, web: Web, method: str, path: str, *, doc: Doc, **options: Any
) -> Callable[[Handler], Handler]:
    """Register a handler that takes an Ask and the path's parameters; refusals become problems."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def view(**parameters: str) -> Response:
            request = http.current_request
            request_id = str(request.context.get("requestId") or "")
            with web.telemetry().span(doc.name, operation=doc.name, request_id=request_id):
                try:
                    if web.standby():
                        raise OnStandby  # noqa: TRY301 - to be answered like any other
                    ask = Ask(web, request)
                    ask.admit(doc)  # before anything else is said about the request
                    ask.only(doc)
                    return handler(ask, **parameters)
                except Exception as error:  # noqa: BLE001 - `answer` logs what is not ours
                    return answer(error, request)

        vars(view)["doc"] = doc
        http.route(path, methods=[method], name=f"{method} {path}", **options)(view)
        return handler

    return register


def reply(body: Any, status: int = 200, **headers: str) -> Response:
    fixed = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(body, ensure_ascii=False), {**fixed, **named}, status)


def tagged(ask: Ask, body: Any, version: int, *variant: str) -> Response:
    """
    A resource at a version of its stream, or 304 if that is the one that the caller has. `variant`
    is what else it depends on: the day that it counts from, the language that it is worded in.
    """
    etag = f'"{"-".join((str(version), *variant))}"'
    if etag in ask.request.headers.get("if-none-match", ""):
        return Response("", {"ETag": etag}, 304)
    return reply(body, ETag=etag)
