"""What a corrupt clerk would do at a counter, and a clerk who is not at one."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Contradiction, Invalid, NotAllowed
from chalicelib.people.application import claims, counters, entities, mandates, proofs
from chalicelib.people.application.accounts import Whom
from chalicelib.people.application.mandates import NewMandate
from chalicelib.people.domain import account
from chalicelib.platform.organisations import UnknownDepartment
from chalicelib.platform.platform import Caller
from tests.organisations.givens import a_department
from tests.organisations.givens import publish as publish_departments

from .people import CLERK, COMPANY, HEAD, LI, WANG, ZHANG, People, naming, people

HALL, CIVIL, OFFICE = "440800-hall", "440800-civil", "440800-office"


def clerk(name: str, department: str = HALL, division: str | None = "440800") -> Actor:
    return Actor(account=name, role=Role.CLERK, department=department, division=division)


CHEN, HUANG = clerk("clerk-chen"), clerk("clerk-huang")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[People]:
    made = people(tmp_path)
    store: Any = made.platform.store
    views: Any = made.platform.views
    with closing(store), closing(views):
        yield made


def published(here: People) -> None:
    hall, office = a_department(HALL, counter=True), a_department(OFFICE)
    publish_departments(here.platform, "440800", hall, office, a_department(CIVIL, counter=True))


# Everything that a clerk does for somebody at a counter


def check(here: People, by: Actor, person: str | None = None) -> Any:
    caller = as_person(here, by, person)
    return proofs.check_at_counter(here.platform, caller, "wang", here.card(WANG, by))


def mandate(here: People, by: Actor, person: str | None = None) -> Any:
    told = NewMandate(
        agent=Whom(account="li"),
        principal=naming(WANG),
        until=here.today,
        document=here.scan("written", by),
    )
    return mandates.grant(here.platform, as_person(here, by, person), told)


def register(here: People, by: Actor, person: str | None = None) -> Any:
    told = entities.NewEntity(credit_code=COMPANY, name="湛江示例建设有限公司")
    return entities.register(here.platform, as_person(here, by, person), told)


def add(here: People, by: Actor, person: str | None = None) -> Any:
    told = entities.NewOperator(account="li")
    return entities.add_operator(here.platform, as_person(here, by, person), COMPANY, told)


def remove(here: People, by: Actor, person: str | None = None) -> Any:
    who = as_person(here, by, person)
    return entities.remove_operator(here.platform, who, COMPANY, "li", None)


def revoke(here: People, by: Actor, person: str | None = None) -> Any:
    (mandate_id,) = here.mandates  # type: ignore[attr-defined]
    return mandates.revoke(here.platform, as_person(here, by, person), mandate_id, None)


def as_person(here: People, by: Actor, person: str | None) -> Caller:
    made = here.caller(by)
    return Caller(made.actor, made.key, made.channel, person=person)


ACTS: tuple[Callable[..., Any], ...] = (check, mandate, register, add, remove, revoke)


@pytest.fixture
def busy(here: People) -> People:
    """Three people, one of whom li acts for; li is the company's operator."""
    for name, told in (("zhang", ZHANG), ("li", LI), ("head", HEAD)):
        here.seen(name, told)
    here.register("wang", WANG)
    here.company()
    here.operator(CLERK, "li")
    vars(here)["mandates"] = [here.grant("zhang", "li")]
    return here


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("by", "why"),
    [
        (clerk("a", OFFICE), "is no counter"),
        (clerk("a", f"{OFFICE}.desk"), "is no counter"),
        (clerk("a", "440800-nobody"), "no department that 440800 has published"),
        (clerk("a", HALL, "440802"), "another division|and not of"),
        (clerk("a", HALL, None), "another division"),
        (clerk("a", HALL, "110100"), "another division|and not of"),
    ],
)
def test_nothing_is_done_but_at_a_counter_of_the_division(busy, act, by, why):
    published(busy)
    with pytest.raises(NotAllowed, match=why):
        act(busy, by)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("by", [CHEN, clerk("a", f"{HALL}.window-3"), clerk("a", CIVIL)])
def test_at_a_counter_it_is_done(busy, act, by):
    published(busy)
    act(busy, by)


@pytest.mark.parametrize("act", ACTS)
def test_until_the_registry_is_published_clerks_are_taken_as_they_come(busy, act):
    act(busy, clerk("far", "110100-anything", "110100"))


def test_a_clerk_of_a_department_that_is_no_more_is_no_clerk(busy):
    ended = a_department(HALL, counter=True, valid_until="2026-01-31")
    publish_departments(busy.platform, "440800", ended)
    with pytest.raises(UnknownDepartment, match="not valid on 2026-03-02"):
        check(busy, CHEN)


