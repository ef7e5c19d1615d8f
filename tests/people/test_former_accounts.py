"""
What an account granted, received or was as a person, once it is that person's no more: a thief's
account that a counter took the person from, one that has become somebody else, one that was closed.
"""

from collections.abc import Callable

import pytest

from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed, NotFound, Rejected
from chalicelib.people.application import accounts, claims, entities, mandates, persons, proofs
from chalicelib.people.domain import account, entity
from chalicelib.platform.platform import Caller
from chalicelib.platform.sign_ins import SignIn

from .people import CLERK, COMPANY, HEAD, ITEM, LI, WANG, ZHANG, People
from .test_counters import CHEN, HUANG, as_person, caught_up, clerk, here

__all__ = ["here"]  # a fixture

FORMER, NOW = "former", "now"


# The ways in which `former` is the person no more, and `now` is


def taken(here: People) -> None:
    told = here.registered  # type: ignore[attr-defined]
    here.register(NOW, told)
    here.counter(NOW, told, by=CHEN)
    here.counter(NOW, told, by=HUANG)


def become_another(here: People) -> None:
    taken(here)
    here.register(FORMER, WANG)
    here.attest(FORMER, WANG)


def changed_at_a_counter(here: People) -> None:
    here.counter(FORMER, WANG, by=CHEN)
    here.counter(FORMER, WANG, by=HUANG)
    here.seen(NOW, here.registered)  # type: ignore[attr-defined]


def closed(here: People) -> None:
    accounts.close(here.platform, here.caller(FORMER), None)
    here.seen(NOW, here.registered)  # type: ignore[attr-defined]


LOSSES = (taken, become_another, changed_at_a_counter, closed)
Loss = Callable[[People], None]


def known_as(here: People, told: accounts.Registration) -> None:
    vars(here)["registered"] = told
    here.faced(FORMER, told)


def agent(name: str) -> Actor:
    return Actor(account=name, role=Role.AGENT, entity=COMPANY, level=3)


# Mandates


@pytest.mark.parametrize("lose", LOSSES)
def test_a_mandate_that_it_granted_ends_and_is_the_persons_to_see_and_revoke(
    here: People, lose: Loss
) -> None:
    known_as(here, ZHANG)
    here.faced("li", LI)
    granted = here.grant(FORMER, "li")
    assert here.acts("li", granted).mandate == granted
    lose(here)
    with pytest.raises(NotAllowed, match="not the principal's any more"):
        here.acts("li", granted)
    former, now = accounts.citizen(FORMER), accounts.citizen(NOW)
    with pytest.raises(NotFound):
        mandates.get(here.platform, former, granted)
    with pytest.raises(NotFound):
        mandates.revoke(here.platform, here.caller(FORMER), granted, None)
    assert mandates.get(here.platform, now, granted).mandate_id == granted
    assert mandates.revoke(here.platform, here.caller(NOW), granted, None).version


@pytest.mark.parametrize("lose", LOSSES)
def test_on_a_mandate_that_it_received_the_person_goes_on_and_it_does_not(
    here: People, lose: Loss
) -> None:
    known_as(here, ZHANG)
    here.faced("li", LI)
    received = here.grant("li", FORMER)
    assert here.acts(FORMER, received, LI).mandate == received
    lose(here)
    with pytest.raises(NotAllowed, match="another agent"):
        here.acts(FORMER, received, LI)
    with pytest.raises(NotFound):
        mandates.get(here.platform, accounts.citizen(FORMER), received)
    assert here.acts(NOW, received, LI).account == NOW


@pytest.mark.parametrize("lose", LOSSES)
def test_each_finds_what_is_theirs_in_the_lists_as_a_person(here: People, lose: Loss) -> None:
    known_as(here, ZHANG)
    here.faced("li", LI)
    here.grant(FORMER, "li")
    before = mandates.listed_under(here.platform, accounts.citizen(FORMER), "principal")
    lose(here)
    after = mandates.listed_under(here.platform, accounts.citizen(NOW), "principal")
    assert before == after == f"principal:person:{here.reference(ZHANG)}"
    assert mandates.listed_under(here.platform, accounts.citizen(FORMER), "principal") != before


