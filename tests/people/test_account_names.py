"""
Whose account a subject is: random names, names that were kept, accounts that were closed; with
SQLite and with DynamoDB.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.codes.parties import IdKind, Method
from chalicelib.kernel.actor import Actor, Role
from chalicelib.people.application import account_names, accounts, claims, identity, persons
from chalicelib.people.domain.account import Closed
from chalicelib.platform import duties
from chalicelib.platform.attester import Attestation
from chalicelib.platform.platform import Caller, Platform
from chalicelib.platform.sign_ins import SignIn, Subject
from chalicelib.serving import signin
from tests import cloud

from .people import LI, SECURITY, ZHANG, People

CITY, OTHER = "https://id.city.example", "https://other.example"
SECRET = bytes(range(32))


@pytest.fixture(params=["embedded", "aws"])
def platform(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    if request.param == "embedded":
        yield bootstrap.embedded(tmp_path, synchronous="OFF")
        return
    with cloud.stack(monkeypatch, SECRET):
        yield bootstrap.aws()


@pytest.fixture
def here(platform: Platform) -> People:
    clock = [datetime(2026, 3, 2, 1, 30, tzinfo=UTC)]
    attested: list[Attestation] = []
    made = replace(platform, now=lambda: clock[0], attester=lambda _: attested[0])
    return People(made, clock, attested)


def name_of(  # noqa: PLR0913 - what a subject has
    here: People,
    sub: str,
    *,
    issuer: str = CITY,
    person: str | None = None,
    staff: bool = False,
    personal: bool = True,
    keeps: bool = True,
    cases: frozenset[str] = frozenset(),
) -> str:
    subject = Subject(issuer, sub, personal, staff, person, keeps)
    return account_names.name_of(here.platform, subject, cases.__contains__)


def is_random(name: str) -> bool:
    return name.startswith("u-") and len(name) == 28


def test_a_new_subject_has_a_random_name_and_keeps_it(here: People) -> None:
    name = name_of(here, "13800138000")
    assert is_random(name)
    assert name_of(here, "13800138000") == name
    assert name_of(here, "13800138001") != name


def test_one_subject_of_two_issuers_is_two_accounts(here: People) -> None:
    assert name_of(here, "zhang") != name_of(here, "zhang", issuer=OTHER, keeps=False)


def test_nothing_that_is_kept_has_the_subject_in_it(here: People) -> None:
    name_of(here, "13800138000")
    ((subject, row),) = here.platform.sign_ins.rows()
    assert "13800138000" not in subject + row.account
    other = replace(here.platform, secret=b"another" * 5)
    assert account_names.find(other, CITY, "13800138000") is None
    assert account_names.find(here.platform, CITY, "13800138000") == row


# Who was here before


def test_a_registered_account_keeps_its_name(here: People) -> None:
    here.register("zhang", ZHANG)
    assert name_of(here, "zhang") == "zhang"


def test_who_has_a_case_keeps_the_name_without_an_account(here: People) -> None:
    assert name_of(here, "zhang", cases=frozenset({"zhang"})) == "zhang"


def test_staff_keep_their_names_for_they_stand_in_cases(here: People) -> None:
    assert name_of(here, "clerk-17", staff=True, personal=False) == "clerk-17"
    # Whichever role the first token after the upgrade acts in.
    assert name_of(here, "clerk-18", staff=True, personal=True) == "clerk-18"


def test_at_another_issuer_nobody_gets_a_name_that_is_somebodys(here: People) -> None:
    here.register("zhang", ZHANG)
    assert name_of(here, "zhang", issuer=OTHER, keeps=False) != "zhang"
    assert name_of(here, "clerk-17", staff=True) == "clerk-17"
    # Nor at one that keeps names too: the first that did is recorded.
    for sub in ("zhang", "clerk-17", "clerk-18"):
        assert is_random(name_of(here, sub, issuer=OTHER, staff=True))
    assert name_of(here, "zhang") == "zhang"


@pytest.mark.parametrize(
    "sub",
    [
        *("banjian", "console", "examples", "wx-0123456789", "wx-", "u-00112233445566778899aabbcc"),
        *signin.PERSONAS,
    ],
)
def test_names_of_ours_and_of_the_demonstration_are_nobodys(here: People, sub: str) -> None:
    name = name_of(here, sub, staff=True, cases=frozenset({sub}))
    assert name != sub
    assert is_random(name)


@pytest.mark.parametrize("sub", ["a|b", "-x", "_y", "+86138", "x" * 65, "名", "a/b", "a\u00a0b"])
def test_what_could_be_no_account_name_gets_one(here: People, sub: str) -> None:
    assert is_random(name_of(here, sub, staff=True, cases=frozenset({sub})))


def test_a_row_outlives_what_it_was_made_for(here: People) -> None:
    name = name_of(here, "zhang")
    here.register("zhang", ZHANG)  # somebody else's, by another way
    assert name_of(here, "zhang") == name != "zhang"


# Closed accounts


def closed(here: People, name: str, told=ZHANG) -> None:
    here.register(name, told)
    accounts.close(here.platform, here.caller(name), None)


def test_whose_account_was_closed_gets_another_one_at_the_next_token(here: People) -> None:
    first = name_of(here, "zhang")
    closed(here, first)
    second = name_of(here, "zhang")
    assert second != first
    assert is_random(second)
    assert name_of(here, "zhang") == second
    here.register(second, ZHANG)
    assert here.level(second) == 0
    assert isinstance(claims.account_state(here.platform, first), Closed)


def test_who_was_closed_before_there_were_rows_gets_another_one_too(here: People) -> None:
    closed(here, "zhang")
    assert is_random(name_of(here, "zhang"))


def test_an_account_that_was_closed_by_an_administrator_is_renewed_alike(here: People) -> None:
    name = name_of(here, "zhang")
    here.register(name, ZHANG)
    accounts.close(here.platform, here.caller(SECURITY), "已故", name)
    assert name_of(here, "zhang") != name


def test_staff_do_not_get_rid_of_what_they_handled_by_closing_an_account(here: People) -> None:
    name = name_of(here, "clerk-17", staff=True)
    closed(here, name)
    assert name_of(here, "clerk-17", staff=False) == name
    assert name_of(here, "clerk-17", staff=True, personal=False) == name


def test_nobody_gets_rid_of_an_administrative_duty_by_closing_an_account(here: People) -> None:
    duties.check(here.platform, Actor(account="li", role=Role.AUDITOR))
    closed(here, "li", LI)
    assert name_of(here, "li", staff=False) == "li"


# The person


def test_whom_the_issuer_names_is_known_to_others_and_carried_to_a_new_account(
    here: People,
) -> None:
    zhang, li = here.reference(ZHANG), here.reference(LI)
    name = name_of(here, "zhang", person=zhang)
    assert persons.person_of(here.platform, name) == zhang
    assert name_of(here, "zhang") == name  # a token that names nobody takes nothing back
    assert persons.person_of(here.platform, name) == zhang
    name_of(here, "zhang", person=li)
    assert persons.person_of(here.platform, name) == li
    closed(here, name, LI)
    assert persons.person_of(here.platform, name_of(here, "zhang")) == li


def test_without_an_issuers_word_the_person_is_whom_the_account_was_proven_to_be(
    here: People,
) -> None:
    name = name_of(here, "zhang")
    here.register(name, ZHANG)
    assert persons.person_of(here.platform, name) is None
    here.attest(name, ZHANG, Method.FACE)
    assert persons.person_of(here.platform, name) == here.reference(ZHANG)
    told = Caller(Actor(account=name, role=Role.APPLICANT), "key-1", person="p" * 26)
    assert persons.person_of_caller(here.platform, told) == "p" * 26


def test_a_row_is_written_once_and_not_at_each_token(here: People) -> None:
    calls = []

    class Counting:
        def __getattr__(self, name):
            calls.append(name)
            return getattr(here.platform.sign_ins, name)

    counted = replace(here.platform, sign_ins=Counting())
    subject = Subject(CITY, "zhang", personal=True, staff=False, person="p" * 26)
    for _ in range(5):
        account_names.name_of(counted, subject, lambda _: False)
    assert calls == ["find", "put", *["find"] * 4]


# Ids as issuers write them


@pytest.mark.parametrize("number", [ZHANG.id_number, f" {ZHANG.id_number} ", "440802550307123"])
def test_an_id_gives_the_reference_of_its_person_however_it_is_written(here, number) -> None:
    told = identity.told(here.platform, "resident_id", number, here.today)
    assert told == identity.reference(here.platform, IdKind.RESIDENT_ID, number)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("resident_id", "440802195503071233"),
        ("resident_id", ""),
        ("resident_id", "   "),
        ("passport", "-"),
        ("other", "abc"),
        ("other", "x" * 41),
        ("credit_code", "91440800MA0EXAMP1A"),
        ("IDCARD", ZHANG.id_number),
        ("", ZHANG.id_number),
    ],
)
def test_what_is_no_id_names_nobody_and_is_not_logged(here, caplog, kind, number) -> None:
    assert identity.told(here.platform, kind, number, here.today) is None
    assert not number.strip() or number not in caplog.text


def test_a_row_that_was_erased_is_made_anew_with_another_name(here: People) -> None:
    first = name_of(here, "zhang", person="p" * 26)
    here.platform.sign_ins.erase(first)
    assert persons.person_of(here.platform, first) is None
    second = name_of(here, "zhang")
    assert second != first
    assert account_names.find(here.platform, CITY, "zhang") == SignIn(second)
