"""
A digit is one of 0 to 9, and a letter of a code one of ASCII's, wherever we look for one.

Python's `\\d` and `\\w`, and those of the engine behind pydantic, take full-width and Arabic digits
and all letters there are; those of JSON Schema (ECMA-262) do not. So what we took would not be what
we publish.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import chalicelib
from chalicelib.web import docs

ROOT = Path(chalicelib.__file__).parent
SETS = re.compile(r"\\[dDwW]", re.ASCII)
# It translates the patterns of forms, which may have them, into what ECMA-262 says they mean.
TRANSLATES = {ROOT / "items" / "application" / "forms" / "patterns.py"}


def unbounded(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts with such a set in them, which no call holds to ASCII."""
    bounded: set[ast.AST] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and "ASCII" in ast.dump(call):
            bounded |= set(ast.walk(call))
        if isinstance(call, ast.Expr) and isinstance(call.value, ast.Constant):
            bounded.add(call.value)  # a docstring
    for one in ast.walk(tree):
        text = one.value if isinstance(one, ast.Constant) and one not in bounded else None
        if isinstance(one, ast.Constant) and isinstance(text, str) and SETS.search(text):
            yield one


def test_no_pattern_takes_digits_or_letters_of_other_alphabets() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{one.lineno}: {one.value!r}"
        for path in ROOT.rglob("*.py")
        if path not in TRANSLATES
        for one in unbounded(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_no_published_pattern_has_a_set_that_others_read_otherwise() -> None:
    published = Path(docs.__file__).with_name("static") / "openapi.json"
    # Of each type the version that is written today: those of before stay as they were published.
    newest: dict[str, Path] = {}
    for path in sorted((Path(__file__).parents[2] / "events").rglob("*.schema.json")):
        newest[path.name.partition(".")[0]] = path
    for path in (published, *newest.values()):
        patterns = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', path.read_text(encoding="utf-8"))
        assert [one for one in patterns if SETS.search(one)] == [], path


def test_the_test_sees_what_it_looks_for() -> None:
    tree = ast.parse('re.compile(r"\\d")\nField(pattern=r"^\\w$")\nre.compile(r"\\d", re.ASCII)')
    assert len(list(unbounded(tree))) == 2