# Never oneself, nor whom one acts for


def test_nobody_checks_their_own_account(here):
    here.register("clerk-chen", WANG)
    with pytest.raises(NotAllowed, match="for themselves"):
        here.counter("clerk-chen", WANG, by=CHEN)
    assert here.level("clerk-chen") == 0


def test_nor_another_account_as_oneself_whichever_way_it_is_known_who_they_are(here):
    here.register("other", WANG)
    here.register("third", ZHANG)
    told = as_person(here, CHEN, here.reference(WANG))
    with pytest.raises(NotAllowed, match="for themselves"):
        proofs.check_at_counter(here.platform, told, "other", here.card(WANG, CHEN))
    # Proven here, in the same account, by a face.
    here.register("clerk-chen", WANG)
    here.attest("clerk-chen", WANG)
    with pytest.raises(NotAllowed, match="for themselves"):
        here.counter("other", WANG, by=CHEN)
    here.counter("third", ZHANG, by=CHEN)


def test_nor_the_account_that_one_has_as_a_citizen(here):
    here.seen("wang", WANG)
    told = as_person(here, CHEN, here.reference(WANG))
    with pytest.raises(NotAllowed, match="for themselves"):
        proofs.check_at_counter(here.platform, told, "wang", here.card(LI, CHEN))


@pytest.mark.parametrize("revoked", [False, True])
def test_nor_a_person_that_one_acts_or_acted_for(busy, revoked):
    """li, who has zhang's mandate, works at the counter."""
    mandate_id = vars(busy)["mandates"][0]
    if revoked:
        mandates.revoke(busy.platform, busy.caller("zhang"), mandate_id, None)
    caught_up(busy)
    busy.register("new", ZHANG)
    for by, person in ((clerk("li"), None), (CHEN, busy.reference(LI))):
        with pytest.raises(NotAllowed, match="you act for this person"):
            proofs.check_at_counter(
                busy.platform, as_person(busy, by, person), "new", busy.card(ZHANG, by)
            )


def test_a_clerk_becomes_nobodys_agent_and_no_companys_operator(busy):
    li = clerk("li")
    with pytest.raises(NotAllowed, match="for themselves"):
        mandate(busy, li)
    with pytest.raises(NotAllowed, match="for themselves"):
        mandate(busy, CHEN, busy.reference(WANG))
    with pytest.raises(NotAllowed, match="act for this company"):
        add(busy, li)
    with pytest.raises(NotAllowed, match=r"for themselves|act for this company"):
        add(busy, CHEN, busy.reference(LI))
    with pytest.raises(NotAllowed, match=r"for themselves|act for this company"):
        remove(busy, li)


def test_a_clerk_appoints_nobody_in_a_company_of_their_own(busy):
    whom = entities.NewOperator(account="zhang")
    for by, person in ((clerk("li"), None), (CHEN, busy.reference(HEAD))):
        with pytest.raises(NotAllowed, match=r"act for this company|for themselves"):
            entities.add_operator(busy.platform, as_person(busy, by, person), COMPANY, whom)
    with pytest.raises(NotAllowed, match="for themselves"):
        register(busy, CHEN, busy.reference(HEAD))


# The scan


def test_the_scan_is_one_that_this_clerk_handed_in(here):
    here.register("wang", WANG)
    theirs = here.card(WANG, HUANG)
    with pytest.raises(Invalid, match="document"):
        proofs.check_at_counter(here.platform, here.caller(CHEN), "wang", theirs)
    nothing = theirs.model_copy(update={"document": "0" * 64})
    with pytest.raises(Invalid, match="document"):
        proofs.check_at_counter(here.platform, here.caller(CHEN), "wang", nothing)
    here.counter("wang", WANG, by=CHEN)
    state = claims.account_state(here.platform, "wang")
    assert isinstance(state, account.Open)
    assert state.proofs[-1].document == here.card(WANG, CHEN).document


# Two clerks


def proven(here: People) -> None:
    """zhang has shown a face; somebody else comes to the counter as zhang."""
    here.register("zhang", ZHANG)
    here.attest("zhang", ZHANG)
    here.register("other", ZHANG)


def test_a_person_is_taken_from_a_proven_account_by_two_clerks_alone(here):
    proven(here)
    first = here.counter("other", ZHANG, by=CHEN)
    assert first.state.waits
    assert (here.level("zhang"), here.level("other")) == (3, 0)
    again = here.counter("other", ZHANG, by=CHEN)
    assert again.version == first.version
    assert here.level("zhang") == 3
    second = here.counter("other", ZHANG, by=HUANG)
    assert not second.state.waits
    assert (here.level("zhang"), here.level("other")) == (0, 4)


