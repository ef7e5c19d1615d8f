"""What an item manager does over HTTP, what anybody reads of it, and who qualifies."""

from typing import Any

from chalicelib.items.files.item_files import read_item

from ..stories.cases import ITEMS
from .walking import Walker

Json = dict[str, Any]
MANAGER, SECOND = "items-sun", "items-tang"
OLD, NEW_A, NEW_B, NEW_C = (
    f"1144080000000105493440105{n}000" for n in ("101", "102", "103", "104")
)


def definition(code: str, name: str, **changes: Any) -> Json:
    whole = read_item(ITEMS / "food-business-licence.yaml")
    return {
        **whole.model_dump(mode="json", exclude_none=True),
        "code": code,
        "name": name,
        **changes,
    }


def do(walk: Walker, code: str, command: str, body: Json | None = None, who: str = MANAGER) -> Json:
    reply = walk(who, "POST", f"/items/{code}/{command}", body)
    assert reply.status_code == 200, reply.text
    told: Json = reply.json()
    return told


def publish(walk: Walker, code: str, name: str) -> None:
    walk(MANAGER, "PUT", f"/items/{code}/draft", {"definition": definition(code, name)})
    do(walk, code, "publish", who=SECOND)


def an_item_from_its_draft_to_its_successors(walk: Walker) -> None:
    path = f"/items/{OLD}/draft"
    walk(MANAGER, "PUT", path, {"definition": {"name": "食品摊贩登记"}})
    assert walk(MANAGER, "GET", path).json()["problems"]
    early = walk(SECOND, "POST", f"/items/{OLD}/publish", {})
    assert (early.status_code, early.json()["code"]) == (422, "invalid-request")
    walk(MANAGER, "DELETE", path)
    saved = walk(MANAGER, "PUT", path, {"definition": definition(OLD, "食品摊贩登记")}).json()
    listed = walk(MANAGER, "GET", "/item-drafts", query={"min_position": saved["position"]})
    assert OLD in [one["code"] for one in listed.json()["items"]]
    alone = walk(MANAGER, "POST", f"/items/{OLD}/publish", {"note": "首次发布"})
    assert (alone.status_code, alone.json()["reason_code"]) == (403, "publishing-takes-two")
    do(walk, OLD, "publish", {"note": "首次发布"}, SECOND)
    later = definition(OLD, "食品摊贩登记（新）", valid_from="2999-01-01", real_name_level=3)
    walk(MANAGER, "PUT", path, {"definition": later})
    note = {"note": "更名，自2999年起"}
    unseen = walk(SECOND, "POST", f"/items/{OLD}/publish", note)
    assert (unseen.status_code, unseen.json()["code"]) == (409, "difference-not-seen")
    seen = walk(SECOND, "GET", path).json()["difference"]
    assert seen == unseen.json()["difference"]
    do(walk, OLD, "publish", {**note, "seen": seen}, SECOND)
    do(walk, OLD, "suspend", {"reason": "系统升级"})
    do(walk, OLD, "resume")
    for code, name in ((NEW_A, "流动摊贩登记"), (NEW_B, "固定摊贩登记"), (NEW_C, "餐饮登记")):
        publish(walk, code, name)
    do(walk, OLD, "split", {"into": [NEW_A, NEW_B], "reason": "分类管理"})
    do(walk, NEW_B, "merge", {"into": NEW_C, "reason": "并入", "from_day": "2999-01-01"})
    read(walk)
    do(walk, NEW_A, "retire", {"reason": "取消登记"})
    do(walk, NEW_B, "suspend", {"reason": "准备并入"})
    last = do(walk, NEW_C, "retire", {"reason": "取消登记"})
    walk(None, "GET", "/items", query={"state": "retired", "min_position": last["position"]})


def read(walk: Walker) -> None:
    told = walk(None, "GET", f"/items/{OLD}").json()
    assert (told["state"], [one["code"] for one in told["successors"]]) == ("split", [NEW_A, NEW_B])
    for path in (f"/items/{OLD}", f"/items/{OLD}/versions"):
        tag = {"If-None-Match": walk(None, "GET", path).headers["ETag"]}
        assert walk(None, "GET", path, headers=tag).status_code == 304
    changes = walk(None, "GET", f"/items/{OLD}/changes", query={"from": 1, "to": 2}).json()
    assert {one["path"][0] for one in changes["changes"]} == {
        "name",
        "real_name_level",
        "valid_from",
    }
    asked = walk(None, "POST", f"/items/{OLD}/eligibility", {"answers": {}})
    assert (asked.status_code, asked.json()["code"]) == (409, "item-closed")
    assert len(asked.json()["successors"]) == 2


def who_qualifies(walk: Walker) -> None:
    card = read_item(ITEMS / "senior-card.yaml").code
    path = f"/items/{card}/eligibility"
    for answers, outcome in (
        ({}, "asking"),
        ({"age": 59}, "not_qualified"),
        ({"age": 80, "resident": True, "by_another": True}, "qualified"),
    ):
        assert walk(None, "POST", path, {"answers": answers}).json()["outcome"] == outcome
    wrong = walk(None, "POST", path, {"answers": {"age": "old"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-request")


def the_code_sets(walk: Walker) -> None:
    for one in walk(None, "GET", "/code-sets").json()["items"]:
        walk(None, "GET", f"/code-sets/{one['name']}")


def found_in_peoples_own_words(walk: Walker) -> None:
    card = read_item(ITEMS / "senior-card.yaml").code
    here = {"q": "老人坐公交不要钱的卡", "division": "440802", "min_version": f"{card}@1"}
    assert walk(None, "GET", "/items", query=here).json()["items"][0]["code"] == card
    assert not walk(None, "GET", "/items", query={"q": "火星移民"}).json()["items"]
    assert walk(MANAGER, "GET", "/missed-queries").json()["queries"] == []


STORIES = (
    found_in_peoples_own_words,
    an_item_from_its_draft_to_its_successors,
    who_qualifies,
    the_code_sets,
)