# Companies


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("lose", LOSSES)
def test_an_account_that_is_anothers_is_no_operator(
    here: People, monkeypatch: pytest.MonkeyPatch, lose: Loss, *, old: bool
) -> None:
    """`old` as an earlier release added it, which did not write down who it was."""
    known_as(here, ZHANG)
    here.company()
    if old:
        monkeypatch.setattr(entity, "_OF_AN_OPERATOR", entity._OF_AN_OPERATOR[:-1])
    here.operator(CLERK, FORMER, appoints=True)
    entities.acting(here.platform, agent(FORMER), ITEM, here.today)
    assert entities.hat(here.platform, FORMER, COMPANY, here.today).entity == COMPANY
    here.later(1)
    lose(here)
    with pytest.raises(NotAllowed, match="no operator of this entity any more"):
        entities.acting(here.platform, agent(FORMER), ITEM, here.today)
    with pytest.raises(NotAllowed, match="no operator of this entity any more"):
        entities.hat(here.platform, FORMER, COMPANY, here.today)
    for who in (agent(FORMER), accounts.citizen(FORMER)):
        with pytest.raises(NotFound):
            entities.get(here.platform, who, COMPANY)
        with pytest.raises(NotFound):
            here.operator(who, "li")


@pytest.mark.parametrize("lose", LOSSES)
def test_a_representatives_account_that_is_anothers_does_nothing_for_the_company(
    here: People, lose: Loss
) -> None:
    known_as(here, HEAD)
    here.company(FORMER)
    entities.acting(here.platform, agent(FORMER), ITEM, here.today)
    lose(here)
    with pytest.raises(NotAllowed, match="do not act for this entity"):
        entities.acting(here.platform, agent(FORMER), ITEM, here.today)
    with pytest.raises(NotAllowed, match="do not act for this entity"):
        entities.belonging(here.platform, agent(FORMER), here.today)
    with pytest.raises(NotFound):
        entities.get(here.platform, agent(FORMER), COMPANY)
    entities.acting(here.platform, agent(NOW), ITEM, here.today)


def test_nor_while_nobody_has_taken_the_claim_of_an_account_that_has_become_another(
    here: People,
) -> None:
    known_as(here, HEAD)
    here.company(FORMER)
    here.counter(FORMER, WANG, by=CHEN)
    here.counter(FORMER, WANG, by=HUANG)
    with pytest.raises(NotAllowed, match="do not act for this entity"):
        entities.acting(here.platform, agent(FORMER), ITEM, here.today)
    state = entities.get(here.platform, CLERK, COMPANY).state
    assert state.representative_account is None


# Taking a person away


@pytest.mark.parametrize("said", [ZHANG, LI, None])
def test_it_takes_two_clerks_whatever_the_other_account_says_that_it_is(
    here: People, said: accounts.Registration | None
) -> None:
    known_as(here, ZHANG)
    if said is None:
        accounts.bound(here.platform, here.caller("mule"), "mule", "d" * 26)
    else:
        here.register("mule", said)
    assert here.counter("mule", ZHANG, by=CHEN).state.waits
    assert (here.level(FORMER), here.level("mule")) == (3, 0)
    assert not here.counter("mule", ZHANG, by=HUANG).state.waits
    assert (here.level(FORMER), here.level("mule")) == (0, 4)


def test_nor_from_whom_the_provider_names_though_the_account_has_not_said_so(here: People) -> None:
    reference = here.reference(ZHANG)
    here.platform.sign_ins.put("subject", SignIn("provided", reference), None)
    proofs.vouched(here.platform, accounts.citizen("provided", 3), reference)
    here.register("mule", LI)
    assert here.counter("mule", ZHANG, by=CHEN).state.waits
    assert here.level("mule") == 0


# At a counter, of oneself


def test_who_closed_the_account_that_acted_for_somebody_serves_them_no_more(here: People) -> None:
    known_as(here, ZHANG)
    here.faced("li", LI)
    here.grant("li", FORMER)
    caught_up(here)
    accounts.close(here.platform, here.caller(FORMER), None)
    caller = as_person(here, CHEN, here.reference(ZHANG))
    with pytest.raises(NotAllowed, match="act for this person"):
        proofs.check_at_counter(here.platform, caller, "li", here.card(LI, CHEN))


