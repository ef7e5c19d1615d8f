"""Accounts: what is proven, who else claims it, what a death between two writes leaves."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.codes.divisions import COUNTRY
from chalicelib.codes.parties import Applicant, IdKind, Method
from chalicelib.eventlog.codec import events
from chalicelib.eventlog.transact import Outcome
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Contradiction, Invalid, NotAllowed, NotFound
from chalicelib.people.application import accounts, claims, proofs
from chalicelib.people.application.accounts import Registration, Whom
from chalicelib.people.domain import account
from chalicelib.people.domain.account import MATCHED, Ended
from chalicelib.people.domain.claim import Elsewhere
from chalicelib.platform.attester import Attestation, AttestationNotSetUp, no_attester
from chalicelib.platform.registry import NoRegistry, RegistryUnavailable

from .people import CLERK, LI, SECURITY, WANG, ZHANG, People, naming, people

HUANG = CLERK.model_copy(update={"account": "clerk-huang"})


@pytest.fixture
def here(tmp_path: Path) -> People:
    return people(tmp_path)


def told(here: People) -> list[str]:
    return [one.type for one in events(here.platform.codec, here.platform.log.read(0, 10_000))]


def test_who_registers_twice_is_registered_once(here: People) -> None:
    here.register("wx-1", ZHANG)
    here.register("wx-1", ZHANG)
    typed = ZHANG.model_copy(update={"phone": "+86 137-0000-0000"})
    here.register("wx-1", typed)
    assert told(here) == ["PersonRegistered"]


def test_an_id_that_cannot_be_is_refused_and_nothing_is_kept(here: People) -> None:
    with pytest.raises(Invalid, match="last character"):
        here.register("wx-1", Registration(name="张三", id_number="440802195503071233"))
    with pytest.raises(Invalid, match="still to come"):
        here.register("wx-1", Registration(name="张三", id_number="440802209903071230"))
    company = Registration(name="张三", id_kind=IdKind.CREDIT_CODE, id_number="91440800MA0EXAMP1A")
    with pytest.raises(Invalid, match="company"):
        here.register("wx-1", company)
    assert told(here) == []


def test_the_registry_proves_level_2(here: People) -> None:
    here.matched("wx-1", ZHANG)
    assert (here.level("wx-1"), here.holder(ZHANG)) == (2, None)


def test_what_the_registry_does_not_have_proves_nothing_and_tells_nothing(here: People) -> None:
    wrong = ZHANG.model_copy(update={"name": "张四"})
    unknown = ZHANG.model_copy(update={"id_number": "11010519491231002X"})
    said = set()
    for account_, it in (("wx-1", wrong), ("wx-2", unknown)):
        with pytest.raises(Invalid) as caught:
            here.matched(account_, it)
        said.add(str(caught.value))
        assert here.level(account_) == 0
        assert here.holder(it) is None
    assert len(said) == 1  # which ids there are is not to be found out


def test_a_registry_that_cannot_be_asked_decides_nothing_and_the_same_request_goes_on(
    here: People,
) -> None:
    here.register("wx-1", ZHANG)
    deaf = replace(here.platform, registry=NoRegistry())
    with pytest.raises(RegistryUnavailable):
        proofs.prove_by_registry(deaf, here.caller("wx-1", "one-key"))
    assert here.holder(ZHANG) is None
    proofs.prove_by_registry(here.platform, here.caller("wx-1", "one-key"))
    assert here.level("wx-1") == 2


# Attestations


def test_a_face_proves_level_3_and_a_phone_level_1(here: People) -> None:
    here.register("wx-1", ZHANG)
    here.attest("wx-1", ZHANG, Method.PHONE)
    assert here.level("wx-1") == 1
    here.attest("wx-1", ZHANG, Method.FACE)
    assert here.level("wx-1") == 3


def test_an_attestation_about_somebody_else_proves_nothing(here: People) -> None:
    here.register("wx-1", ZHANG)
    for it, said in (
        (Attestation("wx-2", Method.FACE, "1", id_number=ZHANG.id_number), "another account"),
        (Attestation("wx-1", Method.FACE, "1", id_number=WANG.id_number), "another person"),
        (Attestation("wx-1", Method.FACE, "1"), "whose face"),
        (Attestation("wx-1", Method.PHONE, "1", phone="13900000000"), "another phone"),
        (Attestation("wx-1", Method.PHONE, "1"), "telephone number"),
    ):
        here.attested[:] = [it]
        with pytest.raises(Invalid, match=said):
            proofs.prove_by_attestation(here.platform, here.caller("wx-1"), "token")
    assert here.level("wx-1") == 0


def test_without_an_attesting_service_nothing_is_attested(here: People) -> None:
    here.register("wx-1", ZHANG)
    none = replace(here.platform, attester=no_attester)
    with pytest.raises(AttestationNotSetUp):
        proofs.prove_by_attestation(none, here.caller("wx-1"), "token")


# The counter


def test_a_clerk_proves_level_4_and_nobody_else_does(here: People) -> None:
    here.seen("wx-1", ZHANG)
    assert here.level("wx-1") == 4
    check = here.card(ZHANG)
    for actor in (accounts.citizen("wx-1"), SECURITY, Actor(account="a", role=Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            proofs.check_at_counter(here.platform, here.caller(actor), "wx-1", check)


def test_an_account_that_is_not_there_is_not_checked(here: People) -> None:
    with pytest.raises(NotFound):
        here.counter("wx-nobody", ZHANG)
    assert told(here) == ["DocumentReceived"]  # the scan of the card


def test_a_name_that_changed_is_entered_at_the_counter(here: People) -> None:
    here.matched("wx-1", ZHANG)
    renamed = ZHANG.model_copy(update={"name": "张三丰"})
    with pytest.raises(Contradiction):
        here.register("wx-1", renamed)
    here.counter("wx-1", renamed)
    its = accounts.someone(here.platform, "wx-1")
    assert (its.person.name, its.level) == ("张三丰", 4)


# One person, one account


def test_a_name_and_an_id_that_match_keep_nobody_out(here: People) -> None:
    here.matched("wx-1", ZHANG)
    here.matched("wx-2", ZHANG)
    assert (here.level("wx-1"), here.level("wx-2"), here.holder(ZHANG)) == (2, 2, None)


def test_15_digits_are_the_same_person(here: People) -> None:
    here.faced("wx-1", ZHANG)
    with pytest.raises(Elsewhere):
        here.matched("wx-2", ZHANG.model_copy(update={"id_number": "440802550307123"}))


def test_of_two_faces_of_one_person_the_second_is_told_of_the_first(here: People) -> None:
    here.faced("wx-1", ZHANG)
    with pytest.raises(Elsewhere):
        here.faced("wx-2", ZHANG)
    assert (here.level("wx-1"), here.level("wx-2")) == (3, 0)


def test_who_shows_a_face_is_the_person_and_not_who_only_knew_the_id(here: People) -> None:
    here.matched("thief", ZHANG)
    here.faced("owner", ZHANG)
    assert (here.level("thief"), here.level("owner"), here.holder(ZHANG)) == (0, 3, "owner")
    with pytest.raises(Elsewhere):
        here.matched("thief", ZHANG)


def test_what_an_older_release_let_be_claimed_by_a_name_and_an_id_stands_for_nobody(
    here: People,
) -> None:
    here.matched("thief", ZHANG)
    claims.take(
        here.platform, here.caller("thief"), "person", here.reference(ZHANG), "thief", MATCHED
    )
    assert here.holder(ZHANG) is None
    here.matched("owner", ZHANG)
    assert (here.level("thief"), here.level("owner")) == (2, 2)
    here.attest("owner", ZHANG)
    assert (here.level("thief"), here.level("owner"), here.holder(ZHANG)) == (0, 3, "owner")
    assert "IdentityLost" in told(here)


def test_at_the_counter_even_a_face_yields_once_two_clerks_have_seen_who_came(here: People) -> None:
    here.register("twin", ZHANG)
    here.attest("twin", ZHANG)
    here.seen("owner", ZHANG)
    assert (here.level("twin"), here.level("owner")) == (3, 0)
    here.counter("owner", ZHANG, by=HUANG)
    assert (here.level("twin"), here.level("owner")) == (0, 4)
    with pytest.raises(Elsewhere):
        here.seen("another", ZHANG)


def test_a_closed_account_leaves_the_person_free(here: People) -> None:
    here.faced("wx-1", ZHANG)
    accounts.close(here.platform, here.caller("wx-1"), "换号")
    assert here.holder(ZHANG) is None
    here.faced("wx-2", ZHANG)
    assert here.level("wx-2") == 3


class Died(Exception):
    pass


def dying_at(here: People, patch: pytest.MonkeyPatch, stream: str, times: int = 1) -> None:
    """The process dies before it appends to a stream that begins so."""
    store = here.platform.store
    left = [times]
    append = store.append

    def dying(history: Any, *rest: Any) -> Any:
        if history.stream.startswith(stream) and left[0]:
            left[0] -= 1
            raise Died
        return append(history, *rest)

    patch.setattr(store, "append", dying)


def test_who_died_between_claim_and_account_goes_on_with_the_same_request(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.register("wx-1", ZHANG)
    dying_at(here, monkeypatch, "account-wx-1")
    with pytest.raises(Died):
        here.attest("wx-1", ZHANG, key="one-key")
    assert (here.holder(ZHANG), here.level("wx-1")) == ("wx-1", 0)
    here.attest("wx-1", ZHANG, key="one-key")
    assert here.level("wx-1") == 3


def test_a_claim_that_its_account_does_not_bear_out_is_taken_over(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.register("wx-1", ZHANG)
    dying_at(here, monkeypatch, "account-wx-1")
    with pytest.raises(Died):
        here.attest("wx-1", ZHANG)
    with pytest.raises(Elsewhere):  # for all that is known it is just being written
        here.faced("wx-2", ZHANG)
    here.clock[0] += timedelta(minutes=1)
    here.faced("wx-2", ZHANG)
    assert (here.holder(ZHANG), here.level("wx-2")) == ("wx-2", 3)


def test_of_two_that_race_for_one_id_one_wins(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The other comes between the first one's claim and its account: one alone is told that it is
    them.
    """
    here.register("wx-1", ZHANG)
    raced: list[bool] = []
    run = accounts.run

    def racing(platform: Any, caller: Any, name: str, *rest: Any) -> Outcome[account.State]:
        if name == "wx-1" and not raced:
            raced.append(True)
            with pytest.raises(Elsewhere):
                here.faced("wx-2", ZHANG)
        return run(platform, caller, name, *rest)

    monkeypatch.setattr(accounts, "run", racing)
    here.attest("wx-1", ZHANG)
    assert (here.level("wx-1"), here.level("wx-2")) == (3, 0)


