"""Companies: who registers them, who acts for them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.codes.codes import ApplicantKind
from chalicelib.codes.parties import EntityStatus, Registered
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid, NotAllowed, NotFound
from chalicelib.people.application import accounts, entities
from chalicelib.people.application.entities import NewEntity
from chalicelib.people.domain import entity
from chalicelib.people.domain.account import Ended
from chalicelib.platform.registry import NoRegistry, RegistryUnavailable

from .people import (
    CLERK,
    CLOSED_COMPANY,
    COMPANY,
    COMPANY_NAME,
    HEAD,
    ITEM,
    LI,
    OTHER_ITEM,
    WANG,
    ZHANG,
    People,
    people,
)


@pytest.fixture
def here(tmp_path: Path) -> People:
    made = people(tmp_path)
    made.faced("li", LI)
    made.faced("wang", WANG)
    return made


class Saying:
    """A registry that says one thing about every company."""

    def __init__(self, said: Registered | None) -> None:
        self.said = said

    def company(self, _: str) -> Registered | None:
        return self.said

    def match(self, *_: Any) -> Any:
        raise RegistryUnavailable


def says(here: People, **changes: Any) -> People:
    said = here.platform.registry.company(COMPANY)
    assert said is not None
    registry = Saying(said.model_copy(update=changes))
    return People(replace(here.platform, registry=registry), here.clock, here.attested, here.number)


def agent(account: str) -> Actor:
    return Actor(account=account, role=Role.AGENT, entity=COMPANY, level=3)


def hat(here: People, account: str) -> Actor:
    return entities.hat(here.platform, account, COMPANY, here.today)


def test_its_legal_representative_registers_it_after_showing_a_face(here: People) -> None:
    here.matched("head", HEAD)
    with pytest.raises(NotAllowed, match="level 3"):
        here.company("head")
    here.attest("head", HEAD)
    here.company("head")
    assert hat(here, "head").entity == COMPANY


def test_nobody_else_registers_it_but_a_clerk(here: People) -> None:
    here.seen("zhang", ZHANG)
    with pytest.raises(NotAllowed, match="another legal representative"):
        here.company("zhang")
    with pytest.raises(NotAllowed):
        here.company(Actor(account="a", role=Role.AUDITOR))
    here.company(CLERK)
    here.company(CLERK)
    types = [one.stream for one in here.platform.log.read(0, 100) if "entity" in one.stream]
    assert len(types) == 1


def test_what_the_registry_does_not_bear_out_is_not_registered(here: People) -> None:
    def register(**changes: Any) -> None:
        told = {"credit_code": COMPANY, "name": COMPANY_NAME, **changes}
        entities.register(here.platform, here.caller(CLERK), NewEntity(**told))

    with pytest.raises(Invalid, match="another name"):
        register(name="湛江示例公司")
    with pytest.raises(Invalid, match="as company"):
        register(kind=ApplicantKind.OTHER)
    with pytest.raises(Invalid, match="check character"):
        register(credit_code="91440800MA0EXAMP1B")
    with pytest.raises(Invalid, match="no entity"):
        register(credit_code="11440100007482575H")
    with pytest.raises(Ended, match="cancelled"):
        register(credit_code=CLOSED_COMPANY, name="湛江示例旧货商行", kind=ApplicantKind.OTHER)


def test_a_registry_that_cannot_be_asked_is_told(here: People) -> None:
    deaf = replace(here.platform, registry=NoRegistry())
    with pytest.raises(RegistryUnavailable):
        entities.register(
            deaf, here.caller(CLERK), NewEntity(credit_code=COMPANY, name=COMPANY_NAME)
        )


# Operators


def test_an_operator_gets_the_hat_and_loses_it(here: People) -> None:
    here.company()
    with pytest.raises(NotAllowed, match="do not act for"):
        hat(here, "li")
    here.operator(CLERK, "li")
    assert hat(here, "li") == agent("li")
    entities.remove_operator(here.platform, here.caller(CLERK), COMPANY, "li", "离职")
    with pytest.raises(NotAllowed):
        hat(here, "li")
    with pytest.raises(NotAllowed, match="any more"):
        entities.acting(here.platform, agent("li"), ITEM, here.today)


def test_after_the_last_day_the_hat_is_gone_without_any_event(here: People) -> None:
    here.company()
    here.operator(CLERK, "li", until=here.today + timedelta(days=10))
    here.later(10)
    assert hat(here, "li")
    here.later(1)
    with pytest.raises(NotAllowed, match="until"):
        hat(here, "li")
    with pytest.raises(NotAllowed, match="until"):
        entities.acting(here.platform, agent("li"), ITEM, here.today)


def test_an_operator_acts_in_its_items_only(here: People) -> None:
    here.company()
    here.operator(CLERK, "li", items=(ITEM,))
    entities.acting(here.platform, agent("li"), ITEM, here.today)
    with pytest.raises(NotAllowed, match="other items"):
        entities.acting(here.platform, agent("li"), OTHER_ITEM, here.today)


def test_of_a_company_that_nobody_registered_the_token_alone_is_believed(here: People) -> None:
    entities.acting(here.platform, agent("agent-li"), ITEM, here.today)
    here.company()
    with pytest.raises(NotAllowed, match="you do not act for this entity"):
        entities.acting(here.platform, agent("agent-li"), ITEM, here.today)


def test_who_adds_operators(here: People) -> None:
    here.seen("head", HEAD)
    here.company()
    here.operator("head", "li", appoints=True)
    here.operator("li", "wang")
    here.seen("zhang", ZHANG)
    with pytest.raises(NotAllowed):
        here.operator("wang", "zhang")
    with pytest.raises(NotAllowed, match="lets an operator add"):
        here.operator("li", "zhang", appoints=True)
    with pytest.raises(NotFound):  # a stranger is not even told that it is there
        here.operator("zhang", "zhang")


def test_an_operator_may_leave_and_not_remove_who_appointed_it(here: People) -> None:
    here.seen("head", HEAD)
    here.company()
    here.operator("head", "li", appoints=True)
    here.operator("head", "wang")
    with pytest.raises(NotAllowed):
        entities.remove_operator(here.platform, here.caller("wang"), COMPANY, "li", None)
    entities.remove_operator(here.platform, here.caller("wang"), COMPANY, "wang", None)
    with pytest.raises(NotAllowed):
        hat(here, "wang")


def test_an_operator_is_somebody_who_is_proven(here: People) -> None:
    here.company()
    here.matched("zhang", ZHANG)
    with pytest.raises(Invalid, match="level 3"):
        here.operator(CLERK, "zhang")


# What the registry says later


def test_a_new_representative_is_found_and_the_old_one_acts_no_more(here: People) -> None:
    here.seen("head", HEAD)
    here.seen("zhang", ZHANG)
    here.company()
    assert hat(here, "head")
    changed = says(here, representative=here.reference(ZHANG))
    entities.refresh(changed.platform, changed.caller(CLERK), COMPANY)
    assert hat(here, "zhang")
    with pytest.raises(NotAllowed):
        hat(here, "head")


def test_a_representative_who_proves_it_later_acts_without_any_event_of_the_company(
    here: People,
) -> None:
    here.company()
    here.seen("head", HEAD)
    assert hat(here, "head")


def test_for_a_company_that_is_no_more_nobody_acts(here: People) -> None:
    here.company()
    here.operator(CLERK, "li")
    gone = says(here, status=EntityStatus.CANCELLED)
    entities.refresh(gone.platform, gone.caller(CLERK), COMPANY)
    with pytest.raises(NotAllowed, match="cancelled"):
        hat(here, "li")
    with pytest.raises(NotAllowed, match="cancelled"):
        entities.acting(here.platform, agent("li"), ITEM, here.today)
    revoked = says(here, status=EntityStatus.REVOKED)
    entities.refresh(revoked.platform, revoked.caller(CLERK), COMPANY)
    assert hat(here, "li")


def test_who_may_read_it(here: People) -> None:
    here.seen("head", HEAD)
    here.company()
    here.operator(CLERK, "li")
    for actor in (CLERK, agent("li"), accounts.citizen("head"), accounts.citizen("li")):
        state = entities.get(here.platform, actor, COMPANY).state
        assert isinstance(state, entity.Entity)
    for actor in (agent("x"), accounts.citizen("wang"), Actor(account="s", role=Role.SUPERVISOR)):
        with pytest.raises(NotFound):
            entities.get(here.platform, actor, COMPANY)
    with pytest.raises(NotFound):
        entities.get(here.platform, CLERK, "91440800MA0EXAMP2D")
