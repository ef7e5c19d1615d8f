"""/account: one's own; /accounts: what a clerk or an administrator does with somebody else's."""

from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field

from ...codes.ids import masked
from ...codes.phones import WrittenPhone
from ...eventlog.transact import Outcome
from ...eventlog.views.port import Row
from ...kernel.base import Text
from ...platform import wechat
from ...web import paging
from ...web.bodies import CommandBody
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import command_reply, operation, reply, tagged
from ..application import access as people_access
from ..application import accounts, admission, counters, entities, proofs
from ..application.accounts import Registration
from ..application.proofs import CounterCheck
from ..domain import account as domain
from ..projections import representation
from .sign_in import RENEWAL, WECHAT_PROBLEMS, WechatCode


class NewRegistration(Registration, CommandBody):
    """Who the account is; nothing of it counts before it is proven."""


class NewPhone(CommandBody):
    phone: WrittenPhone


class NewAttestation(CommandBody):
    """What an outside service signed: see docs/people.md."""

    attestation: Annotated[str, Field(min_length=10, max_length=8192)]


class Closing(CommandBody):
    reason: Text | None = None


class NewCounterCheck(CounterCheck, CommandBody):
    """What the clerk read from the card that was shown."""


class NewWechatCode(WechatCode, CommandBody):
    """What `wx.login` gave the mini-program."""


def _command(name: str, body: Any, *problems: str) -> OperationSpec:
    return OperationSpec(
        name, "people", "AccountOutcome", body=body, command=True, problems=("ended", *problems)
    )


_OWN = OperationSpec(
    "getOwnAccount", "people", "AccountReply", tagged=True, problems=("not-found",)
)
_OTHER = OperationSpec("getAccount", "people", "AccountReply", tagged=True)
_REGISTER = _command("registerPerson", NewRegistration)
_PHONE = _command("changePhone", NewPhone)
_MATCH = _command("proveByRegistry", CommandBody, "registry-unavailable", "proofs-used-up")
_ATTEST = _command(
    "proveByAttestation", NewAttestation, "attestation-unavailable", "attestation-not-set-up"
)
_WECHAT = _command("bindWechat", NewWechatCode, *WECHAT_PROBLEMS)
_CLOSE = _command("closeOwnAccount", Closing)._replace(closes=True)
_COUNTER = _command("checkAtCounter", NewCounterCheck)
_CLOSE_OTHER = _command("closeAccount", Closing)
_COMPANIES = OperationSpec("listOwnCompanies", "people", "CompanyPage", query=PAGING)


@operation(_OWN)
def own(request: ApiRequest) -> Response:
    """自然人账户: one's own account, with the real-name level that it has proven."""
    return _shown(request, request.actor.account)


@operation(_REGISTER)
def register(request: ApiRequest) -> Response:
    """实名注册: say who the account is; as often as needed, until it is proven."""
    told = request.body(NewRegistration)
    its = Registration.model_validate(told.model_dump(include=set(Registration.model_fields)))
    done = accounts.register(request.platform, request.caller(told), its)
    return _done(request, admission.enter(request.platform, request.actor) or done)


@operation(_PHONE)
def phone(request: ApiRequest) -> Response:
    """变更手机号: another mobile number; it has to be proven anew."""
    told = request.body(NewPhone)
    return _done(request, accounts.change_phone(request.platform, request.caller(told), told.phone))


@operation(_CLOSE)
def close(request: ApiRequest) -> Response:
    """注销账户: end one's own account; its cases go on."""
    told = request.body(Closing)
    return _done(request, accounts.close(request.platform, request.caller(told), told.reason))


@operation(_COMPANIES)
def companies(request: ApiRequest) -> Response:
    """The companies that the caller may act for: as representative or as operator."""
    account = people_access.own_account(request.actor)
    sealed = f"{representation.COMPANIES} {account}"
    rows = paging.rows(request, representation.NAME, representation.COMPANIES, account)

    def shown(row: Row) -> bool:
        return entities.readable(request.platform, request.actor, row["entity"])

    def seen(credit_code: str) -> int:
        return entities.get(request.platform, request.actor, credit_code).version

    listing = Listing(representation.NAME, entities.stream, seen, sealed, rows, shown)
    return reply(paging.page(request, listing))


