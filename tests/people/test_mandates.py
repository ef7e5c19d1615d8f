"""Mandates: granted, acted on, revoked, over."""

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.cases.application.acting import acting, doing
from chalicelib.cases.domain import commands as c
from chalicelib.codes.divisions import COUNTRY
from chalicelib.codes.ids import check_character
from chalicelib.codes.parties import Agent, Applicant, IdKind
from chalicelib.documents.application import documents
from chalicelib.eventlog.transact import transact
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.kernel.errors import Invalid, NotAllowed, NotFound
from chalicelib.people.application import accounts, mandates, powers
from chalicelib.people.application.accounts import Naming
from chalicelib.people.application.mandates import NewMandate
from chalicelib.people.domain import mandate
from chalicelib.people.domain.mandate import Action
from chalicelib.serving.illustration import pdf

from .people import CLERK, ITEM, LI, OTHER_ITEM, WANG, ZHANG, People, naming, people


@pytest.fixture
def here(tmp_path: Path) -> People:
    made = people(tmp_path)
    made.faced("zhang", ZHANG)
    made.faced("li", LI)
    return made


def born(year: int, month: int, day: int) -> str:
    """The number of somebody who was born on that day."""
    body = f"440802{date(year, month, day):%Y%m%d}001"
    return body + check_character(body)


def written(here: People, by: Actor = CLERK) -> str:
    """The SHA-256 of a paper that somebody handed in."""
    content = pdf(f"授权委托书 {by.account}")
    documents.put(here.platform, by, content, "application/pdf", None)
    return sha256(content).hexdigest()


def test_the_agent_acts_with_both_identities(here: People) -> None:
    mandate_id = here.grant("zhang", "li")
    actor = here.acts("li", mandate_id)
    assert (actor.account, actor.on_behalf_of, actor.mandate) == ("li", "zhang", mandate_id)


def test_the_same_request_again_is_the_same_mandate(here: People) -> None:
    first = here.grant("zhang", "li", key="one-key-1")
    accounts.close(here.platform, here.caller("li"), None)
    assert here.grant("zhang", "li", key="one-key-1") == first
    with pytest.raises(Invalid):
        here.grant("zhang", "li")


def test_what_it_does_not_give(here: People) -> None:
    mandate_id = here.grant("zhang", "li", items=(ITEM,), actions=(Action.SUBMIT,))
    here.faced("wang", WANG)
    for said, what in (
        ("another agent", {"agent": "wang"}),
        ("other items", {"item": OTHER_ITEM}),
        ("somebody else", {"applicant": WANG}),
        ("withdraw", {"action": Action.WITHDRAW}),
    ):
        with pytest.raises(NotAllowed, match=said):
            here.acts(**{"agent": "li", "mandate_id": mandate_id, **what})  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="no such mandate"):
        here.acts("li", "m-unknown")


def test_it_ends_with_its_last_day_and_with_its_revocation(here: People) -> None:
    mandate_id = here.grant("zhang", "li", until=here.today + timedelta(days=5))
    other = here.grant("zhang", "li")
    here.later(5)
    assert here.acts("li", mandate_id)
    here.later(1)
    with pytest.raises(NotAllowed, match="ended on"):
        here.acts("li", mandate_id)
    mandates.revoke(here.platform, here.caller("zhang"), other, "不再需要")
    mandates.revoke(here.platform, here.caller("zhang"), other, "再说一遍")
    with pytest.raises(NotAllowed, match="revoked"):
        here.acts("li", other)


def test_who_acts_as_a_company_or_as_a_citizen_does_not_act_on_it(here: People) -> None:
    mandate_id = here.grant("zhang", "li")
    company = Actor(account="li", role=Role.AGENT, entity="91440800MA0EXAMP1A")
    who = Applicant(name=ZHANG.name, id_number=ZHANG.id_number)
    for actor in (company, accounts.citizen("li")):
        with pytest.raises(NotAllowed, match="token as agent"):
            mandates.acting(here.platform, actor, mandate_id, who, ITEM, here.today)


# At the window


