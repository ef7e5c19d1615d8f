"""Every reason for a refusal has a code, and its words in Chinese and in English."""

import re
import sys
from datetime import date
from string import Formatter
from subprocess import run
from typing import get_args

import pytest

from chalicelib.cases.domain.events.fields import Desk
from chalicelib.cases.domain.state import Lodged
from chalicelib.cases.domain.values import Result, StepOutcome
from chalicelib.certificates.domain.state import CertificateStatus
from chalicelib.clock.legal_limits import SpecialProcedure
from chalicelib.codes.codes import ApplicantKind, Level
from chalicelib.codes.parties import EntityStatus
from chalicelib.contract.raising import raised, refusals
from chalicelib.contract.reasons import english
from chalicelib.items.domain.events import How
from chalicelib.items.domain.plan import StepKind
from chalicelib.kernel.actor import Channel, Role
from chalicelib.kernel.errors import NotAllowed, OutOfOrder
from chalicelib.kernel.reasons import Reason, Refusal, Titled, in_json
from chalicelib.people.domain.mandate import Action
from chalicelib.refusals.table import Row, rows, statuses
from chalicelib.refusals.words import BETWEEN, chinese, templates, worded, words
from chalicelib.subjects import load
from chalicelib.web.messages import MESSAGES
from chalicelib.web.problems import STATUS

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+){1,4}")


def named(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def sets(template: str) -> set[str]:
    specs = {spec for _, _, spec, _ in Formatter().parse(template) if spec}
    return specs - BETWEEN - {","}


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


# The catalogue


def test_the_sources_were_read():
    assert len(raised()) > 400
    kinds = {one.kind for one in raised()}
    assert {"Reason", "Elsewhere", "CalendarGap", "ItemClosed", "Unfit"} <= kinds


def test_every_code_has_its_chinese_and_every_chinese_its_code():
    assert english().keys() ^ templates().keys() == set()


def test_a_code_has_one_template():
    found: dict[str, set[str]] = {}
    for one in raised():
        found.setdefault(one.code, set()).add(one.template)
    assert {code: those for code, those in found.items() if len(those) > 1} == {}


def test_a_code_is_told_in_chinese_in_one_place_only():
    from chalicelib.refusals import words as catalogue

    sources = catalogue._sources()
    assert sum(len(one.REASONS) for one in sources) == len(templates())
    assert sum(len(one.WORDS) for one in sources) == len(words())


def test_both_languages_name_the_same_values():
    wrong = [code for code, en in english().items() if named(en) != named(templates()[code])]
    assert wrong == []


def test_codes_are_a_few_words_with_hyphens():
    assert [one.code for one in raised() if CODE.fullmatch(one.code) is None] == []


def test_no_template_is_in_the_other_language():
    # What only puts other reasons together has no words of its own.
    of_words = {code for code, en in english().items() if re.search(r"[a-z]", _bare(en))}
    assert [code for code in of_words if not is_chinese(_bare(templates()[code]))] == []
    law = "行政许可法"
    assert [code for code, en in english().items() if is_chinese(en.replace(law, ""))] == []


def _bare(template: str) -> str:
    return "".join(literal for literal, _, _, _ in Formatter().parse(template))


# What the subjects say of their refusals


@pytest.mark.parametrize("row", rows().values(), ids=lambda row: row.kind)
def test_a_refusal_that_a_subject_tells_of_is_there(row: Row):
    kind = load(row.kind)
    assert issubclass(kind, Exception)
    assert f"{kind.__module__}:{kind.__qualname__}" == f"chalicelib.{row.kind}"
    assert row.code in MESSAGES
    if row.members is not None:
        assert callable(load(row.members))


def test_a_problem_has_one_status():
    told = [(row.code, row.status) for row in rows().values()]
    assert set(told) | set(STATUS.items()) == set(statuses().items())


def test_whatever_tells_a_reason_is_in_the_table():
    kinds = {name for name in refusals() if name not in ("Refusal", "Reason")}
    named = {kind.rpartition(":")[2] for kind in rows()}
    known = {one for name in named for one in (name, *derived(name))}
    # What these say is quoted by others: pydantic's errors, `Invalid.of`.
    assert kinds - known == {"Unfit", "InvalidNumber", "NotUsable", "Mismatched"}


def derived(name: str) -> set[str]:
    """The classes of refusals that have it among what they derive from."""
    every = [*Refusal.__subclasses__()]
    for kind in every:
        every += kind.__subclasses__()
    return {one.__name__ for one in every if name in [base.__name__ for base in one.__mro__]}


# Words of sets


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
    "state": {kind.__name__.lower() for kind in get_args(Lodged)},
}


@pytest.mark.parametrize("name", SETS)
def test_a_set_has_every_word(name: str):
    assert set(map(str, SETS[name])) - set(words()[name]) == set()


