"""What is refused over HTTP is told in the language of the request, with a code and values."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chalicelib.refusals.words import chinese
from chalicelib.web.messages import MESSAGES

from ..city import SENIOR_CARD, City


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _submitted(city: City) -> str:
    return f"/cases/{city.submit()['case_id']}"


def _ended(city: City, **headers: str) -> httpx.Response:
    path = _submitted(city)
    city.post("citizen-zhang", f"{path}/withdraw", {"reason": "不再需要"})
    return city.post("citizen-zhang", f"{path}/withdraw", {"reason": "改日再办"}, **headers)


def _duplicate(city: City, **headers: str) -> httpx.Response:
    city.submit(insist=True)
    city.catch_up()
    return city.post("citizen-zhang", "/cases", SENIOR_CARD, **headers)


def _proof(city: City, **headers: str) -> httpx.Response:
    return city.post("auditor-zheng", "/account/proofs/registry", **headers)


def _void(city: City, **headers: str) -> httpx.Response:
    return city.post("clerk-chen", f"{_submitted(city)}/void", {"reason": "误办"}, **headers)


def _wrong_id(city: City, **headers: str) -> httpx.Response:
    applicant = {**SENIOR_CARD["applicant"], "id_number": "440802195001011231"}
    return city.post("citizen-zhang", "/cases", {**SENIOR_CARD, "applicant": applicant}, **headers)


def _no_variant(city: City, **headers: str) -> httpx.Response:
    return city.post("citizen-zhang", "/cases", {**SENIOR_CARD, "variant": "x"}, **headers)


def _text(city: City, **headers: str) -> httpx.Response:
    kind = {"Content-Type": "application/octet-stream"}
    with city.as_("citizen-zhang") as http:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return http.post("/documents", content=b"just text", headers={**kind, **sent})


def _get(account: str, path: str) -> Callable[..., httpx.Response]:
    return lambda city, **headers: city.get(account, path, **headers)


@pytest.mark.parametrize(
    ("refused", "zh", "en"),
    [
        (_ended, "撤回应当在作出决定之前提出；办件已办结：申请人撤回", "a case is withdrawn"),
        (_duplicate, "仍在办理", "is still open"),
        (_void, "440800-hall 的窗口人员无权对该办件进行此操作", "clerk of 440800-hall may not"),
        (_wrong_id, "身份证号码的末位校验码不符", "the id number: its last character"),
        (
            _no_variant,
            "本事项没有情形 x；现有情形：in-person、",
            "the item has no variant x; it has",
        ),
        (_text, "文件类型是无法识别的类型；可以接收：PDF、", "of no type that is known here"),
        (_get("citizen-zhang", "/cases/x"), "没有这个办件，或者您无权查看", "not yours to see"),
        (_get("citizen-zhang", "/items/x"), "没有事项 x", "there is no item x"),
        (_get("citizen-zhang", "/mandates/x"), "没有这个委托", "there is no such mandate"),
        (_get("citizen-zhang", "/item-drafts"), "只有事项管理员可以", "only an item manager"),
        (
            _get("citizen-zhang", "/code-sets/x"),
            "没有代码集 x；可用的有：item-type、",
            "no code set",
        ),
        (_get("citizen-zhang", "/certificates/x"), "没有这个电子证照", "no such certificate"),
        (_get("citizen-zhang", "/documents/uploads/x"), "没有这个上传任务", "no such upload"),
        (_get("citizen-zhang", "/entities/91440800MA0EXAMP1A"), "尚未注册", "has registered"),
        (_proof, "个人账号只供公众使用", "only citizens have"),
    ],
)
def test_a_refusal_says_why_in_the_language_of_the_request(
    city: City, refused: Callable[..., httpx.Response], zh: str, en: str
):
    told = refused(city, accept_language="zh-CN").json()
    assert zh in told["reason"]
    assert told["reason"] in told["detail"] or "{reason}" not in MESSAGES[told["code"]].zh.detail
    assert _sentence(told["reason"]) == _sentence(chinese(*_why(told)))
    same = refused(city, accept_language="en").json()
    assert en in same["reason"]
    assert (same["reason_code"], same["reason_values"].keys()) == (
        told["reason_code"],
        told["reason_values"].keys(),
    )
    assert not is_chinese(same["reason"])


def _why(told: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return told["reason_code"], told["reason_values"]


def _sentence(text: str) -> str:
    assert re.search(r"[a-z]+ [a-z]+ [a-z]+", text) is None  # no words of English in a row
    return text


def test_a_problem_has_the_code_and_the_values_of_its_reason(city: City):
    told = _no_variant(city, accept_language="en").json()
    assert told["reason_code"] == "no-such-variant"
    assert told["reason_values"]["variant"] == "x"
    assert told["reason_values"]["known"][0] == "in-person"
    told = _void(city, accept_language="en").json()
    assert told["reason_values"] == {"role": "clerk", "department": "440800-hall"}
    inner = {"code": "case-ended", "values": {"result": "withdrawn"}}
    assert _ended(city).json()["reason_values"] == {"ended": inner}


def test_a_rule_on_a_body_is_told_in_chinese(city: City):
    body = {**SENIOR_CARD, "materials": [{"id": "identity"}], "channel": "fax"}
    answer = city.post("citizen-zhang", "/cases", body, accept_language="zh-CN")
    told = [one["message"] for one in answer.json()["errors"]]
    assert "每份材料应为文件（sha256）或者电子证照（certificate）之一" in told
    assert all(map(is_chinese, told))
    assert not any(" or " in one for one in told)


def test_a_form_that_does_not_fit_is_told_in_one_language(city: City):
    body = {**SENIOR_CARD, "form": {}}
    zh = city.post("citizen-zhang", "/cases", body, accept_language="zh-CN").json()["errors"]
    en = city.post("citizen-zhang", "/cases", body).json()["errors"]
    assert len(zh) == len(en) > 0
    assert [one["reason_code"] for one in zh] == [one["reason_code"] for one in en]
    assert {one["code"] for one in zh} == {"form"}
    assert all(is_chinese(one["message"]) for one in zh)
    assert not any(is_chinese(one["message"]) for one in en)


def test_what_keeps_an_item_from_being_published_is_told_in_chinese(city: City):
    path = "/items/1144080000000106243442006001001"
    broken = {"name": 5, "type": "x", "real_name_level": 9, "steps": [], "colour": 1, "form": {}}
    with city.as_("items-sun") as http:
        key = {"Idempotency-Key": "save-the-draft-1"}
        saved = http.put(f"{path}/draft", json={"definition": broken}, headers=key)
    assert saved.is_success, saved.text
    zh = city.post("items-tang", f"{path}/publish", accept_language="zh-CN").json()["errors"]
    en = city.post("items-tang", f"{path}/publish").json()["errors"]
    assert len(zh) == len(en) > 10
    assert [one for one in zh if not is_chinese(one["message"])] == []
    assert [one for one in en if is_chinese(one["message"])] == []