def test_a_clerk_records_a_written_one_even_of_who_has_no_account(here: People) -> None:
    document = written(here)
    told = naming(WANG)
    mandate_id = here.grant(CLERK, "li", principal=told, document=document)
    actor = here.acts("li", mandate_id, applicant=WANG)
    assert actor.on_behalf_of == f"person:{here.reference(WANG)}"


def test_without_the_paper_a_clerk_records_none(here: People) -> None:
    for terms in (
        {"principal": naming(WANG)},
        {"document": written(here)},
        {"principal": naming(WANG), "document": "0" * 64},
        {"principal": naming(WANG), "document": written(here, accounts.citizen("li"))},
    ):
        with pytest.raises(Invalid):
            here.grant(CLERK, "li", **terms)


def test_nobody_grants_for_somebody_else(here: People) -> None:
    for terms in ({"principal": naming(WANG)}, {"document": written(here)}):
        with pytest.raises(Invalid, match="your own mandate"):
            here.grant("zhang", "li", **terms)
    with pytest.raises(NotAllowed, match="as such"):
        here.grant(Actor(account="zhang", role=Role.AGENT), "li")
    with pytest.raises(NotAllowed):
        here.grant(Actor(account="z", role=Role.AUDITOR), "li")


def test_principal_and_agent_are_both_proven(here: People) -> None:
    here.matched("wang", WANG)
    with pytest.raises(NotAllowed, match="level 3"):
        here.grant("wang", "li")
    with pytest.raises(Invalid, match="level 3"):
        here.grant("zhang", "wang")


# Later commands


class Accepted:
    """As far as `acting` looks at a case."""

    def __init__(self, agent: Agent | None) -> None:
        applicant = type("Applicant", (), {"entity": None})
        item = type("Item", (), {"code": ITEM})
        self.application = SimpleNamespace(agent=agent, item=item, applicant=applicant)


def still(here: People, actor: Actor, agent: Agent | None, command: Any = None) -> Actor:
    state: Any = Accepted(agent)
    return acting(here.platform, actor, state, command)


def command(here: People, kind: type[Any], **fields: Any) -> Any:
    about = {"at": here.clock[0], "by": CLERK, "channel": Channel.WEB}
    return kind(**about, **fields)


def test_every_later_command_of_the_agent_asks_the_mandate(here: People) -> None:
    mandate_id = here.grant("zhang", "li", actions=(Action.SUBMIT, Action.WITHDRAW))
    who, agent = Actor(account="li", role=Role.AGENT), Agent(account="li", mandate_id=mandate_id)
    withdraw = command(here, c.Withdraw, reason="不再需要")
    assert still(here, who, agent, withdraw).on_behalf_of == "zhang"
    assert still(here, who, agent).mandate == mandate_id
    with pytest.raises(NotAllowed, match="rate"):
        doing(here.platform, who, Accepted(agent), Action.RATE)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="right to this"):
        still(here, who, agent, command(here, c.Receive))
    mandates.revoke(here.platform, here.caller("zhang"), mandate_id, None)
    for one in (withdraw, None):
        with pytest.raises(NotAllowed, match="revoked"):
            still(here, who, agent, one)


def test_whoever_else_acts_on_the_case_is_asked_for_no_mandate(here: People) -> None:
    mandate_id = here.grant("zhang", "li")
    agent = Agent(account="li", mandate_id=mandate_id)
    for actor in (accounts.citizen("zhang"), CLERK, Actor(account="x", role=Role.AGENT)):
        assert still(here, actor, agent) is actor
    who = Actor(account="li", role=Role.AGENT)
    for none in (None, Agent(account="li"), Agent(account="li", mandate="书面授权")):
        assert still(here, who, none) is who


# Reading and revoking


def test_who_sees_and_who_revokes_it(here: People) -> None:
    mandate_id = here.grant("zhang", "li")
    here.faced("wang", WANG)
    auditor = Actor(account="z", role=Role.AUDITOR, division=COUNTRY)
    for actor in (accounts.citizen("zhang"), accounts.citizen("li"), CLERK, auditor):
        assert mandates.get(here.platform, actor, mandate_id).mandate_id == mandate_id
    for actor in (accounts.citizen("wang"), Actor(account="s", role=Role.SUPERVISOR)):
        with pytest.raises(NotFound):
            mandates.get(here.platform, actor, mandate_id)
        with pytest.raises(NotFound):
            mandates.revoke(here.platform, here.caller(actor), mandate_id, None)
    with pytest.raises(NotAllowed):
        mandates.revoke(here.platform, here.caller(auditor), mandate_id, None)
    mandates.revoke(here.platform, here.caller("li"), mandate_id, "交回")


