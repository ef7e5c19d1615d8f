"""/account: one's own; /accounts: what a clerk or an administrator does with somebody else's."""

from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field

from ...codes.ids import masked
from ...eventlog.transact import Outcome
from ...kernel.base import Text
from ...platform import wechat
from ...web import paging
from ...web.bodies import Told
from ...web.operation import PAGING, Doc
from ...web.paging import Listing
from ...web.request import Ask
from ...web.route import command_reply, operation, reply, tagged
from ..application import access as people_access
from ..application import accounts, entities, proofs
from ..application.accounts import Registration
from ..application.proofs import CounterCheck
from ..domain import account as domain
from ..projections import powers
from .sign_in import WECHAT_PROBLEMS, WechatCode


class NewRegistration(Registration, Told):
    """Who the account is; nothing of it counts before it is proven."""


class NewPhone(Told):
    phone: Annotated[str, Field(min_length=11, max_length=20)]


class NewAttestation(Told):
    """What an outside service signed: see docs/people.md."""

    attestation: Annotated[str, Field(min_length=10, max_length=8192)]


class Closing(Told):
    reason: Text | None = None


class NewCounterCheck(CounterCheck, Told):
    """What the clerk read from the card that was shown."""


class NewWechatCode(WechatCode, Told):
    """What `wx.login` gave the mini-program."""


def _command(name: str, body: Any, *problems: str) -> Doc:
    return Doc(
        name, "people", "AccountOutcome", body=body, command=True, problems=("ended", *problems)
    )


_OWN = Doc("getOwnAccount", "people", "AccountReply", tagged=True, problems=("not-found",))
_OTHER = Doc("getAccount", "people", "AccountReply", tagged=True)
_REGISTER = _command("registerPerson", NewRegistration)
_PHONE = _command("changePhone", NewPhone)
_MATCH = _command("proveByRegistry", Told, "registry-unavailable")
_ATTEST = _command("proveByAttestation", NewAttestation, "attestation-unavailable")
_WECHAT = _command("bindWechat", NewWechatCode, *WECHAT_PROBLEMS)
_CLOSE = _command("closeOwnAccount", Closing)
_COUNTER = _command("checkAtCounter", NewCounterCheck)
_CLOSE_OTHER = _command("closeAccount", Closing)
_COMPANIES = Doc("listOwnCompanies", "people", "CompanyPage", query=PAGING)


@operation(_OWN)
def own(ask: Ask) -> Response:
    """自然人账户: one's own account, with the real-name level that it has proven."""
    return _shown(ask, ask.actor.account)


@operation(_REGISTER)
def register(ask: Ask) -> Response:
    """实名注册: say who the account is; as often as needed, until it is proven."""
    told = ask.body(NewRegistration)
    its = Registration.model_validate(told.model_dump(include=set(Registration.model_fields)))
    return _done(ask, accounts.register(ask.platform, ask.caller(told), its))


@operation(_PHONE)
def phone(ask: Ask) -> Response:
    """变更手机号: another mobile number; it has to be proven anew."""
    told = ask.body(NewPhone)
    return _done(ask, accounts.change_phone(ask.platform, ask.caller(told), told.phone))


@operation(_CLOSE)
def close(ask: Ask) -> Response:
    """注销账户: end one's own account; its cases go on."""
    told = ask.body(Closing)
    return _done(ask, accounts.close(ask.platform, ask.caller(told), told.reason))


@operation(_COMPANIES)
def companies(ask: Ask) -> Response:
    """The companies that the caller may act for: as representative or as operator."""
    account = people_access.own_account(ask.actor)
    sealed = f"{powers.COMPANIES} {account}"
    rows = paging.rows(ask, powers.NAME, powers.COMPANIES, account)
    return reply(paging.page(ask, Listing(powers.NAME, entities.stream, sealed, rows)))


@operation(_MATCH)
def match(ask: Ask) -> Response:
    """人口库比对: level 2, if the population registry has that name with that id."""
    caller = ask.caller(ask.body(Told))
    return _done(ask, proofs.prove_by_registry(ask.platform, caller))


@operation(_ATTEST)
def attest(ask: Ask) -> Response:
    """核验凭据: level 1 or 3, as an outside service attests (phone, face, bank card)."""
    told = ask.body(NewAttestation)
    caller = ask.caller(told)
    return _done(ask, proofs.prove_by_attestation(ask.platform, caller, told.attestation))


@operation(_WECHAT)
def bind(ask: Ask) -> Response:
    """绑定微信: from now on that WeChat user signs in to this account."""
    told = ask.body(NewWechatCode)
    caller = ask.caller(told)
    people_access.own_account(caller.actor)  # before the code is used up
    user = ask.platform.wechat.user(told.code)
    digest = wechat.openid_digest(ask.platform, user)
    return _done(ask, accounts.bind_wechat(ask.platform, caller, digest))


@operation(_OTHER)
def other(ask: Ask, account: str) -> Response:
    """An account as staff see it, with its numbers masked."""
    return _shown(ask, account)


@operation(_COUNTER)
def counter(ask: Ask, account: str) -> Response:
    """窗口核验: level 4, by a clerk who saw the person and the card."""
    told = ask.body(NewCounterCheck)
    its = CounterCheck.model_validate(told.model_dump(include=set(CounterCheck.model_fields)))
    done = proofs.check_at_counter(ask.platform, ask.caller(told), account, its)
    return _done(ask, done, account)


@operation(_CLOSE_OTHER)
def close_other(ask: Ask, account: str) -> Response:
    """注销账户: by a security administrator."""
    told = ask.body(Closing)
    done = accounts.close(ask.platform, ask.caller(told), told.reason, account)
    return _done(ask, done, account)


def _done(ask: Ask, outcome: Outcome[domain.State], account: str | None = None) -> Response:
    name = account or ask.actor.account
    body = {
        "account": name,
        "state": type(outcome.state).__name__.lower(),
        "level": accounts.level(ask.platform, name, outcome.state),
        "version": outcome.version,
        "position": outcome.position,
    }
    return command_reply(body, outcome)


def _shown(ask: Ask, account: str) -> Response:
    found = accounts.get(ask.platform, ask.actor, account)
    state, own = found.state, account == ask.actor.account
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
        "version": found.version,
    }
    # The level rests on a claim too, which is no part of this stream.
    return tagged(ask, body, found.version, str(found.level))


def _person(person: domain.Person, *, own: bool) -> dict[str, Any]:
    told = person.model_dump(mode="json", include={"name", "id_kind", "id_number"})
    return told if own else {**told, "id_number": masked(person.id_number)}