@pytest.mark.parametrize("closes", [False, True])
def test_a_clerk_who_was_an_operator_once_appoints_nobody_there(
    here: People, *, closes: bool
) -> None:
    known_as(here, ZHANG)
    here.faced("li", LI)
    here.company()
    here.operator(CLERK, FORMER)
    entities.remove_operator(here.platform, here.caller(CLERK), COMPANY, FORMER, None)
    if closes:
        accounts.close(here.platform, here.caller(FORMER), None)
    caller = as_person(here, CHEN, here.reference(ZHANG))
    told = entities.NewOperator(account="li", appoints=True)
    with pytest.raises(NotAllowed, match="act for this company yourself"):
        entities.add_operator(here.platform, caller, COMPANY, told)
    colleague = as_person(here, HUANG, None)
    assert entities.add_operator(here.platform, colleague, COMPANY, told).version


@pytest.mark.parametrize("of", [ZHANG, LI])
def test_a_clerk_who_is_a_party_revokes_no_mandate_at_the_counter(
    here: People, of: accounts.Registration
) -> None:
    known_as(here, ZHANG)
    here.faced("li", LI)
    granted = here.grant(FORMER, "li")
    with pytest.raises(NotAllowed, match="for themselves"):
        mandates.revoke(here.platform, as_person(here, CHEN, here.reference(of)), granted, None)
    assert mandates.revoke(here.platform, as_person(here, CHEN, None), granted, None).version


def test_a_scan_is_of_one_person(here: People) -> None:
    here.register("zhang", ZHANG)
    here.register("li", LI)
    card = here.card(ZHANG, CHEN)
    for _ in range(2):
        proofs.check_at_counter(here.platform, here.caller(CHEN), "zhang", card)
    again = card.model_copy(update={"name": LI.name, "id_number": LI.id_number})
    with pytest.raises(Rejected, match="handed in for another person"):
        proofs.check_at_counter(here.platform, here.caller(CHEN), "li", again)
    assert here.level("li") == 0


@pytest.mark.parametrize("department", ["hall", "my-hall", "440800"])
def test_a_department_of_no_division_is_no_counter(here: People, department: str) -> None:
    here.register("zhang", ZHANG)
    by = clerk("clerk-chen", department, None)
    with pytest.raises(NotAllowed, match="names no division"):
        here.counter("zhang", ZHANG, by=by)


# Applying


@pytest.mark.parametrize("needed", range(5))
@pytest.mark.parametrize("proven", [0, 2, 3, 4])
def test_the_level_of_a_token_that_names_nobody_counts_as_far_as_the_person_is_proven(
    here: People, needed: int, proven: int
) -> None:
    here.register(FORMER, ZHANG)
    if proven == account.MATCHED:
        proofs.prove_by_registry(here.platform, here.caller(FORMER))
    elif proven == account.Method.FACE.level:
        here.attest(FORMER, ZHANG)
    elif proven:
        here.counter(FORMER, ZHANG)
    assert here.level(FORMER) == proven
    caller = Caller(accounts.citizen(FORMER, 4), "k" * 8)
    holder = f"person:{here.reference(ZHANG)}"
    if needed < account.MATCHED or proven >= needed:
        persons.check_applicant(here.platform, caller, holder, needed)
        return
    why = "asks for real-name level" if proven else "not proven that you are the applicant"
    with pytest.raises(NotAllowed, match=why):
        persons.check_applicant(here.platform, caller, holder, needed)


# Accounts of the release before


def test_an_agent_of_old_who_was_never_more_than_matched_goes_on(here: People) -> None:
    """Earlier releases let an agent be named who knew a name and an id."""
    here.matched("old", ZHANG)
    reference = here.reference(ZHANG)
    assert persons.is_person(here.platform, "old", reference)
    assert not persons.is_person(here.platform, "old", here.reference(LI))
    here.faced("stronger", ZHANG)
    assert not persons.is_person(here.platform, "old", reference)
    assert claims.ever(here.platform, reference) == {"stronger"}
