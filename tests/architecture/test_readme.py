"""README.zh-CN.md says all that README.md says: the same headings, tables, figures and links."""

import re

import pytest

from .page import ROOT, rows_of

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
TABLES = len(re.findall(r"^\|[ :|-]*-[ :|-]*\|$", ENGLISH, re.MULTILINE))


def headings(text: str) -> list[str]:
    """Their levels."""
    return re.findall(r"^(#+) ", text, re.MULTILINE)


def tables(text: str) -> list[list[tuple[str, ...]]]:
    blocks = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [rows_of(block) for block in blocks]


def figures(row: tuple[str, ...]) -> list[str]:
    plain = re.sub(r"`[^`]*`|]\([^)]*\)", "", " ".join(row))
    return sorted(re.findall(r"\$?\d+(?:[.,]\d+)*", plain))


def code(row: tuple[str, ...]) -> list[str]:
    return sorted(re.findall(r"`[^`]+`", " ".join(row)))


def links(text: str) -> list[str]:
    """Where they lead, whichever language the page there is in."""
    found = (link.replace(".zh-CN.md", ".md") for link in re.findall(r"]\(([^)]+)\)", text))
    return [link for link in found if link != "README.md"]


def test_both_have_the_same_headings():
    assert headings(CHINESE) == headings(ENGLISH)


@pytest.mark.parametrize("number", range(TABLES))
def test_each_table_has_the_same_rows_figures_and_code(number: int):
    english, chinese = tables(ENGLISH)[number], tables(CHINESE)[number]
    assert len(chinese) == len(english)
    for one, other in zip(english, chinese, strict=True):
        assert figures(other) == figures(one), one
        assert code(other) == code(one), one


def shown(text: str) -> list[str]:
    """The lines of code, without what is said beside them."""
    return re.findall(r"^    (\S.*?)(?: {2,}.*)?$", text, re.MULTILINE)


def test_both_show_the_same_commands():
    assert shown(CHINESE) == shown(ENGLISH)


def test_both_lead_to_the_same_pages():
    assert sorted(set(links(CHINESE))) == sorted(set(links(ENGLISH)))


def test_the_chinese_one_leads_to_chinese_pages_where_there_are():
    pages = re.findall(r"]\((docs/[\w-]+)\.md", CHINESE)
    assert [one for one in pages if (ROOT / f"{one}.zh-CN.md").exists()] == []


def test_standby_has_one_word():
    pages = [*ROOT.glob("*.zh-CN.md"), *(ROOT / "docs").glob("*.md")]
    assert [one.name for one in pages if "待命" in one.read_text(encoding="utf-8")] == []