@operation(_MATCH)
def match(request: ApiRequest) -> Response:
    """人口库比对: level 2, if the population registry has that name with that id."""
    caller = request.caller(request.body(CommandBody))
    return _done(request, proofs.prove_by_registry(request.platform, caller))


@operation(_ATTEST)
def attest(request: ApiRequest) -> Response:
    """核验凭据: level 1 or 3, as an outside service attests (phone, face, bank card)."""
    told = request.body(NewAttestation)
    caller = request.caller(told)
    return _done(request, proofs.prove_by_attestation(request.platform, caller, told.attestation))


@operation(_WECHAT)
def bind(request: ApiRequest) -> Response:
    """绑定微信: from now on that WeChat user signs in to this account."""
    told = request.body(NewWechatCode)
    caller = request.caller(told)
    people_access.own_account(caller.actor)  # before the code is used up
    user = request.platform.wechat.user(told.code)
    digest = wechat.openid_digest(request.platform, user)
    return _done(request, accounts.bind_wechat(request.platform, caller, digest))


@operation(_OTHER)
def other(request: ApiRequest, account: str) -> Response:
    """An account as staff see it, with its numbers masked."""
    return _shown(request, account)


@operation(_COUNTER)
def counter(request: ApiRequest, account: str) -> Response:
    """
    窗口核验: level 4, by a clerk who saw the person and the card, and hands in its scan.

    Where it takes the person from an account that is proven, the first clerk's check `waits` for
    that of a second one, of another person, within seven days.
    """
    told = request.body(NewCounterCheck)
    its = CounterCheck.model_validate(told.model_dump(include=set(CounterCheck.model_fields)))
    done = proofs.check_at_counter(request.platform, request.caller(told), account, its)
    return _done(request, done, account)


@operation(_CLOSE_OTHER)
def close_other(request: ApiRequest, account: str) -> Response:
    """注销账户: by a security administrator."""
    told = request.body(Closing)
    done = accounts.close(request.platform, request.caller(told), told.reason, account)
    return _done(request, done, account)


def _done(
    request: ApiRequest, outcome: Outcome[domain.State], account: str | None = None
) -> Response:
    name = account or request.actor.account
    state = outcome.state
    level = accounts.level(request.platform, name, state)
    says_less = name == request.actor.account and level > request.actor.level
    body = {
        "account": name,
        "state": type(state).__name__.lower(),
        "level": level,
        "waits": isinstance(state, domain.Open) and state.waits,
        "new_token": RENEWAL if says_less else None,
        "version": outcome.version,
        "position": outcome.position,
    }
    return command_reply(body, outcome)


def _shown(request: ApiRequest, account: str) -> Response:
    found = accounts.get(request.platform, request.actor, account)
    state, own = found.state, account == request.actor.account
    its = state.was if isinstance(state, domain.Closed) else state
    body = {
        "account": account,
        "state": type(state).__name__.lower(),
        "level": found.level,
        "person": None if its.person is None else _person(its.person, own=own),
        "phone": its.phone if own or its.phone is None else masked(its.phone),
        "proofs": [
            one.model_dump(mode="json", include={"level", "method", "evidence"})
            for one in its.proofs
        ],
        "wechat": bool(its.openids),
        "counter_checks": counters.history(request.platform, account),
        "version": found.version,
    }
    # The level rests on a claim too, which is no part of this stream.
    return tagged(request, body, found.version, str(found.level))


def _person(person: domain.Person, *, own: bool) -> dict[str, Any]:
    told = person.model_dump(mode="json", include={"name", "id_kind", "id_number"})
    return told if own else {**told, "id_number": masked(person.id_number)}