def test_every_set_is_used_and_every_one_that_is_used_is_there():
    used = {name for template in templates().values() for name in sets(template)}
    assert used == set(words())


# A reason in words


LIMIT = Reason("working-days", "{days} working days", days=20)


@pytest.mark.parametrize(
    ("reason", "en", "zh"),
    [
        (
            Reason(
                "applicant-kind-not-admitted",
                "a {kind} cannot ask for this item; these can: {allowed}",
                kind=ApplicantKind.NATURAL_PERSON,
                allowed=(ApplicantKind.COMPANY, ApplicantKind.GOVERNMENT),
            ),
            "a natural_person cannot ask for this item; these can: company, government",
            "自然人不能申请本事项；可以申请的有：企业法人、行政机关",
        ),
        (
            Reason(
                "item-replaced",
                "the item was {how} on {on}; apply for {into:or}",
                how="split",
                on=date(2026, 11, 24),
                into=("甲", "乙"),
            ),
            "the item was split on 2026-11-24; apply for 甲 or 乙",
            "事项自 2026-11-24 起已拆分为：甲；乙。请申报上述事项。",
        ),
        (
            Reason(
                "promised-limit-too-long",
                "{promised} is longer than the statutory {statutory}",
                promised=LIMIT,
                statutory=Reason("calendar-days", "{days} calendar days", days=20),
            ),
            "20 working days is longer than the statutory 20 calendar days",
            "承诺时限 20 个工作日 长于法定时限 20 个自然日",
        ),
        (
            Reason(
                "no-such-variant",
                "the item has no variant {variant}; it has: {known}",
                variant="x",
                known=(),
            ),
            "the item has no variant x; it has: none",
            "本事项没有情形 x；现有情形：无",
        ),
        (
            Reason(
                "part-of-wrong-size",
                "part {number} has {size:,} bytes; {sent:,} were sent",
                number=1,
                size=1048576,
                sent=12,
            ),
            "part 1 has 1,048,576 bytes; 12 were sent",
            "第 1 个分片应为 1,048,576 字节，实际收到 12 字节，请重新上传",
        ),
        (
            Reason("form-required", "{field} is required", field=Titled("area", "面积")),
            "area is required",
            "面积：必填",
        ),
    ],
)
def test_a_reason_is_worded_in_either_language(reason: Reason, en: str, zh: str):
    assert (worded(reason, "en"), worded(reason, "zh-CN")) == (en, zh)


def test_a_problem_has_the_values_as_json():
    reason = Reason(
        "promised-limit-too-long",
        "{promised} is longer than the statutory {statutory}",
        promised=LIMIT,
        statutory=(Role.CLERK, date(2026, 11, 24), None, 1.5, Titled("area", "面积")),
    )
    assert in_json(reason) == {
        "promised": {"code": "working-days", "values": {"days": 20}},
        "statutory": ["clerk", "2026-11-24", None, 1.5, "area"],
    }


def test_what_a_problem_has_is_enough_for_its_words():
    reason = Reason("not-for-role", "{role} may not do this to the case", role=Role.CLERK)
    assert chinese(reason.code, in_json(reason)) == worded(reason, "zh-CN")
    within = Reason("document-wrong", "document {short}: {wrong}", short="7f", wrong=LIMIT)
    assert chinese(within.code, in_json(within)) == worded(within, "zh-CN")


HOSTILE = ("{reason}{0}{", "}}{{ {why:role}", "a\nb\r\n", "", "\x00\ud800", "a" * 4000)


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_value_may_be_anything(value: str):
    reason = Reason("item-retired", "the item was retired: {reason}", reason=value)
    assert worded(reason, "zh-CN") == f"事项已取消：{value}"
    assert worded(reason, "en") == f"the item was retired: {value}"


def test_a_code_without_chinese_is_told_in_english(caplog: pytest.LogCaptureFixture):
    assert worded(Reason("no-such-code", "no {what}", what="code"), "zh-CN") == "no code"
    assert caplog.messages == ["there is no Chinese for no-such-code"]


ROUTES = """
import sys
from chalicelib import bootstrap
from chalicelib.subjects import entries, load
handlers = [load(handler) for _, _, handler, *_ in entries("ROUTES")]
bootstrap.web()
assert len(handlers) > 100
print(*(name for name in sys.modules if {"refusals", "chinese"} & set(name.split("."))))
"""


def test_nothing_of_refusals_is_imported_before_there_is_one():
    told = run([sys.executable, "-c", ROUTES], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


def test_a_refusal_keeps_its_reason():
    error = OutOfOrder("accepted-already", "it was accepted on {on}", on=date(2026, 11, 24))
    assert str(error) == "it was accepted on 2026-11-24"
    assert (error.reason.code, in_json(error.reason)) == (
        "accepted-already",
        {"on": "2026-11-24"},
    )
    assert NotAllowed.of(error.reason).reason == error.reason
