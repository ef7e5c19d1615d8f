"""The pictures of docs/architecture.md are those that the imports of the code draw."""

import pytest

from . import drawing
from .drawing import Drawing, drawings, mermaid
from .page import PAGE, part

REMEDY = "python -m tests.architecture.drawing --write draws it anew"


@pytest.mark.parametrize("name", drawings())
def test_a_picture_is_as_the_imports_are(name: str):
    assert part(PAGE.read_text(encoding="utf-8"), name) == drawings()[name], REMEDY


def test_an_import_that_another_implies_is_left_out():
    drawn = mermaid(Drawing([["a"], ["b"], ["c"]], {"a": {"b", "c"}, "b": {"c"}, "c": ()}, {}))
    assert _arrows(drawn) == ["of_a --> of_b", "of_b --> of_c"]


def test_an_import_that_points_upwards_is_dotted():
    drawn = mermaid(Drawing([["a"], ["b"]], {"a": {"b"}, "b": {"a"}}, {}))
    assert _arrows(drawn) == ["of_a --> of_b", "of_b -.-> of_a"]


def test_a_moved_import_changes_the_picture(monkeypatch: pytest.MonkeyPatch):
    before = drawings()
    found = drawing._imported

    def moved(name: str) -> set[str]:
        more = {"chalicelib.importing.rows"} if name == "submissions" else set()
        return found(name) | more

    monkeypatch.setattr(drawing, "_imported", moved)
    assert drawings() != before


def test_every_subject_can_be_drawn():
    for subject in ("cases", "certificates", "people", "items", "submissions", "documents"):
        assert "of_application" in mermaid(drawing.inside(subject))


def _arrows(drawn: str) -> list[str]:
    return [line.strip() for line in drawn.splitlines() if "->" in line]
