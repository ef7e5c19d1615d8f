"""The zip as it is deployed: with bytecode, without what no function needs, always the same."""

import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from packaging.utils import canonicalize_name

from . import bytecode
from .locking.lock import Releases, pins, releases
from .locking.targets import Target

# What the code makes clients of, and the X-Ray SDK when it is imported, though it never calls it.
# Botocore has descriptions of 400 more, half of the package.
CLIENTS: Final = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sns", "sqs", "ssm"})
SERVICES: Final = CLIENTS | {"xray"}
DATA: Final = ("botocore", "data")
# Of Pillow, which reportlab imports, what reads photographs, old fonts and other screens.
UNUSED: Final = re.compile(
    r"PIL/_(avif|webp|imagingcms|imagingft|imagingtk)|"
    r"pillow\.libs/lib(avif|brotli|freetype|harfbuzz|lcms2|png16|sharpyuv|webp)"
)
READABLE: Final = 0o644 << 16
RELEASE: Final = re.compile(r"([^/-]+)-([^/-]+)\.dist-info/METADATA")


class PackageError(Exception):
    """The package was not made as it should be; the message says what to do."""


def finish(archive: Path, targets: Collection[Target], lock: str) -> None:
    """
    Rewrite what chalice has packed, for functions that run there: /var/task is read-only, and
    without bytecode each cold start would compile all that it imports. The same files give the same
    bytes. Raises PackageError (also if it is not what `lock` names), OSError, CalledProcessError if
    a module cannot be compiled.
    """
    _check(targets)
    with TemporaryDirectory() as made:
        directory = Path(made)
        with ZipFile(archive) as packed:
            for target in targets:
                _check_locked(packed.namelist(), releases(pins(lock), target))
            _check_built_for_lambda(packed)
            packed.extractall(directory, [one for one in packed.namelist() if needed(one)])
        _compile(directory)
        whole = archive.with_suffix(".tmp")
        _pack(directory, whole)
        whole.replace(archive)


def _check(targets: Iterable[Target]) -> None:
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    others = sorted({"python{}.{}".format(*target.python) for target in targets} - {ours})
    if others:
        raise PackageError(
            f"the functions run on {', '.join(others)}, which cannot read the bytecode that {ours} "
            f"writes: make package with PYTHON={others[0]}, in a new .venv"
        )


def _check_locked(names: Iterable[str], locked: Releases) -> None:
    """Where chalice finds no wheel for Lambda it says so, and packs the rest."""
    matches = filter(None, map(RELEASE.fullmatch, names))
    packed = {(canonicalize_name(one[1]), one[2]) for one in matches}
    wrong = [f"{name} {version} is missing" for name, version in sorted(locked - packed)]
    wrong += [f"{name} {version} is not in it" for name, version in sorted(packed - locked)]
    if wrong:
        raise PackageError(
            f"this is not what requirements.txt locks: {', '.join(wrong)}; see above; then delete "
            ".chalice/deployments and try again"
        )


def _check_built_for_lambda(packed: ZipFile) -> None:
    """What was compiled here links what this machine has, and would not load there."""
    wheels = [name for name in packed.namelist() if name.endswith(".dist-info/WHEEL")]
    ours = [
        name
        for name in wheels
        if re.search(rb"^Tag: .*-linux_\w+", packed.read(name), re.MULTILINE)
    ]
    if ours:
        names = ", ".join(sorted(name.split("-")[0] for name in ours))
        raise PackageError(
            f"{names}: compiled on this machine, since no wheel for Lambda was found; ask for a "
            "release that has one in pyproject.toml, and make locks"
        )


def needed(name: str) -> bool:
    """Not what somebody's Python left beside our modules, nor what nobody calls."""
    parts = name.split("/")
    if "__pycache__" in parts or UNUSED.match(name):
        return False
    of_a_service = tuple(parts[:2]) == DATA and len(parts) > len(DATA) + 1
    return not of_a_service or parts[2] in SERVICES


def _compile(directory: Path) -> None:
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [sys.executable, "-s", "-S", "-B", "-W", "ignore", bytecode.__file__, str(directory)],
        env={"PYTHONHASHSEED": "0"},
        check=True,
    )


def _pack(directory: Path, archive: Path) -> None:
    with ZipFile(archive, "w") as packed:
        for name in sorted(
            one.relative_to(directory).as_posix() for one in directory.rglob("*") if one.is_file()
        ):
            # Of no date, and of nobody: the archive is named after what is in it.
            entry = ZipInfo(name)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, READABLE
            packed.writestr(entry, (directory / name).read_bytes())