def test_the_two_are_two_people_and_not_two_accounts(here):
    proven(here)
    for name in ("one", "two"):
        by, chen = clerk(name), here.reference(LI)
        done = proofs.check_at_counter(
            here.platform, as_person(here, by, chen), "other", here.card(ZHANG, by)
        )
        assert isinstance(done.state, account.Open)
        assert done.state.waits
    assert here.level("zhang") == 3


def test_the_second_sees_the_same_person_within_a_week(here):
    proven(here)
    here.counter("other", ZHANG, by=CHEN)
    assert here.counter("other", LI, by=HUANG).state.proof(account.Method.COUNTER)
    here.register("third", ZHANG)
    here.counter("third", ZHANG, by=CHEN)
    here.later(account.ASKED_DAYS + 1)
    assert here.counter("third", ZHANG, by=HUANG).state.waits
    assert here.level("zhang") == 3
    here.counter("third", ZHANG, by=CHEN)
    assert (here.level("zhang"), here.level("third")) == (0, 4)


def test_who_an_account_was_proven_to_be_is_changed_by_two_as_well(here):
    here.seen("zhang", ZHANG)
    assert here.counter("zhang", LI, by=CHEN).state.waits
    assert here.holder(ZHANG) == "zhang"
    assert not here.counter("zhang", LI, by=HUANG).state.waits
    assert (here.holder(LI), here.level("zhang")) == ("zhang", 4)


def test_what_only_knew_a_name_and_an_id_gives_way_to_one(here):
    here.register("thief", ZHANG)
    proofs.prove_by_registry(here.platform, here.caller("thief"))
    here.register("zhang", ZHANG)
    assert not here.counter("zhang", ZHANG, by=CHEN).state.waits
    assert here.level("zhang") == 4


def test_whom_another_counter_saw_is_taken_by_nobody(here):
    here.seen("zhang", ZHANG)
    here.register("other", ZHANG)
    for by in (CHEN, HUANG):
        with pytest.raises(Contradiction):
            here.counter("other", ZHANG, by=by)


def test_the_same_key_answers_as_at_first(here):
    proven(here)
    first = here.counter("other", ZHANG, "one-key-and-no-more", by=CHEN)
    here.counter("other", ZHANG, by=HUANG)
    again = here.counter("other", ZHANG, "one-key-and-no-more", by=CHEN)
    assert (again.version, again.state.waits, again.repeated) == (first.version, True, True)


# What is seen of it


def test_the_person_finds_each_of_them_in_the_account(here):
    proven(here)
    assert counters.last_check(here.platform, "other") is None
    here.counter("other", ZHANG, by=CHEN)
    here.later(1)
    here.counter("other", ZHANG, by=HUANG)
    told = counters.history(here.platform, "other")
    assert [(one["what"], one["department"]) for one in told] == [
        ("checked", HALL),
        ("asked", HALL),
    ]
    assert told[0]["shown"] == f"{HALL}: 居民身份证原件"
    assert counters.last_check(here.platform, "other") == told[0]["at"]
    assert [one["what"] for one in counters.history(here.platform, "zhang")] == ["lost"]


def caught_up(here: People) -> None:
    from chalicelib import bootstrap
    from chalicelib.eventlog.consumers import catch_up
    from chalicelib.eventlog.feed import Feed

    for one in bootstrap.consumers(here.platform):
        if one.name in {"powers", "counter_checks"}:
            catch_up(one, Feed(here.platform.source), here.platform.views)


def test_supervision_finds_each_of_them_by_division(here):
    proven(here)
    here.counter("other", ZHANG, by=CHEN)
    here.counter("other", ZHANG, by=HUANG)
    here.register("far", LI)
    here.counter("far", LI, by=clerk("clerk-far", "440802-hall", None))
    caught_up(here)

    def listed(division: str) -> list[tuple[str, str]]:
        rows = here.platform.views.page("counter_checks", "checks", division).rows
        assert not any(ZHANG.name in str(one) for one in rows)
        return [(one["clerk"], one["what"]) for one in rows]

    city = [("clerk-chen", "asked"), ("clerk-huang", "checked")]
    assert sorted(listed("440800")) == sorted([*city, ("clerk-far", "checked")])
    assert listed("440802") == [("clerk-far", "checked")]
    assert sorted(listed("000000")) == sorted(listed("440800")) == sorted(listed("440000"))
    assert listed("110100") == []
