"""docs/third-party.md names what is not ours, with the licence that it says itself."""

import re
import tomllib
from importlib.metadata import distribution

import pytest

from .page import ROOT, rows_of

TEXT = (ROOT / "docs/third-party.md").read_text(encoding="utf-8")
PACKAGES = {row[0].strip("`").lower(): row[-1] for row in rows_of(TEXT) if len(row) == 3}
FOLDERS = ("chalicelib/adapters/pdf/fonts", "chalicelib/web/static")
OURS = {"README.md", "docs.css", "docs.html", "docs.js", "openapi.json"}
# How a package may say it in its metadata.
SAID = {
    "Apache-2.0": r"apache",
    "BSD-3-Clause": r"bsd",
    "LGPL-2.1-or-later": r"lgpl",
    "MIT": r"\bmit\b(?!-cmu)",
    "MIT-CMU": r"mit-cmu|hpnd",
    "PSF-2.0": r"psf|python software foundation",
    "ZPL-2.1": r"zpl|zope",
}


def needed() -> list[str]:
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*whole["dependencies"], *whole["optional-dependencies"]["embedded"]]
    found = (re.match(r"[\w-]+", line) for line in lines)
    return sorted(one[0].lower() for one in found if one)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_that_is_not_ours_is_named(folder: str):
    files = [one.name for one in (ROOT / folder).iterdir() if one.name not in OURS]
    assert files
    assert [one for one in files if f"| `{folder}/{one}` |" not in TEXT] == []


def test_every_file_that_is_named_is_there():
    named = re.findall(r"^\| `(chalicelib/[^`]+)` \|", TEXT, re.MULTILINE)
    assert [one for one in named if not (ROOT / one).is_file()] == []


@pytest.mark.parametrize("what", ["2.004-H2", "0.4.3"])
def test_the_font_has_the_version_that_its_folder_tells(what: str):
    assert what in TEXT
    assert what in (ROOT / FOLDERS[0] / "README.md").read_text(encoding="utf-8")


def test_swagger_has_the_version_that_its_folder_tells():
    (told,) = re.findall(r"`swagger-ui-dist` (\S+) \(npm\)", _readme(FOLDERS[1]))
    assert f"| `swagger-ui-dist` {told} |" in TEXT


def _readme(folder: str) -> str:
    return (ROOT / folder / "README.md").read_text(encoding="utf-8")


def test_every_package_that_is_needed_is_named_and_no_other():
    assert sorted(PACKAGES) == needed()


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_package_has_the_licence_that_it_says_itself(package: str):
    if package == "gmssl-pyx":  # it has wheels for one kind of machine alone
        pytest.importorskip("gmssl_pyx")
    told = distribution(package).metadata
    # Not by [..]: where a field is missing, Python 3.12 warns.
    fields = [told.get_all(name) or [] for name in ("License-Expression", "License", "Classifier")]
    expression, text, classifiers = fields
    licences = [one for one in classifiers if one.startswith("License")]
    said = " ".join([*expression, *(one[:200] for one in text), *licences])
    assert re.search(SAID[PACKAGES[package]], said, re.IGNORECASE), said


def test_there_is_no_licence_of_banjian_itself_and_the_page_says_so():
    assert not list(ROOT.glob("LICEN[CS]E*"))
    assert "it is the owner's to choose" in TEXT
