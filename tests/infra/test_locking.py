"""make locks: with a uv that answers from a table, since the index is another every day."""

import sys
from subprocess import CalledProcessError

import pytest

from infra.locking import __main__ as locking
from infra.locking.__main__ import DEV, EMBEDDED, FILES, LAMBDA, SOURCES, locked, renew
from infra.locking.lock import LockError, pins

# Writes what it was asked for; of pip compile only what the locks need.
UV = f"""#!{sys.executable}
import os, sys
from pathlib import Path
given = sys.argv[1:]
here = Path(__file__).parent
out = Path(given[given.index("--output-file") + 1])
kept = out.read_text() if out.exists() else ""
told = [out.name, "kept" if kept else "new", *given[given.index("--output-file") + 2:]]
with (here / "asked").open("a") as asked:
    print(*told, file=asked)
if (here / "refuses").exists():
    sys.exit("no such release")
out.write_text((here / ("pylock" if out.suffix == ".toml" else "draft")).read_text())
"""
DRAFT = """\
colorama==0.4.6 ; sys_platform == 'win32'
    # via click
segno==1.6.6
    # via banjian (pyproject.toml)
"""
WHEEL, SOURCE, WINDOWS = "a" * 64, "b" * 64, "c" * 64


def package(name, version, *files):
    wheels = [f'{{ url = "x:/{n}", hashes = {{ sha256 = "{d}" }} }}' for d, n in files]
    return f'[[packages]]\nname = "{name}"\nversion = "{version}"\nwheels = [{", ".join(wheels)}]\n'


SEGNO = [
    (WHEEL, "segno-1.6.6-py3-none-any.whl"),
    (WINDOWS, "segno-1.6.6-cp311-cp311-win_amd64.whl"),
]
PYLOCK = package("colorama", "0.4.6", (WINDOWS, "colorama-0.4.6-py3-none-any.whl")) + (
    package("segno", "1.6.6", *SEGNO)
    + f'sdist = {{ url = "x:/y/segno-1.6.6.tar.gz", hashes = {{ sha256 = "{SOURCE}" }} }}\n'
)


@pytest.fixture
def uv(tmp_path, monkeypatch):
    (tmp_path / ".ci").mkdir()
    monkeypatch.setattr(locking, "ROOT", tmp_path)
    (tmp_path / "draft").write_text(DRAFT)
    (tmp_path / "pylock").write_text(PYLOCK)
    executable = tmp_path / "uv"
    executable.write_text(UV)
    executable.chmod(0o755)
    return executable


def asked(uv):
    lines = [line.split() for line in (uv.parent / "asked").read_text().splitlines()]
    return {line[0]: line[1:] for line in lines if not line[0].startswith("pylock.")}


def test_a_lock_names_sources_and_the_wheels_that_a_machine_of_ours_loads(uv):
    renew(str(uv), [])
    for lock in SOURCES:
        (pin,) = pins((uv.parent / lock).read_text())
        assert (pin.name, pin.hashes) == ("segno", frozenset([WHEEL, SOURCE]))
    assert (uv.parent / LAMBDA).read_text().endswith("    # via banjian (pyproject.toml)\n")
    assert (uv.parent / FILES).read_text() == (
        f"{WHEEL}  segno-1.6.6-py3-none-any.whl\n{SOURCE}  segno-1.6.6.tar.gz\n"
    )


def test_what_is_for_windows_alone_is_left_out_with_its_reasons(uv):
    index = {("colorama", "0.4.6"): {}, ("segno", "1.6.6"): dict(SEGNO)}
    assert "click" not in locked(DRAFT, index)


def test_the_service_takes_its_pins_from_the_largest_lock_and_what_is_asked_for_too(uv):
    renew(str(uv), ["--upgrade-package", "segno"])
    told = asked(uv)
    assert told["dev.lock"][0] == told["checkov.lock"][0] == "new"
    assert "--upgrade-package" in told["dev.lock"]
    for lock in ("embedded.lock", "requirements.txt"):
        assert told[lock][0] == "kept"
        assert "--upgrade-package" not in told[lock]


def test_what_is_locked_stays_unless_it_is_asked_for(uv):
    renew(str(uv), [])
    (uv.parent / "asked").unlink()
    renew(str(uv), [])
    assert {line[0] for line in asked(uv).values()} == {"kept"}


def test_a_release_that_a_machine_has_no_wheel_of_is_not_locked(uv):
    renew(str(uv), [])
    before = (uv.parent / DEV).read_bytes()
    (uv.parent / "draft").write_text("segno==1.6.7\n")
    only = (WHEEL, "segno-1.6.7-cp311-cp311-manylinux_2_28_x86_64.whl")
    (uv.parent / "pylock").write_text(package("segno", "1.6.7", only))
    with pytest.raises(LockError, match=r"dev\.lock: segno 1\.6\.7 has no wheel for Target"):
        renew(str(uv), [])
    assert (uv.parent / DEV).read_bytes() == before


def test_what_uv_refuses_changes_nothing(uv):
    (uv.parent / "refuses").touch()
    with pytest.raises(CalledProcessError):
        renew(str(uv), [])
    assert not (uv.parent / EMBEDDED).exists()
