"""docs/architecture.md says what is so: its files, its functions, and the way to it."""

import ast
import re
from pathlib import Path

import pytest

from tests.city import City

from .page import PAGE, ROOT, kept, part, rows_of
from .tracing import PART, counted, entered, files_of_a_command, written

TEXT = PAGE.read_text(encoding="utf-8")
NAMED = re.compile(r"`(chalicelib/[\w/]+\.py):([\w.]+)`")
TEN = 10
LINKED = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


# What one command enters


def test_the_page_lists_the_files_that_a_command_enters(city: City):
    files = files_of_a_command(city)
    remedy = "python -m tests.architecture.tracing --write, then say why each new one is there"
    assert [row[0] for row in kept(TEXT, PART)] == [f"`{file}`" for file in files], remedy
    assert part(TEXT, PART).startswith(counted(files)), remedy


def test_every_file_has_its_reason():
    assert [row[0] for row in kept(TEXT, PART) if not row[1:] or not row[1]] == []


def test_a_file_counts_if_one_of_its_functions_runs():
    from chalicelib.codes import numbers

    assert entered(lambda: numbers.case_number("440800", _day(), 1)) == [
        "chalicelib/codes/numbers.py"
    ]


def test_written_again_the_reasons_stay_and_a_new_file_waits_for_its_own():
    rows = kept(TEXT, PART)
    again = written(TEXT, [rows[0][0].strip("`"), "chalicelib/new.py"])
    assert kept(again, PART) == [rows[0], ("`chalicelib/new.py`", "")]


# The functions


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/SECURITY.md"])
def test_every_function_that_a_page_names_is_there(page: str):
    named = NAMED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert named
    assert [f"{file}:{name}" for file, name in named if not is_there(ROOT / file, name)] == []


def is_there(path: Path, name: str) -> bool:
    return path.is_file() and name in names(path)


def names(path: Path) -> set[str]:
    """Functions and classes of a module, and `Class.method`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = (one for one in node.body if isinstance(one, ast.FunctionDef))
            found |= {f"{node.name}.{one.name}" for one in inner}
    return found


def test_what_is_missing_would_be_missed():
    assert {"transact", "Outcome"} <= names(ROOT / "chalicelib/eventlog/transact.py")
    assert "Memory.get" in names(ROOT / "chalicelib/eventlog/memory.py")
    assert not is_there(ROOT / "chalicelib/eventlog/memory.py", "nothing")
    assert not is_there(ROOT / "chalicelib/eventlog/nothing.py", "Memory")


@pytest.mark.parametrize("walk", ["POST /cases", "GET /work", "CaseGranted", "the table's stream"])
def test_every_step_of_a_walk_names_a_place_in_the_code(walk: str):
    (section,) = (one for one in TEXT.split("\n### ")[1:] if walk in one.partition("\n")[0])
    steps = re.findall(r"^\d+\. .*$", section.partition("\n## ")[0], re.MULTILINE)
    assert len(steps) >= 8
    assert [step for step in steps if "`chalicelib/" not in step] == []


# Two hops


@pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("*.md")))
def test_a_decision_is_listed_and_says_when_to_think_again(page: Path):
    listed = (page.parent / "README.md").read_text(encoding="utf-8")
    assert page.name == "README.md" or f"]({page.name})" in listed
    parts = re.findall("^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    whole = ["Context", "Decision", "What was measured", "Consequences", "When to think again"]
    assert parts in ([], whole)
    assert bool(parts) is (page.name != "README.md")


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_leads_to_the_page(readme: str):
    assert "](docs/architecture.md" in (ROOT / readme).read_text(encoding="utf-8")


def test_ten_questions_are_answered_by_a_function():
    section = TEXT.partition("\n## Ten questions of newcomers\n")[2].partition("\n## ")[0]
    rows = rows_of(section)
    assert len(rows) == TEN
    assert [row[0] for row in rows if not NAMED.search(row[-1])] == []


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"]\(([^)#\s][^)\s]*)\)", text)]
    inside = [link for link in links if not link.startswith(("http:", "https:"))]
    assert [link for link in inside if not (page.parent / link).exists()] == []


def _day():
    from datetime import date

    return date(2026, 3, 2)