def test_who_died_before_telling_the_loser_is_the_only_one_that_counts_all_the_same(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.faced("twin", ZHANG)
    here.register("owner", ZHANG)
    dying_at(here, monkeypatch, "account-twin")
    here.counter("owner", ZHANG)
    assert (here.level("twin"), here.level("owner")) == (3, 0)
    with pytest.raises(Died):
        here.counter("owner", ZHANG, by=HUANG)
    assert (here.level("twin"), here.level("owner")) == (0, 4)
    here.counter("owner", ZHANG, by=HUANG)
    assert "IdentityLost" in told(here)


def test_a_claim_of_a_proof_that_was_refused_is_let_go(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account became somebody else after the registry was asked."""
    here.register("wx-1", ZHANG)
    take = claims.take

    def slow(*arguments: Any) -> Any:
        done = take(*arguments)
        here.register("wx-1", WANG)
        return done

    monkeypatch.setattr(claims, "take", slow)
    with pytest.raises(Invalid, match="another person"):
        here.attest("wx-1", ZHANG)
    assert here.holder(ZHANG) is None


def test_closing_that_died_before_letting_go_leaves_nothing_claimed(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.faced("wx-1", ZHANG)
    dying_at(here, monkeypatch, "claim-person")
    with pytest.raises(Died):
        accounts.close(here.platform, here.caller("wx-1"), None)
    here.faced("wx-2", ZHANG)
    assert here.level("wx-2") == 3


# WeChat


def test_wechat_leads_to_the_account_that_bound_it_and_to_no_other(here: People) -> None:
    here.matched("citizen", ZHANG)
    here.matched("other", WANG)
    accounts.bind_wechat(here.platform, here.caller("citizen"), "d" * 26)
    accounts.bind_wechat(here.platform, here.caller("citizen"), "d" * 26)
    with pytest.raises(Elsewhere):
        accounts.bind_wechat(here.platform, here.caller("other"), "d" * 26)
    assert told(here).count("WechatBound") == 1


def test_nobody_binds_wechat_to_an_account_that_is_not_there(here: People) -> None:
    with pytest.raises(NotFound):
        accounts.bind_wechat(here.platform, here.caller("nobody"), "d" * 26)


# Finding and reading


def test_somebody_is_found_by_name_and_id_or_not_at_all(here: People) -> None:
    here.faced("wx-1", ZHANG)
    here.matched("wx-2", LI)
    asker = here.caller("wx-9")
    assert accounts.find(here.platform, asker, Whom(person=naming(ZHANG))).account == "wx-1"
    assert accounts.find(here.platform, asker, Whom(account="wx-1")).account == "wx-1"
    said = set()
    wrong = naming(ZHANG.model_copy(update={"name": "李四"}))
    for whom in (
        Whom(person=wrong),
        Whom(person=naming(LI)),
        Whom(person=naming(WANG)),
        Whom(account="wx-2"),
        Whom(account="nobody"),
    ):
        with pytest.raises(Invalid) as caught:
            accounts.find(here.platform, asker, whom)
        said.add(str(caught.value))
    assert len(said) == 1


def test_who_it_is_is_said_in_one_way() -> None:
    for told_ in ({}, {"account": "wx-1", "person": naming(ZHANG)}):
        with pytest.raises(ValueError, match="by `account` or by `person`"):
            Whom.model_validate(told_)


AUDITOR = Actor(account="z", role=Role.AUDITOR, division=COUNTRY)


def test_who_may_read_an_account(here: People) -> None:
    here.matched("wx-1", ZHANG)
    for actor in (accounts.citizen("wx-1"), CLERK, SECURITY, AUDITOR):
        assert accounts.get(here.platform, actor, "wx-1").level == 2
    for actor in (
        accounts.citizen("wx-2"),
        Actor(account="wx-1", role=Role.SUPERVISOR),
        Actor(account="r", role=Role.REVIEWER, department="440800-housing"),
        Actor(account="s", role=Role.SYSTEM_ADMINISTRATOR),
    ):
        with pytest.raises(NotFound):
            accounts.get(here.platform, actor, "wx-1")


def test_staff_have_no_account_of_their_own_here(here: People) -> None:
    with pytest.raises(NotAllowed):
        accounts.register(here.platform, here.caller(CLERK), ZHANG)


def test_only_a_security_administrator_closes_somebody_elses(here: People) -> None:
    here.matched("wx-1", ZHANG)
    for actor in (CLERK, accounts.citizen("wx-2")):
        with pytest.raises(NotAllowed):
            accounts.close(here.platform, here.caller(actor), "x", "wx-1")
    accounts.close(here.platform, here.caller(SECURITY), "冒用", "wx-1")
    assert here.level("wx-1") == 0
    with pytest.raises(Ended):
        here.register("wx-1", ZHANG)


def test_no_stream_and_no_claim_shows_an_id(here: People) -> None:
    here.faced("wx-1", ZHANG)
    streams = {one.stream for one in here.platform.log.read(0, 100)}
    assert streams == {"account-wx-1", f"claim-person-{here.reference(ZHANG)}"}


# Applying


def applicant(told_: Registration) -> Applicant:
    return Applicant(name=told_.name, id_number=told_.id_number)


def test_who_is_proven_to_be_somebody_applies_for_nobody_else(here: People) -> None:
    here.matched("wx-1", ZHANG)
    own = accounts.citizen("wx-1")
    assert accounts.applying(here.platform, own, applicant(ZHANG)) == applicant(ZHANG)
    with pytest.raises(NotAllowed, match="mandate"):
        accounts.applying(here.platform, own, applicant(LI))
    here.register("wx-2", ZHANG)
    assert accounts.applying(here.platform, accounts.citizen("wx-2"), applicant(LI))


def test_what_a_clerk_or_an_agent_enters_is_the_persons_own(here: People) -> None:
    here.faced("wx-1", ZHANG)
    for actor in (CLERK, Actor(account="li", role=Role.AGENT, on_behalf_of="x", mandate="m")):
        assert accounts.applying(here.platform, actor, applicant(ZHANG)).account == "wx-1"
        assert accounts.applying(here.platform, actor, applicant(LI)).account is None
    nobodys = Actor(account="li", role=Role.AGENT)
    assert accounts.applying(here.platform, nobodys, applicant(ZHANG)).account is None
    company = applicant(ZHANG).model_copy(update={"entity": "91440800MA0EXAMP1A"})
    assert accounts.applying(here.platform, CLERK, company) is company


def test_what_a_clerk_enters_goes_to_nobody_who_only_knows_a_name_and_an_id(here: People) -> None:
    here.matched("thief", ZHANG)
    assert accounts.applying(here.platform, CLERK, applicant(ZHANG)).account is None
