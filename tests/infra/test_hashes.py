"""Nothing comes into a package that the lock has no digest of, on either kind of machine."""

import json
import sys
from pathlib import Path
from subprocess import CalledProcessError
from zipfile import ZipFile

import pytest

import infra.package
from infra.archive import PackageError
from infra.functions import CONFIG, ROOT
from infra.locking.__main__ import FILES, LAMBDA
from infra.locking.lock import pins
from infra.locking.targets import Target, on_lambda

NAMES = dict(
    line.split("  ", 1) for line in (ROOT / FILES).read_text(encoding="utf-8").splitlines()
)
# Of it pip takes one wheel for this machine, and chalice asks for another that Lambda loads.
(PILLOW,) = (one for one in pins((ROOT / LAMBDA).read_text("utf-8")) if one.name == "pillow")
RUNTIME = "python{}.{}".format(*sys.version_info)
APP = (
    "from chalice import Chalice\n\napp = Chalice('banjian')\n\n@app.route('/')\ndef index(): ...\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """As little as chalice packs, with pillow."""
    monkeypatch.setattr(infra.package, "merged", lambda *_, **__: {})
    (tmp_path / ".chalice").mkdir()
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def built(project: Path, machine: str, digests: set[str]) -> set[str]:
    config = json.loads(CONFIG.read_text(encoding="utf-8")) | {"lambda_architecture": machine}
    (project / ".chalice/config.json").write_text(json.dumps(config))
    hashes = "".join(f" \\\n    --hash=sha256:{one}" for one in sorted(digests))
    (project / LAMBDA).write_text(f"pillow=={PILLOW.version}{hashes}\n")
    infra.package.package("dev", project / "out", project=project)
    return set(ZipFile(project / "out" / infra.package.ZIP).namelist())


def loaded(target: Target) -> set[str]:
    return {
        one for one in PILLOW.hashes if NAMES[one].endswith(".whl") and target.loads(NAMES[one])
    }


@pytest.mark.parametrize(
    ("machine", "built_for"), [("x86_64", "x86_64-linux"), ("arm64", "aarch64-linux")]
)
def test_the_lock_packs_for_both_kinds_of_machine(project, machine, built_for):
    names = built(project, machine, set(PILLOW.hashes))
    modules = [name for name in names if name.startswith("PIL/") and name.endswith(".so")]
    assert modules
    assert all(built_for in name for name in modules)
    (target,) = infra.package.targets(project / "out" / infra.package.TEMPLATE)
    assert target == on_lambda(RUNTIME, machine)


def test_a_wheel_for_lambda_that_the_lock_does_not_name_is_not_packed(project):
    """Chalice asks for it by version alone; its digest is of a file that nobody looked at."""
    there = {one for one in PILLOW.hashes if NAMES[one].endswith(".whl")}
    with pytest.raises((PackageError, CalledProcessError)):
        built(project, "arm64", there - loaded(on_lambda(RUNTIME, "arm64")))


def test_what_the_lock_names_by_another_digest_is_not_even_fetched(project):
    with pytest.raises(CalledProcessError):
        built(project, "x86_64", {"0" * 64})
