"""What is installed and deployed is locked to the file, on each Python and kind of machine."""

import platform
import re
import sys
import tomllib
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from infra.functions import ROOT
from infra.locking.__main__ import DEV, EMBEDDED, FILES, LAMBDA, SOURCES
from infra.locking.lock import LockError, Pin, pins, releases
from infra.locking.targets import LINUX, ON_LAMBDA, PYTHONS, Target, on_lambda

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
RANGES = {
    LAMBDA: NEEDED,
    EMBEDDED: [*NEEDED, *EXTRAS["embedded"], *PROJECT["build-system"]["requires"]],
    DEV: [*NEEDED, *EXTRAS["embedded"], *EXTRAS["dev"]],
    ".ci/checkov.lock": PROJECT["dependency-groups"]["checkov"],
    ".ci/otel.lock": PROJECT["dependency-groups"]["otel"],
    ".ci/uv.lock": PROJECT["dependency-groups"]["uv"],
}
TEXTS = {lock: (ROOT / lock).read_text(encoding="utf-8") for lock in SOURCES}
LOCKS = {lock: pins(text) for lock, text in TEXTS.items()}
LISTED = (ROOT / FILES).read_text(encoding="utf-8")
NAMES = dict(line.split("  ", 1) for line in LISTED.splitlines())
# What names a place to install from, in a requirements file or anywhere.
ADDRESS = re.compile(r"://|\bindex|--find-links|--extra|--trusted|\bfile:|@ ", re.IGNORECASE)


def machines(lock: str) -> tuple[Target, ...]:
    return ON_LAMBDA if lock == LAMBDA else LINUX


def test_they_are_of_four_pythons_and_both_machines():
    assert PYTHONS == ((3, 11), (3, 12), (3, 13), (3, 14))
    assert len(set(LINUX)) == len(set(ON_LAMBDA)) == 8
    assert PROJECT["project"]["requires-python"] == ">=3.11"


@pytest.mark.parametrize("lock", SOURCES)
def test_a_lock_fits_the_ranges(lock):
    """If not: make locks."""
    for target in machines(lock):
        held = dict(releases(LOCKS[lock], target))
        for needed in map(Requirement, RANGES[lock]):
            if needed.marker is None or needed.marker.evaluate(target.environment()):
                locked = held[canonicalize_name(needed.name)]
                assert needed.specifier.contains(locked), (needed, locked)


@pytest.mark.parametrize("lock", SOURCES)
def test_a_machine_has_one_release_of_each(lock):
    for target in machines(lock):
        held = releases(LOCKS[lock], target)
        assert len(held) == len(dict(held)) > 0


@pytest.mark.parametrize("lock", SOURCES)
def test_each_machine_has_a_wheel_of_each_and_its_digest(lock):
    """A source would be built with tools that no lock names."""
    for pin in LOCKS[lock]:
        files = [NAMES[digest] for digest in pin.hashes]
        for target in filter(pin.holds, machines(lock)):
            assert any(name.endswith(".whl") and target.loads(name) for name in files), (
                f"{pin.name} {pin.version} for {target}: make locks"
            )


def test_no_digest_is_of_another_release_and_none_is_left_over():
    used = {(digest, pin) for lock in LOCKS.values() for pin in lock for digest in pin.hashes}
    assert {digest for digest, _ in used} == NAMES.keys()
    for digest, pin in used:
        assert release(NAMES[digest]) == (pin.name, pin.version)


def release(file: str) -> tuple[str, str]:
    parse = parse_wheel_filename if file.endswith(".whl") else parse_sdist_filename
    name, of = parse(file)[:2]
    return name, str(of)


@pytest.mark.parametrize("lock", [*SOURCES, FILES])
def test_no_address_is_named(lock):
    assert ADDRESS.findall(TEXTS.get(lock, LISTED)) == []


def test_an_address_would_be_found():
    for line in ("--index-url x", "a @ b", "# https://x", "-f file:x", "--extra-index-url x"):
        assert ADDRESS.search(line)


def test_whoever_has_more_installed_has_the_same_releases_of_the_rest():
    for few, more in pairwise([LAMBDA, EMBEDDED, DEV]):
        for target in LINUX:
            assert releases(LOCKS[few], target) < releases(LOCKS[more], target)


def test_what_is_tested_is_what_is_deployed():
    """If not: make install."""
    here = on_lambda("python{}.{}".format(*sys.version_info), platform.machine())
    for name, locked in releases(LOCKS[LAMBDA], here):
        assert version(name) == locked, name


@pytest.mark.parametrize(
    "line",
    [
        "segno>=1.6",
        "segno==1.6.6 --hash=md5:0",
        "segno @ somewhere",
        "--index-url x",
        "-r others.txt",
        "-e .",
        "    --hash=sha256:00",
    ],
)
def test_a_line_that_locks_nothing_is_refused(line):
    with pytest.raises(LockError, match="locks nothing"):
        pins(f"{line}\n")


def test_a_pin_holds_where_its_marker_says():
    digest = "0" * 64
    text = f"A_b==1.0 ; sys_platform == 'darwin' \\\n    --hash=sha256:{digest}\n    # via c\n"
    (pin,) = pins(text)
    assert pin == Pin("a-b", "1.0", "sys_platform == 'darwin'", frozenset([digest]))
    assert not pin.holds(LINUX[0])
    assert pin.holds(LINUX[0]._replace(glibc=0))


@pytest.mark.parametrize(
    ("file", "loads"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", True),
        ("a-1-cp38-abi3-manylinux_2_26_x86_64.whl", True),
        ("a-1-cp311-cp311-manylinux_2_28_x86_64.whl", False),  # Lambda has 2.26 there
        ("a-1-cp312-cp312-manylinux_2_17_x86_64.whl", False),
        ("a-1-cp311-cp311-manylinux_2_17_aarch64.whl", False),
        ("a-1-cp311-cp311-musllinux_1_2_x86_64.whl", False),
        ("a-1-cp311-cp311-win_amd64.whl", False),
    ],
)
def test_lambda_loads_what_is_built_for_it(file, loads):
    assert on_lambda("python3.11", "x86_64").loads(file) is loads


def recipes() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def test_make_installs_nothing_that_is_not_locked():
    """Whatever calls pip or installs does it by one of two ways, and each lock is installed."""
    text = recipes()
    ways = dict(re.findall(r"^(\w+) := -m pip (.*)$", text, re.MULTILINE))
    assert "--require-hashes -r" in ways["LOCKED"]
    assert {"--no-deps", "--no-build-isolation", "."} <= set(ways["OURS"].split())
    others = [line for line in text.splitlines() if re.search(r"\bpip\b", line)]
    assert len(others) == len(ways) == 2
    installed = set(re.findall(r"\$\(LOCKED\) (\S+)", text))
    # What Lambda runs chalice takes; what is but measured, the benchmark.
    assert installed == SOURCES.keys() - {LAMBDA, ".ci/otel.lock"}
    measure = (ROOT / "benchmarks/tracing.py").read_text(encoding="utf-8")
    assert re.search(r'"--require-hashes"', measure)
    assert '".ci" / "otel.lock"' in measure


def test_ci_runs_what_a_person_types():
    commands = re.findall(r"^make (.*)$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert {"check", "test"} <= set(commands)
