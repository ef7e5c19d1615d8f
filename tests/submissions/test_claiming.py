"""Two clicks, one case: whatever the keys, the devices and the moment, and in both ways to run."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb.case_claims import DynamoCaseClaims
from chalicelib.cases.domain.guards import application_of
from chalicelib.eventlog.ports import Unavailable
from chalicelib.items.application import items
from chalicelib.kernel.errors import NotAllowed, Rejected
from chalicelib.platform.platform import Caller
from chalicelib.submissions.application import claiming, submissions
from chalicelib.submissions.application.duplicates import Duplicate
from chalicelib.submissions.application.submissions import Applying, Submission

from .. import cloud
from ..adapters.test_case_claims import OneAtATime
from ..city import OPEN_CARD, SENIOR_CARD, City
from ..office import CITIZEN, HALL, MANAGER, Office

PAIRS = 36
T = TypeVar("T")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(partial(bootstrap.embedded, tmp_path, synchronous="OFF"))


@pytest.fixture
def on_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    bootstrap.sequencer.cache_clear()
    with cloud.stack(monkeypatch, b"s" * 32):
        cloud.table("limits")
        monkeypatch.setenv("BANJIAN_LIMITS_TABLE", "limits")
        made = Office(bootstrap.aws)
        claims = DynamoCaseClaims(OneAtATime(cloud.client("dynamodb")), "limits")
        made.platform = replace(made.platform, case_claims=claims)
        yield made
    bootstrap.sequencer.cache_clear()


def person(number: int) -> Applying:
    from benchmarks.people import resident_id

    return Applying(name="张三", id_number=resident_id(number))


def body(office: Office, number: int = 0, **changes: Any) -> Submission:
    return Submission(
        item=office.definition.code,
        applicant=person(number),
        form={"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
        **changes,
    )


def submit(
    office: Office, told: Submission, key: str, actor: Any = HALL, draft: str | None = None
) -> str:
    """The case's id, or of which case the refusal tells."""
    try:
        done = submissions.submit(office.platform, Caller(actor, key), told, draft)
    except Duplicate as error:
        return f"duplicate of {error.found.case_id}"
    return application_of(done.state).case_id


def at_once(*calls: Callable[[], T]) -> list[T]:
    barrier = Barrier(len(calls))

    def call(one: Callable[[], T]) -> T:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def pair(office: Office, number: int, **changes: Any) -> list[str]:
    told = body(office, number, **changes)
    keys = (f"click-one-{number:03d}", f"click-two-{number:03d}")
    return at_once(*(partial(submit, office, told, key) for key in keys))


def is_one_case(answers: list[str]) -> bool:
    first, second = sorted(answers, key=len)
    return second == f"duplicate of {first}"


def test_two_clicks_at_the_same_moment_are_one_case_every_time(office: Office):
    assert all(is_one_case(pair(office, number)) for number in range(PAIRS))


def test_two_functions_of_lambda_make_one_case_too(on_aws: Office):
    assert all(is_one_case(pair(on_aws, number)) for number in range(6))


def test_eight_clicks_are_one_case(office: Office):
    told = body(office)
    answers = at_once(*(partial(submit, office, told, f"click-{n:06d}") for n in range(8)))
    made = [one for one in answers if not one.startswith("duplicate")]
    assert len(made) == 1
    assert set(answers) == {made[0], f"duplicate of {made[0]}"}


def test_without_a_view_the_second_is_offered_the_first(office: Office):
    """No consumer has run: the claim alone tells, however long it takes until one does."""
    first = submit(office, body(office), "click-one")
    assert submit(office, body(office), "click-two") == f"duplicate of {first}"


def test_who_insists_gets_another_case(office: Office):
    first = submit(office, body(office), "click-one")
    second = submit(office, body(office, insist=True), "click-two")
    assert second != first
    assert submit(office, body(office), "click-three") == f"duplicate of {second}"


def test_two_who_insist_at_once_get_two(office: Office):
    first, second = pair(office, 0, insist=True)
    assert {first[:9], second[:9]}.isdisjoint({"duplicate"})
    assert first != second


def test_a_retry_lands_on_its_own_case(office: Office):
    told = body(office)
    answers = at_once(*(partial(submit, office, told, "same-key-01") for _ in range(4)))
    assert len(set(answers)) == 1
    assert submit(office, told, "same-key-01") == answers[0]


