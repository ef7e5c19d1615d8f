"""Items over HTTP: read by anybody, kept by their managers."""

from itertools import count
from typing import Any

import httpx
import pytest

from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller
from tests.items.item_givens import AUTHORITY, an_item_file

from ..city import EXAMPLES, SENIOR_CARD, City

Json = dict[str, Any]
MANAGER, SECOND = "items-sun", "items-tang"  # one writes, the other looks at it
OLD, NEW_A, NEW_B = (f"{AUTHORITY}344010500{n}000" for n in "123")
KEYS = count(1)
CARD = "1144080000000106243442006001000"


def whole(code: str = OLD, **changes: Any) -> Json:
    return an_item_file(code=code, **changes)


def put(city: City, path: str, body: Json, account: str = MANAGER) -> httpx.Response:
    with city.as_(account) as http:
        return http.put(path, json=body, headers={"Idempotency-Key": f"put-key-{next(KEYS)}"})


def publish(city: City, *codes: str, **changes: Any) -> None:
    for code in codes:
        done = by_two(city, code, whole(code, name=f"事项{code[-4]}", **changes))
        assert done.status_code == 200, done.text


def by_two(city: City, code: str, definition: Json, **told: Any) -> httpx.Response:
    """One saves the draft, the other publishes it having seen the difference."""
    put(city, f"/items/{code}/draft", {"definition": definition})
    seen = city.get(SECOND, f"/items/{code}/draft").json()["difference"]
    body = {**told, **({"seen": seen} if seen else {})}
    return city.post(SECOND, f"/items/{code}/publish", body)


