"""Rows never change unless their view's signature does."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.contract import view_rows
from chalicelib.contract.errors import ContractError
from chalicelib.contract.view_rows import FILE
from chalicelib.eventlog.envelope import Recorded
from chalicelib.eventlog.views.port import Entry, Projection, Row

from ..stories.cases import ROOT

VIEWS = {view.name: view for view in view_rows.projections()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the examples, and of what was recorded of them."""
    shutil.copytree(ROOT / "events", tmp_path / "events")
    (tmp_path / FILE).parent.mkdir(parents=True)
    shutil.copy(ROOT / FILE, tmp_path / FILE)
    return tmp_path


def kept(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / FILE).read_text(encoding="utf-8"))
    return found


def rows(root: Path, *changed: Projection) -> view_rows.Rows:
    return view_rows.rows(root, [*{**VIEWS, **{view.name: view for view in changed}}.values()])


def with_field(view: Projection) -> Projection:
    """As somebody might change it without a thought."""

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        after = view.evolve(row, event)
        return None if after is None else {**after, "added": True}

    return view._replace(evolve=evolve)


def listed_elsewhere(view: Projection) -> Projection:
    return view._replace(entries=lambda row: [Entry("elsewhere", "all", str(len(row)))])


def never_ended(view: Projection) -> Projection:
    return view._replace(evolve=lambda row, event: view.evolve(row, event) or row)


def raised(view: Projection) -> Projection:
    return view._replace(signature=f"{view.signature}+")


def test_what_is_recorded_is_what_the_views_make_of_the_examples():
    assert rows(ROOT) == ((ROOT / FILE).read_text(encoding="utf-8"), [])


def test_the_same_is_made_each_time():
    assert view_rows.rows(ROOT) == view_rows.rows(ROOT)


@pytest.mark.parametrize("name", VIEWS)
def test_a_field_more_in_a_row_takes_another_signature(name: str, root: Path):
    found = rows(root, with_field(VIEWS[name]))
    assert found.gaps == [f"rows of {name} changed: raise its signature"]
    assert found.text == (root / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("open_cases", listed_elsewhere),
        ("held_certificates", listed_elsewhere),
        ("open_cases", never_ended),
        ("acceptance_deadlines", never_ended),
        ("powers", never_ended),
    ],
)
def test_so_does_another_place_in_lists_and_a_row_that_does_not_end(
    name: str, change: Callable[[Projection], Projection], root: Path
):
    found = rows(root, change(VIEWS[name]))
    assert found.gaps == [f"rows of {name} changed: raise its signature"]


@pytest.mark.parametrize("name", VIEWS)
def test_with_another_signature_other_rows_are_recorded(name: str, root: Path):
    changed = raised(with_field(VIEWS[name]))
    found = rows(root, changed)
    assert found.gaps == []
    (root / FILE).write_text(found.text, encoding="utf-8")
    assert kept(root)["views"][name]["signature"] == changed.signature
    assert rows(root, changed) == found


@pytest.mark.parametrize(
    ("view", "kind"), [(view, kind) for view in VIEWS.values() for kind in view.events or ()]
)
def test_whatever_event_makes_another_row_is_noticed(view: Projection, kind: type):
    log = list(view_rows.told(ROOT, view_rows.published(ROOT)))
    digest = view_rows.folded(view, log).digest
    assert digest == kept(ROOT)["views"][view.name]["digest"]
    assert digest != view_rows.folded(otherwise_at(view, kind), log).digest


def otherwise_at(view: Projection, kind: type) -> Projection:
    """With a field more where an event of `kind` leaves a row, or a row where it ends one."""

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        after = view.evolve(row, event)
        if type(event.data) is not kind:
            return after
        return row if after is None else {**after, "added": True}

    return view._replace(evolve=evolve)


def test_an_event_that_a_view_cannot_take_meets_no_row(root: Path):
    view = VIEWS["open_cases"]

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        if event.type == "CaseConcluded":
            raise KeyError("number")
        return view.evolve(row, event)

    found = rows(root, raised(view._replace(evolve=evolve)))
    assert found.gaps == ["the example of CaseConcluded meets no row of open_cases, which takes it"]


def test_a_view_that_is_new_is_named_until_it_is_recorded(root: Path):
    new = VIEWS["open_cases"]._replace(name="new_view")
    found = rows(root, new)
    assert found.gaps == [f"{FILE} has no rows of new_view: make contracts records them"]
    (root / FILE).write_text(found.text, encoding="utf-8")
    assert rows(root, new).gaps == []


def test_an_entry_without_a_view_is_named_until_it_is_dropped(root: Path):
    left = [view for view in VIEWS.values() if view.name != "powers"]
    found = view_rows.rows(root, left)
    assert found.gaps == [f"{FILE} has rows of powers, which is no view: make contracts drops them"]
    (root / FILE).write_text(found.text, encoding="utf-8")
    assert view_rows.rows(root, left).gaps == []


def test_a_view_that_no_example_reaches_is_named(root: Path):
    view = VIEWS["powers"]
    found = rows(root, raised(view._replace(key=lambda _event: None, events=None)))
    assert found.gaps == ["no published example reaches powers"]


def test_an_event_that_meets_no_row_is_named(root: Path):
    view = VIEWS["open_cases"]
    taken = view.events or frozenset()
    other = next(iter(VIEWS["powers"].events or ()))
    found = rows(root, view._replace(events=taken | {other}))
    assert found.gaps == [
        f"the example of {other.__name__} meets no row of open_cases, which takes it"
    ]


# Examples that come and go


def test_an_example_that_is_added_takes_no_other_signature(root: Path):
    example = root / "events" / "case" / "CaseConcluded.v1.example.json"
    content = example.read_text(encoding="utf-8")
    example.unlink()
    (root / FILE).unlink()
    (root / FILE).write_text(rows(root).text, encoding="utf-8")
    before = kept(root)
    example.write_text(content, encoding="utf-8")
    found = rows(root)
    assert found.gaps == []
    assert found.text == (ROOT / FILE).read_text(encoding="utf-8")
    assert json.loads(found.text)["views"]["open_cases"] != before["views"]["open_cases"]


def test_an_example_that_is_lost_is_asked_for_and_nothing_recorded_without_it(root: Path):
    (root / "events" / "case" / "CaseAccepted.v1.example.json").unlink()
    found = rows(root, with_field(VIEWS["open_cases"]))
    assert found.text == (root / FILE).read_text(encoding="utf-8")
    assert found.gaps[0] == (
        "without the example case/CaseAccepted.v1 it is not known whether rows changed: "
        "bring it back"
    )


@pytest.mark.parametrize("content", ["", "{}", '{"type": "CaseAccepted"}'])
def test_an_example_that_cannot_be_read_is_named(content: str, root: Path):
    (root / "events" / "case" / "CaseAccepted.v1.example.json").write_text(content)
    with pytest.raises(ContractError, match=r"the example case/CaseAccepted\.v1 cannot be read"):
        rows(root)
