"""A page in Chinese says what the English one says: as far as a test can see."""

import re
from pathlib import Path

import pytest

from .page import ROOT

PAGES = sorted(ROOT.glob("docs/*.zh-CN.md"))
# Read first by auditors, clerks and operators.
NEEDED = {"api", "items", "auditing", "operating", "access"}


def english(page: Path) -> str:
    return page.with_name(page.name.replace(".zh-CN", "")).read_text(encoding="utf-8")


def shape(text: str) -> dict[str, list[int]]:
    """Levels of headings, and cells of each row of each table."""
    blocks = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = blocks.splitlines()
    return {
        "headings": [len(line) - len(line.lstrip("#")) for line in lines if line.startswith("#")],
        "cells": [line.count("|") for line in lines if line.startswith("|")],
    }


def code(text: str) -> list[str]:
    """The blocks of code, without what is said in comments."""
    found = re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [re.sub(r"#.*", "", block) for block in found]


def test_the_pages_that_are_read_first_are_there():
    assert {page.name.partition(".")[0] for page in PAGES} >= NEEDED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_has_the_headings_and_the_tables_of_the_english_page(page: Path):
    assert shape(page.read_text(encoding="utf-8")) == shape(english(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_it_leads_to_the_english_page(page: Path):
    assert f"[English]({page.name.replace('.zh-CN', '')})" in page.read_text(encoding="utf-8")


def test_the_commands_of_the_interface_are_the_same():
    page = ROOT / "docs" / "api.zh-CN.md"
    assert code(page.read_text(encoding="utf-8")) == code(english(page))
