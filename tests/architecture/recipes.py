"""A recipe of CONTRIBUTING.md, as edits that are applied to a copy of the tree."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .page import ROOT

RECIPE = Path(__file__).with_name("recipe") / "recipe.toml"


class Edit(NamedTuple):
    """
    `new` is a whole file; else `text` goes before or after a passage, or in the place of it, which
    must stand there once. What is `apart` is a test or an example.
    """

    file: str
    step: str
    new: str | None = None
    before: str = ""
    after: str = ""
    instead_of: str = ""
    text: str = ""
    apart: bool = False

    @property
    def passage(self) -> str:
        return self.before or self.after or self.instead_of


class Unfit(Exception):
    """The recipe is not of this tree any more."""


def edits() -> list[Edit]:
    return [Edit(**one) for one in tomllib.loads(RECIPE.read_text(encoding="utf-8"))["edit"]]


def by_hand(recipe: Iterable[Edit]) -> list[str]:
    """The files that a person edits, tests and examples apart."""
    return list(dict.fromkeys(one.file for one in recipe if not one.apart))


def copied(to: Path) -> Path:
    """Every file that git knows, as it lies here; what is not committed yet, too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, told.split("\0")):
        source, target = ROOT / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return to


def apply(recipe: Sequence[Edit], root: Path) -> None:
    """Raises Unfit."""
    for one in recipe:
        path = root / one.file
        if one.new is None:
            path.write_text(edited(one, path.read_text(encoding="utf-8")), encoding="utf-8")
        elif path.exists():
            raise Unfit(f"{one.file} is there already")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(one.new, encoding="utf-8")


def edited(edit: Edit, text: str) -> str:
    """Raises Unfit."""
    if text.count(edit.passage) != 1:
        raise Unfit(f"{edit.file} has not, or not once:\n{edit.passage}")
    before = edit.text + edit.before if edit.before else ""
    after = edit.after + edit.text if edit.after else ""
    return text.replace(edit.passage, before or after or edit.text)