def test_a_draft_is_held_against_it_as_well(office: Office):
    told = body(office)
    saved = submissions.save_draft(office.platform, Caller(HALL, "draft-key-1"), told).state
    draft = saved.draft.case_id  # type: ignore[union-attr]
    answers = at_once(
        partial(submit, office, told, "click-one", draft=draft),
        partial(submit, office, told, "click-two"),
    )
    assert is_one_case(answers)


def test_a_case_that_has_ended_frees_its_holder(office: Office):
    from chalicelib.cases.domain import commands as c

    first = submit(office, body(office), "click-one")
    office.do(HALL, first, c.Withdraw, reason="重新申请")
    second = submit(office, body(office), "click-two")
    assert not second.startswith("duplicate")


def test_another_account_another_person_and_another_item_are_none_of_its_business(office: Office):
    first = submit(office, body(office), "click-one")
    colleague = HALL.model_copy(update={"account": "another"})
    assert not submit(office, body(office, 1), "click-two").startswith("duplicate")
    assert submit(office, body(office), "click-three", colleague) not in {
        first,
        f"duplicate of {first}",
    }


def test_a_stranger_neither_learns_nor_occupies_what_somebody_applied_for(office: Office):
    stranger = CITIZEN.model_copy(update={"account": "stranger"})
    # Where it must be proven who applies, a stranger does not come as far as the claims.
    for told in (body(office), body(office, insist=True)):
        with pytest.raises(NotAllowed):
            submit(office, told, "click-none", stranger)
    changes = {"code": OPEN_CARD, "real_name_level": 0, "certificate": None}
    office.definition = office.definition.model_copy(update=changes)
    items.publish(office.platform, office.caller(MANAGER), office.definition)
    citizen = Applying(name="张三", id_number="44080219500101123X")
    told = body(office).model_copy(update={"applicant": citizen})
    theirs = submit(office, told, "click-one", stranger)
    own = submit(office, told, "click-two", CITIZEN)
    assert not own.startswith("duplicate")
    assert theirs not in own


# What a process leaves behind that dies


def refused(office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(submissions, "use", fails)
        with pytest.raises(type(error)):
            submissions.submit(office.platform, Caller(HALL, "click-one"), body(office))


def test_what_was_refused_holds_up_nobody(office: Office, monkeypatch: pytest.MonkeyPatch):
    refused(office, monkeypatch, Rejected("material-wrong", "the certificate is used up"))
    assert not submit(office, body(office), "click-two").startswith("duplicate")


def test_what_may_have_been_stored_is_awaited(office: Office, monkeypatch: pytest.MonkeyPatch):
    """The answer was lost: the case may be there, or come."""
    monkeypatch.setattr(claiming, "PATIENCE", 0.05)
    refused(office, monkeypatch, Unavailable("the connection broke"))
    with pytest.raises(claiming.Underway):
        submissions.submit(office.platform, Caller(HALL, "click-two"), body(office))
    # Whoever sent it sends it again, under its key.
    assert not submit(office, body(office), "click-one").startswith("duplicate")


@pytest.mark.parametrize("name", ["office", "on_aws"])
def test_a_claim_without_a_case_is_void_after_a_minute(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    office: Office = request.getfixturevalue(name)
    monkeypatch.setattr(claiming, "PATIENCE", 0.05)
    began = office.platform.now().timestamp()
    claims = office.platform.case_claims
    monkeypatch.setattr(claims, "_clock", lambda: began - claiming.LONGEST - 1)
    refused(office, monkeypatch, Unavailable("the process died"))
    assert not submit(office, body(office), "click-two").startswith("duplicate")


def test_the_second_answer_over_http_names_the_case_as_ever(city: City):
    calls = [
        partial(city.post, "citizen-zhang", "/cases", SENIOR_CARD, key=f"click-{n:06d}")
        for n in range(2)
    ]
    replies = sorted(at_once(*calls), key=lambda reply: reply.status_code)
    made, told = (reply.json() for reply in replies)
    assert [reply.status_code for reply in replies] == [201, 409]
    assert told["code"] == "duplicate-case"
    assert told["duplicate"]["case_id"] == made["case_id"]
    assert told["duplicate"]["number"] == made["number"]
