"""Every reason for a refusal has its Chinese."""

import ast
from collections.abc import Callable
from string import Formatter
from time import process_time
from typing import get_args

import httpx
import pytest
from pydantic_core._pydantic_core import list_all_errors

from chalicelib.cases.chinese import CASE
from chalicelib.cases.domain.events.fields import Desk
from chalicelib.cases.domain.state import WithDossier
from chalicelib.cases.domain.values import Result, StepOutcome
from chalicelib.certificates.chinese import PAPERS
from chalicelib.certificates.domain.state import CertificateStatus
from chalicelib.clock.legal_limits import SpecialProcedure
from chalicelib.codes.codes import ApplicantKind, Level
from chalicelib.codes.parties import EntityStatus
from chalicelib.items.chinese import ITEMS, PYDANTIC
from chalicelib.items.domain.events import How
from chalicelib.items.domain.plan import StepKind
from chalicelib.kernel.actor import Channel, Role
from chalicelib.people.chinese import PEOPLE
from chalicelib.people.domain.mandate import Action
from chalicelib.web import reasons
from chalicelib.web.messages import MESSAGES
from chalicelib.web.reasons import LONGEST, SAID, Entry, catalogue, fitting, in_chinese, index
from chalicelib.web.reasons_words import WORDS

from ..city import SENIOR_CARD, City
from .refusals_read import MADE, WITHIN, literals, refusals, said, trees


def by_literals() -> dict[tuple[str, ...], Entry]:
    return {one.literals: one for one in (reasons.entry(*each) for each in catalogue().items())}


def english(one: Entry) -> str:
    """A sentence that the entry is for, with a value for each name."""
    values = [*map(VALUE.format, range(len(one.names))), ""]
    return "".join(f"{literal}{value}" for literal, value in zip(one.literals, values, strict=True))


VALUE = "<值{}>"


def chinese(one: Entry) -> str:
    """What that sentence is in Chinese; none of the values is a word of a set."""
    values = {name: VALUE.format(at) for at, name in enumerate(one.names)}
    parts = Formatter().parse(one.zh)
    return "".join(literal + (values[name] if name else "") for literal, name, _, _ in parts)


def meant(text: str) -> Entry | None:
    return next(
        (one for one in index(SAID).candidates(text) if fitting(one, text) is not None), None
    )


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_whatever_is_refused_has_its_chinese():
    known = by_literals()
    missing = [one for one in said() if one.made is None and literals(one.parts) not in known]
    assert missing == []


def test_what_cannot_be_read_where_it_is_raised_is_listed_here():
    assert {(one.where, one.made) for one in said() if one.made is not None} == set(MADE)


@pytest.mark.parametrize("text", {each: None for those in MADE.values() for each in those})
def test_what_is_listed_is_told_in_chinese(text: str):
    assert is_chinese(in_chinese(text))


@pytest.mark.parametrize("text", WITHIN)
def test_what_sentences_have_in_them_is_told_in_chinese(text: str):
    assert is_chinese(in_chinese(text))


def test_the_sources_were_read():
    assert len(list(said())) > 400
    assert {"NotSeparated", "Elsewhere", "CalendarGap"} - refusals() == {"CalendarGap"}


def test_refusals_go_by_their_own_names():
    imports = (
        (where, alias.name)
        for where, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("errors")
        for alias in node.names
        if alias.asname is not None
    )
    assert list(imports) == []


def test_no_entry_is_for_nothing():
    read = {literals(one.parts) for one in said() if one.made is None}
    listed = [each for those in MADE.values() for each in those]
    told = {one.literals for text in (*listed, *WITHIN) if (one := meant(text))}
    library = {reasons.entry(en, "").literals for those in PYDANTIC.values() for en in those}
    assert set(by_literals()) - read - told - library == set()


def test_every_entry_is_there_once():
    parts = (CASE, PEOPLE, PAPERS, ITEMS)
    assert sum(map(len, parts)) == len(catalogue()) == len(by_literals())


def named(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name)


def test_both_sides_of_an_entry_name_the_same_values():
    # What pydantic says has more in it than what there is to correct.
    own = catalogue().keys() - {en for those in PYDANTIC.values() for en in those}
    assert [en for en in own if named(en) != named(catalogue()[en])] == []
    assert [en for en, zh in catalogue().items() if set(named(zh)) - set(named(en))] == []
    assert [en for en, zh in catalogue().items() if not is_chinese(zh)] == []


def test_a_sentence_keeps_its_values():
    entries = by_literals().values()
    wrong = [one for one in entries if in_chinese(english(one)) != chinese(one)]
    assert wrong == []


# Words


SETS: dict[str, set[str]] = {
    "role": set(Role),
    "applicant": set(ApplicantKind),
    "level": set(Level),
    "channel": set(Channel),
    "action": set(Action),
    "result": set(Result),
    "outcome": set(StepOutcome),
    "step": {*StepKind, *get_args(Desk)},
    "procedure": set(SpecialProcedure),
    "entity": set(EntityStatus),
    "certificate": {*CertificateStatus, *(one.name.lower() for one in CertificateStatus)},
    "how": set(get_args(How)),
    "how-into": set(get_args(How)),
    "state": {kind.__name__.lower() for kind in get_args(WithDossier)},
}


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_every_word(name: str):
    assert set(map(str, SETS[name])) - set(WORDS[name]) == set()


