"""What a newer release wrote is told from what is broken, and holds up nothing else."""

import json

import pytest

from chalicelib.cases.application import cases
from chalicelib.eventlog.codec import UnknownEvent, decode
from chalicelib.eventlog.ports import CommandId

from ..city import SENIOR_CARD, City
from .test_cases import code


def written_by_a_newer_release(city: City, stream: str, change):
    """One more commit, like the last one but for what `change` makes of its body."""
    history = city.platform.store.load(stream)
    body = json.loads(history.commits[-1].body)
    change(body)
    command = CommandId("newer:release-1", b"")
    city.platform.store.append(history, command, len(body["events"]), json.dumps(body).encode())


def of_a_new_type(body):
    body["events"][0]["type"] = "CaseCompensated"


def of_a_newer_schema(body):
    body["events"][0]["schema"] = 99


def over_a_new_channel(body):
    body["channel"] = "hologram"


def in_a_new_role(body):
    body["actor"]["role"] = "ombudsman"


NEWER = [of_a_new_type, of_a_newer_schema]


@pytest.mark.parametrize("change", NEWER)
def test_a_case_that_a_newer_release_wrote_to_says_so_and_is_to_be_asked_for_again(
    city: City, change
):
    case = city.submit()
    written_by_a_newer_release(city, cases.stream(case["case_id"]), change)
    path = f"/cases/{case['case_id']}"
    for answer in (
        city.get("citizen-zhang", path),
        city.get("citizen-zhang", f"{path}/events"),
        city.post("clerk-chen", f"{path}/receive"),
    ):
        assert code(answer) == (503, "newer-release")
        assert answer.headers["retry-after"] == "60"


@pytest.mark.parametrize("change", [over_a_new_channel, in_a_new_role])
def test_an_actor_of_a_new_kind_tells_of_a_newer_release_too(city: City, change):
    case = city.submit()
    stream = cases.stream(case["case_id"])
    written_by_a_newer_release(city, stream, change)
    last = city.platform.store.load(stream).commits[-1]
    with pytest.raises(UnknownEvent):
        decode(city.platform.codec, last)


@pytest.mark.parametrize("change", NEWER)
def test_other_cases_and_the_lists_go_on(city: City, change, monkeypatch):
    # A minute later: until then it may be the case of another click.
    monkeypatch.setattr("chalicelib.submissions.application.claiming.LONGEST", -1.0)
    case = city.submit()
    city.catch_up()
    written_by_a_newer_release(city, cases.stream(case["case_id"]), change)
    # Of the same person for the same item: what cannot be read is offered to nobody.
    answer = city.post("citizen-zhang", "/cases", SENIOR_CARD)
    assert answer.status_code == 201, answer.text
    other = answer.json()
    city.catch_up()
    assert city.get("citizen-zhang", f"/cases/{other['case_id']}").status_code == 200
    listed = city.get("clerk-chen", "/work").json()["items"]
    assert {row["case_id"] for row in listed} == {case["case_id"], other["case_id"]}
    mine = city.get("citizen-zhang", "/cases").json()["items"]
    assert {row["case_id"] for row in mine} == {case["case_id"], other["case_id"]}