def refused(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


# Drafts and versions


def test_a_draft_is_saved_read_published_and_gone(city: City):
    path = f"/items/{OLD}/draft"
    saved = put(city, path, {"definition": {"name": "半份"}})
    assert saved.json() == {
        "code": OLD,
        "state": "drafted",
        "version": None,
        "draft": True,
        "position": saved.json()["position"],
    }
    read = city.get(MANAGER, path)
    assert read.json()["definition"] == {"name": "半份", "code": OLD}
    missing = {"path": ["name_en"], "reason_code": "field-required"}
    assert {**missing, "message": "is required"} in read.json()["problems"]
    chinese = city.get(MANAGER, path, Accept_Language="zh-CN")
    assert {**missing, "message": "必填"} in chinese.json()["problems"]
    assert chinese.headers["ETag"] != read.headers["ETag"]
    assert city.get(MANAGER, path, If_None_Match=read.headers["ETag"]).status_code == 304
    early = city.post(SECOND, f"/items/{OLD}/publish")
    assert refused(early) == (422, "invalid-request")
    assert "/definition/name_en" in {one["pointer"] for one in early.json()["errors"]}
    put(city, path, {"definition": whole()})
    assert city.get(MANAGER, path).json()["problems"] == []
    done = city.post(SECOND, f"/items/{OLD}/publish", {"note": "首次发布"})
    assert (done.json()["state"], done.json()["version"], done.json()["draft"]) == (
        "published",
        1,
        False,
    )
    assert refused(city.get(MANAGER, path)) == (404, "not-found")


def test_a_draft_is_discarded(city: City):
    path = f"/items/{OLD}/draft"
    put(city, path, {"definition": {"name": "半份"}})
    with city.as_(MANAGER) as http:
        gone = http.delete(path, headers={"Idempotency-Key": "delete-the-draft"})
    assert (gone.status_code, gone.json()["state"]) == (200, "absent")
    assert refused(city.get(MANAGER, path)) == (404, "not-found")


def test_drafts_are_listed_for_managers_alone(city: City):
    put(city, f"/items/{OLD}/draft", {"definition": {"name": "半份"}})
    city.catch_up()
    (found,) = city.get(MANAGER, "/item-drafts").json()["items"]
    assert (found["code"], found["name"], found["saved_by"]) == (OLD, "半份", MANAGER)
    assert city.get(None, "/items").json()["items"][0]["code"] == CARD
    for account in ("citizen-zhang", "clerk-chen", "auditor-zheng"):
        assert refused(city.get(account, "/item-drafts")) == (403, "not-allowed")
        assert refused(city.get(account, f"/items/{OLD}/draft")) == (403, "not-allowed")
    assert refused(city.get(None, "/item-drafts")) == (401, "unauthenticated")


def test_a_revision_that_takes_effect_later_changes_nothing_before(city: City):
    publish(city, OLD)
    later = whole(valid_from="2999-01-01", name="新")
    assert by_two(city, OLD, later, note="改名").json()["version"] == 2
    now = city.get(None, f"/items/{OLD}").json()
    assert (now["version"], now["name"]) == (1, "事项1")
    assert now["upcoming"] == [{"version": 2, "in_force_from": "2999-01-01"}]
    listed = city.get(None, f"/items/{OLD}/versions").json()["versions"]
    assert [(one["version"], one["when"], one["note"]) for one in listed] == [
        (2, "to_come", "改名"),
        (1, "in_force", None),
    ]
    assert listed[1]["in_force_until"] == "2998-12-31"
    city.catch_up()
    cards = city.get(None, "/items?department=440800-market").json()["items"]
    assert [(one["version"], one["name"]) for one in cards] == [(1, "事项1")]


def test_what_changed_between_two_versions_is_told(city: City):
    publish(city, OLD)
    publish(city, OLD, real_name_level=3)
    publish(city, OLD, real_name_level=4)
    last = city.get(None, f"/items/{OLD}/changes").json()
    assert (last["from"], last["to"]) == (2, 3)
    assert last["changes"] == [
        {"path": ["real_name_level"], "kind": "changed", "before": 3, "after": 4}
    ]
    both = city.get(None, f"/items/{OLD}/changes?from=1&to=3").json()
    assert [one["before"] for one in both["changes"]] == [2]
    assert refused(city.get(None, f"/items/{OLD}/changes?to=4")) == (404, "not-found")
    assert refused(city.get(None, f"/items/{OLD}/changes?from=0")) == (400, "bad-parameter")


def test_a_definition_that_breaks_rules_is_told_by_pointers(city: City):
    reply = by_two(city, OLD, whole(channels=["web"]))
    assert refused(reply) == (422, "invalid-request")
    (error,) = reply.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/definition/channels", "item")
    reply = by_two(city, OLD, {**whole(), "level": "moon"})
    assert [one["pointer"] for one in reply.json()["errors"]] == ["/definition/level"]


def test_an_item_is_published_under_its_own_address(city: City):
    reply = put(city, f"/items/{NEW_A}/draft", {"definition": whole(OLD)})
    assert refused(reply) == (422, "invalid")


# Whether it takes cases


def test_an_item_is_suspended_resumed_and_retired(city: City):
    publish(city, OLD)
    states = [
        city.post(MANAGER, f"/items/{OLD}/{command}", body).json()["state"]
        for command, body in (
            ("suspend", {"reason": "系统升级"}),
            ("resume", {}),
            ("retire", {"reason": "取消"}),
        )
    ]
    assert states == ["suspended", "published", "retired"]
    city.catch_up()
    assert len(city.get(None, "/items?state=retired").json()["items"]) == 1


def test_a_command_sent_again_answers_as_at_first_and_if_match_is_kept(city: City):
    publish(city, OLD)
    path, why = f"/items/{OLD}/suspend", {"reason": "系统升级"}
    first = city.post(MANAGER, path, why, "the-same-key-twice")
    again = city.post(MANAGER, path, why, "the-same-key-twice")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert first.headers["ETag"] == '"3"'
    stale = city.post(MANAGER, f"/items/{OLD}/resume", {}, If_Match='"2"')
    assert refused(stale) == (412, "precondition-failed")


@pytest.mark.parametrize("account", ["citizen-zhang", "clerk-chen", "auditor-zheng", "system-qian"])
def test_nobody_else_keeps_items(city: City, account: str):
    publish(city, OLD, NEW_A, NEW_B)
    for command, body in (
        ("publish", {}),
        ("suspend", {"reason": "停"}),
        ("resume", {}),
        ("retire", {"reason": "停"}),
        ("split", {"into": [NEW_A, NEW_B], "reason": "分"}),
        ("merge", {"into": NEW_A, "reason": "合"}),
    ):
        reply = city.post(account, f"/items/{OLD}/{command}", body)
        assert refused(reply) == (403, "not-allowed"), command
    draft = put(city, f"/items/{OLD}/draft", {"definition": {}}, account)
    assert refused(draft) == (403, "not-allowed")


# Split and merged


def test_a_citizen_is_sent_to_what_the_item_was_split_into(city: City):
    publish(city, NEW_A, NEW_B)
    body = {"into": [NEW_A, NEW_B], "reason": "分城乡办理"}
    done = city.post(MANAGER, f"/items/{CARD}/split", body)
    assert done.json()["state"] == "split"
    form = {"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"}
    applicant = {"name": "张三", "id_number": "44080219500101123X", "phone": "13800138000"}
    submission = {"item": CARD, "applicant": applicant, "form": form}
    english = city.post("citizen-zhang", "/cases", submission)
    assert refused(english) == (409, "item-closed")
    assert "apply for 事项2" in english.json()["detail"]
    assert english.json()["successors"] == [
        {"code": NEW_A, "name": "事项2"},
        {"code": NEW_B, "name": "事项3"},
    ]
    chinese = city.post("citizen-zhang", "/cases", submission, Accept_Language="zh-CN").json()
    assert chinese["detail"].startswith("该事项现在不能申报：事项自")
    assert "请申报上述事项" in chinese["detail"]
    city.catch_up()
    (card,) = city.get(None, "/items?state=split").json()["items"]
    assert card["successors"] == [NEW_A, NEW_B]
    assert CARD not in {one["code"] for one in city.get(None, "/items").json()["items"]}


def test_an_item_is_merged_into_another_from_a_day_on(city: City):
    publish(city, OLD, NEW_A)
    body = {"into": NEW_A, "reason": "多证合一", "from_day": "2999-01-01"}
    assert city.post(MANAGER, f"/items/{OLD}/merge", body).json()["state"] == "published"
    told = city.get(None, f"/items/{OLD}").json()
    assert told["successors"] == [{"code": NEW_A, "name": "事项2", "from_day": "2999-01-01"}]
    there = city.get(None, f"/items/{NEW_A}").json()
    assert [one["code"] for one in there["predecessors"]] == [OLD]


# Do I qualify?


def ask(city: City, answers: Json | None = None, **headers: str) -> httpx.Response:
    body = {} if answers is None else {"answers": answers}
    return city.post(None, f"/items/{CARD}/eligibility", body, **headers)


def test_somebody_without_an_account_finds_out_step_by_step(city: City):
    first = ask(city).json()
    assert first["outcome"] == "asking"
    assert [one["id"] for one in first["questions"]] == ["age", "resident", "by_another"]
    assert first["questions"][0]["ask"] == "持证人几周岁？"
    assert "when" not in first["questions"][0]
    last = ask(city, {"age": 80, "resident": True, "by_another": True}).json()
    assert (last["outcome"], last["variant"]["id"]) == ("qualified", "by-another")
    assert [(one["id"], one["required"]) for one in last["materials"]] == [
        ("identity", True),
        ("photo", False),
        ("mandate", True),
    ]
    assert last["materials"][0]["may_come_from"] == "114408000000011187001"
    assert last["limits"]["promised"] == {"days": 5, "unit": "working_days"}
    assert last["fee"] == {"amount": 0}


def test_who_does_not_qualify_is_told_why_and_by_which_article(city: City):
    found = ask(city, {"age": 59, "resident": False}).json()
    assert found["outcome"] == "not_qualified"
    assert found["refusals"][0] == {
        "reason": "未满六十周岁",
        "reason_en": "It is for people of 60 years and more",
        "basis": "《中华人民共和国老年人权益保障法》第二条",
    }
    assert len(found["refusals"]) == 2


def test_an_answer_that_does_not_fit_is_told_by_its_pointer_and_language(city: City):
    reply = ask(city, {"age": "80", "colour": "red"})
    assert refused(reply) == (422, "invalid-request")
    assert reply.json()["errors"] == [
        {
            "pointer": "/answers/age",
            "code": "answer",
            "message": "must be a number",
            "reason_code": "answer-not-a-number",
            "reason_values": {},
        },
        {
            "pointer": "/answers/colour",
            "code": "answer",
            "message": "the item has no such question",
            "reason_code": "question-not-of-item",
            "reason_values": {},
        },
    ]
    chinese = ask(city, {"age": "80"}, Accept_Language="zh").json()
    assert [one["message"] for one in chinese["errors"]] == ["应为数字"]
    for odd in ({"age": 1e300}, {"age": [1]}, {"age": None}, {"a b": 1}):
        assert refused(ask(city, odd)) == (422, "invalid-request")


def test_an_item_that_takes_no_cases_answers_no_questions(city: City):
    city.post(MANAGER, f"/items/{CARD}/suspend", {"reason": "系统升级"})
    assert refused(ask(city)) == (409, "item-closed")
    unknown = city.post(None, f"/items/{OLD}/eligibility", {})
    assert refused(unknown) == (404, "not-found")


def test_an_item_without_questions_is_open_to_whoever_may_apply(city: City):
    publish(city, OLD)
    found = city.post(None, f"/items/{OLD}/eligibility", {}).json()
    assert (found["outcome"], found["variant"]) == ("qualified", None)


def test_a_submission_may_name_the_variant_that_came_out(city: City):
    created = city.submit(variant="by-another")
    told = city.get("citizen-zhang", f"/cases/{created['case_id']}").json()
    assert told["variant"] == "by-another"
    unknown = {**SENIOR_CARD, "variant": "by-nobody", "insist": True}
    reply = city.post("citizen-zhang", "/cases", unknown)
    assert refused(reply) == (422, "invalid")
    assert "it has: in-person, by-another" in reply.json()["reason"]


# Forms: what does not fit, in both languages


def test_a_form_that_does_not_fit_names_the_field_and_the_rule(city: City):
    reply = city.post(
        "citizen-zhang",
        "/cases",
        {
            "item": CARD,
            "applicant": {"name": "张三", "id_number": "44080219500101123X"},
            "form": {"born_on": "1950", "residence": "赤坎"},
        },
    )
    day = "2026-01-31"
    assert {one["pointer"]: one["message"] for one in reply.json()["errors"]} == {
        "/form/born_on": f"born_on must be a date such as {day}",
        "/form/residence": "residence must have at least 5 characters",
    }


# Code sets


def test_code_sets_are_there_for_anybody(city: City):
    listed = city.get(None, "/code-sets").json()["items"]
    assert {"name": "channel", "zh": "办理形式", "source": "GB/T 39046-2020, Annex A"} in listed
    for one in listed:
        found = city.get(None, f"/code-sets/{one['name']}").json()
        assert (found["zh"], bool(found["values"])) == (one["zh"], True)
    channel = city.get(None, "/code-sets/channel").json()["values"]
    assert channel[1] == {"code": "2", "zh": "电脑端", "words": ["web"]}
    assert refused(city.get(None, "/code-sets/colour")) == (404, "not-found")


def test_the_platform_publishes_as_a_manager_does(city: City):
    system = Caller(Actor(account="banjian", role=Role.SYSTEM), "start-of-service")
    definition = read_item(EXAMPLES / "senior-card.yaml")
    assert items.publish(city.platform, system, definition).version == 1
