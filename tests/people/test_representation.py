"""Who may act for whom, in lists."""

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.codes.codes import ApplicantKind
from chalicelib.codes.parties import EntityStatus, Registered
from chalicelib.eventlog.envelope import Recorded
from chalicelib.eventlog.views.port import Entry
from chalicelib.kernel.actor import SYSTEM, Channel
from chalicelib.kernel.base import Frozen
from chalicelib.people.domain import entity, mandate
from chalicelib.people.domain.mandate import Action
from chalicelib.people.projections import representation

from ..recorded import places, rows

VIEW = representation.PROJECTION
CODE, AT = "91440800MA0EXAMP1A", datetime(2026, 3, 2, tzinfo=UTC)
REGISTERED = Registered(name="示例", kind=ApplicantKind.COMPANY, status=EntityStatus.ACTIVE)


def log(stream: str, *events: Frozen) -> list[Recorded]:
    return [
        Recorded(
            stream,
            n,
            n,
            type(event).__name__,
            1,
            AT,
            AT,
            SYSTEM,
            Channel.WEB,
            "command",
            "request",
            None,
            event,
        )
        for n, event in enumerate(events, start=1)
    ]


def registered(account: str | None) -> entity.EntityRegistered:
    return entity.EntityRegistered(
        credit_code=CODE, registered=REGISTERED, representative_account=account
    )


def added(account: str = "li", **terms: Any) -> entity.OperatorAdded:
    return entity.OperatorAdded(account=account, name="李四", **terms)


def granted(account: str | None = "zhang") -> mandate.MandateGranted:
    return mandate.MandateGranted(
        principal=mandate.Principal(reference="1" * 26, account=account, name="张三"),
        agent=mandate.Agent(reference="2" * 26, account="li", name="李四"),
        actions=(Action.SUBMIT,),
        since=date(2026, 3, 2),
        until=date(2026, 6, 30),
    )


def listed(*events: Recorded) -> list[Entry]:
    return sorted(places(VIEW, rows(VIEW, list(events))))


def company(*events: Frozen) -> list[Entry]:
    return listed(*log(f"entity-{CODE}", *events))


def test_a_company_is_listed_for_its_representative_and_each_operator():
    found = company(registered("head"), added("li"), added("wang"))
    assert [place.partition for place in found] == ["head", "li", "wang"]
    assert {place.sort for place in found} == {CODE}


def test_an_operator_who_was_removed_is_not_listed():
    assert company(registered(None), added(), entity.OperatorRemoved(account="li")) == []


def test_a_representative_that_changed_is_listed_instead_of_the_one_before():
    changed = entity.EntityChanged(registered=REGISTERED, representative_account="new")
    found = company(registered("head"), changed)
    assert [place.partition for place in found] == ["new"]
    gone = entity.EntityChanged(registered=REGISTERED)
    assert company(registered("head"), gone) == []


def test_an_operators_terms_are_those_told_last():
    events = log(f"entity-{CODE}", added(items=("A",)), added(until=date(2026, 6, 30)))
    (row,) = rows(VIEW, events).values()
    assert (row["items"], row["until"], row["as"]) == ([], "2026-06-30", "operator")


AGENT_PERSON, PRINCIPAL_PERSON = f"agent:person:{'2' * 26}", f"principal:person:{'1' * 26}"


def test_a_mandate_is_listed_on_both_sides_by_when_it_was_granted():
    found = listed(*log("mandate-m1", granted()))
    sides = ["agent:li", AGENT_PERSON, PRINCIPAL_PERSON, "principal:zhang"]
    assert [place.partition for place in found] == sides
    assert {place.sort for place in found} == {AT.isoformat()}


def test_of_a_principal_without_an_account_the_person_has_a_list():
    found = listed(*log("mandate-m1", granted(None)))
    assert [place.partition for place in found] == ["agent:li", AGENT_PERSON, PRINCIPAL_PERSON]


def test_a_revoked_mandate_stays_listed_as_revoked():
    events = log("mandate-m1", granted(), mandate.MandateRevoked())
    assert [row["state"] for row in rows(VIEW, events).values()] == ["revoked"]


def test_no_row_has_a_name_and_no_reply_what_stands_for_an_id():
    events = [*log("mandate-m1", granted()), *log(f"entity-{CODE}", registered("head"), added())]
    told = str([representation.told(row) for row in rows(VIEW, events).values()])
    for personal in ("张三", "李四", "1" * 26, "2" * 26):
        assert personal not in told