def test_every_set_is_used_and_every_one_that_is_used_is_there():
    those = [*catalogue().values(), *(zh for each in WORDS.values() for zh in each.values())]
    parts = (part for zh in those for part in Formatter().parse(zh))
    used = {words.rstrip(",|") for _, _, words, _ in parts if words}
    assert used - {SAID} == set(WORDS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a natural_person cannot ask for this item; these can: company, government",
            "自然人不能申请本事项；可以申请的有：企业法人、行政机关",
        ),
        (
            "it is suspended (hearing since 2026-11-02, testing since 2026-11-03); resume it first",
            "办件已挂起（听证，自 2026-11-02 起、检测，自 2026-11-03 起），请先恢复办理",
        ),
        (
            "1 takes no cases on 2026-12-01: the item was split on 2026-11-24; apply for 甲 or 乙",
            "1 在 2026-12-01 不接受申报：事项自 2026-11-24 起已拆分为：甲；乙。请申报上述事项。",
        ),
        (
            "20 working days is longer than the statutory 20 calendar days",
            "承诺时限 20 个工作日 长于法定时限 20 个自然日",
        ),
        (
            "a case is withdrawn before its decision; the case ended: denied, archived as DA-1",
            "撤回应当在作出决定之前提出；办件已办结：不予许可，归档号 DA-1",
        ),
    ],
)
def test_words_of_a_set_are_told_in_chinese(text: str, told: str):
    assert in_chinese(text) == told


# What pydantic says


@pytest.mark.parametrize("kind", PYDANTIC)
def test_the_entries_for_pydantic_are_what_it_says(kind: str):
    (known,) = [one for one in list_all_errors() if one["type"] == kind]
    plurals = {"s", ""} if "{expected_plural}" in known["message_template_python"] else {""}
    template = known["message_template_python"]
    template = template.replace("{field_type}", "{what}")
    assert set(PYDANTIC[kind]) == {template.replace("{expected_plural}", one) for one in plurals}
    assert is_chinese(in_chinese(known["example_message_python"]))


# Values that mean no good


HOSTILE = (
    "{reason}{0}{",
    "}}{{ {why:said}",
    "a\nb\r\n",
    r"(.+)+$ \1 [^x]* ^|",
    "",
    " ",
    "the item was retired already: x",
    "the case ended: granted",
    "it was replaced by x already",
    "; apply for ",
    "\x00\ud800",
    "a" * 4000,
    " already: " * 400,
)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_value_may_be_anything(value: str):
    assert in_chinese(f"the item was retired: {value}") == f"事项已取消：{value}"
    told = in_chinese(f"the upload was refused: {value}; begin it again")
    assert told.startswith("上传的文件未被接收：")


def test_a_sentence_in_a_sentence_is_told_only_where_the_catalogue_says_so():
    inner = "there is no such case"
    assert in_chinese(f"it was voided already: {inner}") == f"办件已经作废：{inner}"
    assert in_chinese(f"material id: {inner}") == "材料 id：没有这个办件"


def test_sentences_within_sentences_come_to_an_end():
    told = in_chinese("material x: " * 500 + "y")
    assert told == "材料 x：" * reasons.DEEPEST + "material x: " * (500 - reasons.DEEPEST) + "y"


@pytest.mark.parametrize("text", ["", " ", "no such words", "{", "x" * (LONGEST + 1), "材料"])
def test_what_is_not_known_stays_as_it_is(text: str):
    assert in_chinese(text) == text


def test_what_is_too_long_to_be_ours_is_not_looked_at():
    assert in_chinese("material x: " + "y" * LONGEST).startswith("material")


def test_the_longest_sentences_take_no_time():
    began = process_time()
    for one in by_literals().values():
        for value in (" already, ; : ", "a ", "on ", "("):
            text = (value * LONGEST).join(one.literals)[-LONGEST:]
            in_chinese(text)
            in_chinese(one.literals[0] + text[len(one.literals[0]) :])
    assert process_time() - began < 5  # seconds, for some 3,000 of them


# Over HTTP


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
    assert en in refused(city, accept_language="en").json()["reason"]


def test_a_rule_on_a_body_is_told_in_chinese(city: City):
    body = {**SENIOR_CARD, "materials": [{"id": "identity"}], "channel": "fax"}
    answer = city.post("citizen-zhang", "/cases", body, accept_language="zh-CN")
    told = [one["message"] for one in answer.json()["errors"]]
    assert "不符合要求：每份材料应为文件（sha256）或者电子证照（certificate）之一" in told
    assert all(map(is_chinese, told))
    assert not any(" or " in one for one in told)


def test_what_keeps_an_item_from_being_published_is_told_in_chinese(city: City):
    path = "/items/1144080000000106243442006001001"
    broken = {"name": 5, "type": "x", "real_name_level": 9, "steps": [], "colour": 1, "form": {}}
    with city.as_("items-sun") as http:
        key = {"Idempotency-Key": "save-the-draft-1"}
        saved = http.put(f"{path}/draft", json={"definition": broken}, headers=key)
    assert saved.is_success, saved.text
    zh = city.post("items-sun", f"{path}/publish", accept_language="zh-CN").json()["errors"]
    en = city.post("items-sun", f"{path}/publish").json()["errors"]
    assert len(zh) == len(en) > 10
    assert [one for one in zh if not is_chinese(one["message"])] == []
    assert [one for one in en if is_chinese(one["message"])] == []
