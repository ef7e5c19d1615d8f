"""Lists: one's own cases, the department's work, the process library, the items."""

from threading import Thread

import pytest

from ..city import SENIOR_CARD, City
from .test_cases import code

COMMON = {"type", "title", "status", "detail", "instance", "code", "request_id"}
NEVER = 3600.0  # seconds: a test that waits so long fails


def test_an_empty_list_is_a_list(city: City):
    assert city.get("citizen-zhang", "/cases").json() == {"items": [], "next": None}


def test_applicants_list_their_own_cases_only(city: City):
    mine = city.submit("citizen-zhang")
    city.submit("citizen-wang", item=city.open_item())
    city.catch_up()
    listed = city.get("citizen-zhang", "/cases").json()["items"]
    assert [row["case_id"] for row in listed] == [mine["case_id"]]


def test_staff_list_the_work_of_their_own_department_only(city: City):
    case = city.submit()
    city.catch_up()
    listed = city.get("clerk-chen", "/work").json()["items"]
    assert [row["case_id"] for row in listed] == [case["case_id"]]
    assert city.get("reviewer-fire", "/work").json()["items"] == []
    assert code(city.get("reviewer-fire", "/work?department=440800-hall")) == (403, "not-allowed")
    assert code(city.get("citizen-zhang", "/work")) == (403, "not-allowed")


def test_pages_follow_one_another_without_gap_or_overlap(city: City):
    made = {city.submit()["case_id"] for _ in range(7)}
    city.catch_up()
    seen, path = [], "/cases?limit=3"
    while path:
        page = city.get("citizen-zhang", path).json()
        seen += [row["case_id"] for row in page["items"]]
        path = page["next"] and f"/cases?limit=3&cursor={page['next']}"
    assert len(seen) == 7
    assert set(seen) == made


def test_a_cursor_of_another_list_or_a_forged_one_is_refused(city: City):
    for _ in range(3):
        city.submit()
    city.catch_up()
    cursor = city.get("citizen-zhang", "/cases?limit=1").json()["next"]
    for path in (f"/work?cursor={cursor}", f"/work?cursor=x{cursor}", "/work?cursor=%2E%2E"):
        assert code(city.get("clerk-chen", path)) == (400, "bad-parameter")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=1&limit=2"])
def test_a_bad_parameter_is_named(city: City, query):
    answer = city.get("citizen-zhang", f"/cases?{query}")
    assert code(answer) == (400, "bad-parameter")
    assert answer.json()["parameter"] == "limit"


def test_a_list_waits_for_the_position_that_a_command_answered(city: City):
    case = city.submit()
    worker = Thread(target=city.catch_up)
    worker.start()
    listed = city.get("citizen-zhang", f"/cases?min_position={case['position']}").json()["items"]
    worker.join()
    assert [row["case_id"] for row in listed] == [case["case_id"]]


def test_a_list_waits_for_the_version_that_a_command_answered(city: City):
    case = city.submit()
    worker = Thread(target=city.catch_up)
    worker.start()
    seen = f"{case['case_id']}@{case['version']}"
    listed = city.get("citizen-zhang", f"/cases?min_version={seen}").json()["items"]
    worker.join()
    assert [row["case_id"] for row in listed] == [case["case_id"]]


def test_a_version_that_never_comes_is_not_waited_for(city: City, monkeypatch):
    monkeypatch.setattr("chalicelib.web.request.WAIT_SECONDS", NEVER)
    case = city.submit()
    city.catch_up()
    answer = city.get("citizen-zhang", f"/cases?min_version={case['case_id']}@99")
    assert code(answer) == (400, "nothing-to-wait-for")


def test_a_position_beyond_the_log_is_not_waited_for_and_tells_no_more(city: City, monkeypatch):
    monkeypatch.setattr("chalicelib.web.request.WAIT_SECONDS", NEVER)
    city.submit()
    city.catch_up()
    head = city.platform.log.head()
    assert city.get("citizen-zhang", f"/cases?min_position={head}").status_code == 200
    answers = [
        city.get("citizen-zhang", f"/cases?min_position={beyond}")
        for beyond in (head + 1, head + 1_000_000, 2**62)
    ]
    assert {code(answer) for answer in answers} == {(400, "nothing-to-wait-for")}
    said = [{**answer.json(), "request_id": ""} for answer in answers]
    assert said[0] == said[1] == said[2]
    assert said[0].keys() == {*COMMON, "parameter"}  # and so not the head


def test_the_catalogue_waits_for_the_version_of_an_item(city: City, monkeypatch):
    monkeypatch.setattr("chalicelib.web.request.WAIT_SECONDS", 0.05)
    item = SENIOR_CARD["item"]
    assert code(city.get(None, f"/items?min_version={item}@1")) == (503, "view-behind")
    city.catch_up()
    for account, path in ((None, "/items"), ("items-sun", "/item-drafts")):
        assert city.get(account, f"{path}?min_version={item}@1").status_code == 200
        answer = city.get(account, f"{path}?min_version={item}@99")
        assert code(answer) == (400, "nothing-to-wait-for")


