"""What import-linter is told of the subjects, and what it cannot be told."""

import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

import grimp
import pytest

from chalicelib.subjects import FOUNDATION, REACTING, SUBJECTS

from .page import ROOT

LINTED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]


def contract(name: str) -> dict[str, list[str]]:
    return next(one for one in LINTED["contracts"] if one["name"].startswith(name))


def test_the_subjects_stand_in_the_order_that_is_linted():
    lines = contract("Subjects stand")["layers"]
    linted = [name.strip() for line in reversed(lines) for name in line.split("|")]
    ours = {*FOUNDATION, *SUBJECTS}
    assert [name for name in linted if name in SUBJECTS] == _in_order(linted, SUBJECTS)
    assert ours <= set(linted)


def _in_order(linted: list[str], names: Collection[str]) -> list[str]:
    """`names` as subjects.py has them; those that share a line may stand either way."""
    shared = {frozenset(line.split(" | ")) for line in contract("Subjects stand")["layers"]}
    listed, found = list(names), []
    while listed:
        name = listed.pop(0)
        beside = next((one for one in shared if name in one), frozenset({name}))
        group = [name, *(one for one in listed if one in beside)]
        listed = [one for one in listed if one not in beside]
        found += sorted(group, key=linted.index)
    return found


def test_the_inside_of_every_subject_is_linted():
    containers = contract("Within a subject")["containers"]
    assert {one.removeprefix("chalicelib.") for one in containers} == set(SUBJECTS)


# Subjects that react


def wrong(graph: grimp.ImportGraph, package: str, reacting: Collection[str]) -> Iterator[str]:
    """Where one of them uses the application of another subject, or is used by one."""
    for subject in reacting:
        root = f"{package}.{subject}"
        for module in (root, *graph.find_descendants(root)):
            for used in graph.find_modules_directly_imported_by(module):
                parts = used.split(".")
                if parts[1:2] != [subject] and parts[2:3] == ["application"]:
                    yield f"{module} uses {used}"


def test_subjects_that_react_read_events_alone():
    assert set(REACTING) <= set(SUBJECTS)
    assert (
        list(wrong(grimp.build_graph("chalicelib", cache_dir=None), "chalicelib", REACTING)) == []
    )


def test_one_that_uses_an_application_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """On a town of two subjects, one of which shall react."""
    files = {
        "town/cases/application/cases.py": "",
        "town/cases/domain/events.py": "",
        "town/watching/subscribers/late.py": (
            "from town.cases.domain import events\nfrom town.cases.application import cases\n"
        ),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for folder in path.relative_to(tmp_path).parents[:-1]:
            (tmp_path / folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    graph = grimp.build_graph("town", cache_dir=None)
    assert list(wrong(graph, "town", ["watching"])) == [
        "town.watching.subscribers.late uses town.cases.application.cases"
    ]


# Folders


def test_no_folder_has_more_modules_than_one_sees_at_a_glance():
    counts = {
        folder: len([one for one in folder.glob("*.py") if one.name != "__init__.py"])
        for name in ("chalicelib", "benchmarks", "infra", "tests")
        for folder in (ROOT / name, *(ROOT / name).rglob("*"))
        if folder.is_dir()
    }
    assert {str(folder): count for folder, count in counts.items() if count > 20} == {}