def test_the_default_gives_no_rating() -> None:
    told = NewMandate.model_validate({"agent": {"account": "li"}, "until": "2026-12-31"})
    assert Action.RATE not in told.actions


# What older releases took


def test_a_mandate_of_who_only_knew_a_name_and_an_id_is_good_once_that_account_is_the_person(
    here: People,
) -> None:
    here.matched("wang", WANG)
    principal = mandate.Principal(reference=here.reference(WANG), account="wang", name=WANG.name)
    agent = mandate.Agent(reference=here.reference(LI), account="li", name=LI.name)
    terms = mandate.MandateGranted(
        principal=principal,
        agent=agent,
        actions=(Action.SUBMIT,),
        since=here.today,
        until=here.today,
    )
    caller = here.caller("wang")
    command = mandate.GrantMandate(**caller.about(here.clock[0]), terms=terms, on=here.today)
    request = caller.request(here.clock[0], "GrantMandate", {})
    stream, decider = powers.stream("old"), powers.decider(here.platform)
    transact(
        here.platform.store, decider, stream, request, lambda now: mandate.decide(command, now)
    )
    with pytest.raises(NotAllowed, match="has not shown in person"):
        here.acts("li", "old", WANG)
    here.counter("wang", WANG)
    assert here.acts("li", "old", WANG).on_behalf_of == "wang"


def test_a_ward_who_has_grown_up_sees_and_revokes_what_was_recorded(here: People) -> None:
    until = here.today + timedelta(days=2 * 365)
    recorded = here.grant(
        CLERK, "li", principal=naming(WANG), document=written(here), ground="by_law", until=until
    )
    assert here.acts("li", recorded, WANG).mandate == recorded
    for stranger in ("zhang", "wang"):
        with pytest.raises(NotFound):
            mandates.get(here.platform, accounts.citizen(stranger), recorded)
    here.seen("wang", WANG)
    assert mandates.get(here.platform, accounts.citizen("wang"), recorded).mandate_id == recorded
    mandates.revoke(here.platform, here.caller("wang"), recorded, "已成年")
    with pytest.raises(NotAllowed, match="revoked"):
        here.acts("li", recorded, WANG)


@pytest.mark.parametrize(
    ("number", "last", "too_late"),
    [
        (born(2010, 5, 5), date(2028, 5, 5), date(2028, 5, 6)),
        (born(2024, 2, 29), date(2042, 2, 28), date(2042, 3, 1)),
        (born(2026, 3, 1), date(2044, 3, 1), date(2044, 3, 2)),
    ],
)
def test_a_guardian_is_recorded_until_the_child_is_of_age(
    here: People, number: str, last: date, too_late: date
) -> None:
    ward = Naming(name="王小小", id_number=number)
    terms: dict[str, Any] = {"principal": ward, "document": written(here), "ground": "by_law"}
    with pytest.raises(Invalid, match="eighteenth birthday"):
        here.grant(CLERK, "li", **terms, until=too_late)
    assert here.grant(CLERK, "li", **terms, until=last)


@pytest.mark.parametrize(
    "ward",
    [
        Naming(name="王五", id_number=WANG.id_number),
        Naming(name="WARD", id_kind=IdKind.PASSPORT, id_number="E12345678"),
    ],
)
def test_of_an_adult_and_where_no_birthday_is_known_a_guardian_is_looked_at_every_three_years(
    here: People, ward: Naming
) -> None:
    terms: dict[str, Any] = {"principal": ward, "document": written(here), "ground": "by_law"}
    longest = here.today + mandate.LONGEST
    with pytest.raises(Invalid, match="three years"):
        here.grant(CLERK, "li", **terms, until=longest + timedelta(days=1))
    assert here.grant(CLERK, "li", **terms, until=longest)
