"""
The recipes of CONTRIBUTING.md are tried: applied to a copy of the tree, an event, a route, a view
and a consumer pass every check there, and a request reaches them.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .page import ROOT
from .recipes import Edit, Unfit, apply, by_hand, copied, edited, edits

MOST = 12
GUIDE = ROOT / "CONTRIBUTING.md"
BANJIAN = ("-c", "from chalicelib.cli import main; main()")
RECIPE = edits()
PYTHON_FILES = [file for file in dict.fromkeys(one.file for one in RECIPE) if file.endswith(".py")]


def run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """In `root`, whose packages come before those that are installed."""
    environment = {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def passes(root: Path, *command: str) -> str:
    done = run(root, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree after the recipe, with what the commands of CONTRIBUTING.md make."""
    root = copied(tmp_path_factory.mktemp("recipe"))
    apply(RECIPE, root)
    passes(root, "-m", "tests.contract.examples")
    run(root, *BANJIAN, "contracts")  # what the next one fits examples to; it misses them yet
    passes(root, "-m", "tests.contract.api_examples")
    passes(root, *BANJIAN, "contracts")
    return root


def test_it_takes_at_most_twelve_files_by_hand():
    assert len(by_hand(RECIPE)) <= MOST


def test_the_guide_names_each_of_them_and_no_other():
    told = GUIDE.read_text(encoding="utf-8").partition("\n## The trial\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| (?:yes|apart) \|", told, re.MULTILINE)
    assert rows == list(dict.fromkeys(one.file for one in RECIPE))


def test_ruff_finds_nothing(followed: Path):
    passes(followed, "-m", "ruff", "format", "--check", ".")
    passes(followed, "-m", "ruff", "check", ".")


def test_mypy_finds_nothing_in_what_was_edited(followed: Path):
    passes(followed, "-m", "mypy", *PYTHON_FILES)


def test_imports_point_where_they_may(followed: Path):
    passes(followed, "-c", "from importlinter.cli import lint_imports_command as lint; lint()")


def test_the_published_contract_is_current(followed: Path):
    assert "is current" in passes(followed, *BANJIAN, "contracts", "--check")
    assert (followed / "events/mandate/MandateNoted.v1.schema.json").is_file()
    assert "noteMandate" in (followed / "chalicelib/web/static/openapi.json").read_text()


def test_a_request_reaches_the_view_and_wakes_the_consumer(followed: Path):
    passes(followed, "-m", "pytest", "-q", "tests/people/test_mandate_notes.py")


def test_what_is_wired_stands_in_app_py(followed: Path):
    passes(followed, "-m", "pytest", "-q", "tests/test_wiring.py")


# The edits themselves


def test_an_edit_goes_before_or_after_its_passage_or_in_its_place():
    bare, text = Edit("a.py", "event", text="new\n"), "one\ntwo\n"
    assert edited(bare._replace(before="two\n"), text) == "one\nnew\ntwo\n"
    assert edited(bare._replace(after="one\n"), text) == "one\nnew\ntwo\n"
    assert edited(bare._replace(instead_of="one\n"), text) == "new\ntwo\n"


@pytest.mark.parametrize("text", ["one\n", "two\ntwo\n"])
def test_an_edit_whose_passage_is_not_there_once_is_refused(text: str):
    with pytest.raises(Unfit, match=r"a\.py has not, or not once"):
        edited(Edit("a.py", "event", after="two\n", text="new\n"), text)


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path):
    (tmp_path / "a.py").write_text("there")
    with pytest.raises(Unfit, match="is there already"):
        apply([Edit("a.py", "event", new="new")], tmp_path)


def test_a_forgotten_step_is_found(tmp_path: Path):
    """The checks are no ornament: a consumer without its line in app.py is named."""
    root = copied(tmp_path)
    apply([one for one in RECIPE if one.file != "app.py"], root)
    done = run(root, "-m", "pytest", "-q", "tests/test_wiring.py")
    assert done.returncode == 1
    assert "mandate_letters" in done.stdout