def test_a_parameter_that_is_longer_than_any_key_is_refused(city: City):
    assert city.get(None, f"/items?department={'a' * 1000}").status_code == 200
    answer = city.get(None, f"/items?department={'a' * 1001}")
    assert code(answer) == (400, "bad-parameter")


@pytest.mark.parametrize("seen", ["7", "@1", "a@", "a@0", "a@-1", "a@1@2", "a%0A@1"])
def test_a_version_of_nothing_is_a_bad_parameter(city: City, seen):
    answer = city.get("citizen-zhang", f"/cases?min_version={seen}")
    assert code(answer) == (400, "bad-parameter")


def test_a_list_that_does_not_get_there_says_when_to_come_back(city: City, monkeypatch):
    monkeypatch.setattr("chalicelib.web.request.WAIT_SECONDS", 0.05)
    case = city.submit()
    answer = city.get("citizen-zhang", f"/cases?min_position={case['position']}")
    assert code(answer) == (503, "view-behind")
    assert answer.headers["retry-after"] == "1"


def test_the_process_library_is_read_by_item_department_period_and_state(city: City):
    case = city.submit()
    city.catch_up()
    row = city.get("auditor-zheng", "/process-steps").json()["items"][0]
    day = row["since"][:10]
    for query in (
        f"item={row['item']}",
        "department=440800-hall",
        "state=waiting",
        f"item={row['item']}&department=440800-hall&state=waiting&from={day}",
    ):
        found = city.get("auditor-zheng", f"/process-steps?{query}").json()["items"]
        assert [one["case_id"] for one in found] == [case["case_id"]], query
    for query in ("to=9999-12-31", "from=0001-01-01", "from=0001-01-01&to=9999-12-31"):
        found = city.get("auditor-zheng", f"/process-steps?{query}").json()["items"]
        assert [one["case_id"] for one in found] == [case["case_id"]], query
    for query in ("to=0001-01-01", "from=9999-12-31"):
        assert city.get("auditor-zheng", f"/process-steps?{query}").json()["items"] == [], query
    for query in ("state=finished", "department=440800-fire", "to=2020-01-01", "from=2999-01-01"):
        assert city.get("auditor-zheng", f"/process-steps?{query}").json()["items"] == [], query


def test_the_process_library_shows_staff_their_own_department_and_applicants_nothing(city: City):
    city.submit()
    city.catch_up()
    assert len(city.get("clerk-chen", "/process-steps").json()["items"]) == 1
    assert city.get("reviewer-fire", "/process-steps").json()["items"] == []
    assert code(city.get("citizen-zhang", "/process-steps")) == (403, "not-allowed")
    assert code(city.get("supervisor-zhou", "/process-steps?department=449900-x")) == (
        403,
        "not-allowed",
    )


def test_anybody_reads_the_items_and_their_versions(city: City):
    city.catch_up()
    listed = city.get(None, "/items").json()["items"]
    path = f"/items/{listed[0]['code']}"
    assert city.get(None, path).json()["version"] == 1
    assert city.get(None, f"{path}/versions/1").json()["code"] == listed[0]["code"]
    for missing in (f"{path}/versions/2", f"{path}/versions/x", "/items/none"):
        assert code(city.get(None, missing)) == (404, "not-found")


# Supervisors


def test_a_supervisor_lists_a_whole_division_and_not_one_department_at_a_time(city: City):
    """Issue G, 5.4."""
    case = city.submit()
    city.catch_up()
    waiting = "/process-steps?state=waiting"
    for path in ("/process-steps", waiting, "/process-steps?division=440800"):
        listed = city.get("supervisor-zhou", path).json()["items"]
        assert [row["case_id"] for row in listed] == [case["case_id"]]
    both = f"/process-steps?division=440800&item={SENIOR_CARD['item']}"
    assert len(city.get("supervisor-zhou", both).json()["items"]) == 1
    assert city.get("supervisor-zhou", f"{both[:-1]}").json()["items"] == []
    assert city.get("supervisor-zhou", "/process-steps?division=440802").json()["items"] == []


def test_a_division_is_overseen_by_whose_it_is_and_no_department_is_asked_for_with_it(city: City):
    asked = "/process-steps?division=440000"
    assert code(city.get("supervisor-zhou", asked)) == (403, "not-allowed")
    assert code(city.get("clerk-chen", asked)) == (403, "not-allowed")
    both = "/process-steps?division=440800&department=440800-hall"
    assert code(city.get("supervisor-zhou", both)) == (422, "invalid")
