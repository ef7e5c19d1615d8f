"""
`python -m infra.locking UV [OPTIONS]`: the locks anew, from the ranges of pyproject.toml.

What is locked stays as it is while the ranges allow it; OPTIONS of `uv pip compile` say otherwise:
`--upgrade`, `--upgrade-package NAME`. UV is its executable.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from infra.functions import ROOT

from .lock import PIN, LockError, Pin, pins
from .targets import EVERYWHERE, LINUX, ON_LAMBDA


class Source(NamedTuple):
    """`arguments` say of what a lock is made; it keeps the pins of `kept`."""

    arguments: tuple[str, ...]
    kept: str


LAMBDA: Final = "requirements.txt"
EMBEDDED: Final = ".ci/embedded.lock"
DEV: Final = ".ci/dev.lock"
# The largest comes first: what it pins, the service may have.
SOURCES: Final = {
    DEV: Source(("pyproject.toml", "--extra", "embedded", "--extra", "dev"), DEV),
    EMBEDDED: Source(("pyproject.toml", "--extra", "embedded"), DEV),
    LAMBDA: Source(("pyproject.toml",), DEV),
    ".ci/checkov.lock": Source(("--group", "checkov"), ".ci/checkov.lock"),
    ".ci/otel.lock": Source(("--group", "otel"), ".ci/otel.lock"),
    ".ci/uv.lock": Source(("--group", "uv"), ".ci/uv.lock"),
}
# Each file that a lock lets in, as sha256sum writes it: digest and name.
FILES: Final = ".ci/files.sha256"
HEAD: Final = (
    "# Written by make locks from the ranges in pyproject.toml; the files are named in {}.\n"
)
Files = dict[str, str]
# Of a release, the files of the index by digest.
Index = Mapping[tuple[str, str], Files]


def main() -> None:
    uv, *options = sys.argv[1:]
    try:
        renew(uv, options)
    except (LockError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"the locks are as they were: {error}")


def renew(uv: str, options: Sequence[str]) -> None:
    """Raises LockError, CalledProcessError, OSError; the locks are then as they were."""
    texts, files = dict[str, str](), Files()
    with TemporaryDirectory() as made:
        for lock, (arguments, kept) in SOURCES.items():
            draft = Path(made) / PurePosixPath(lock).name
            draft.write_text(texts[kept] if kept in texts else _there(kept), encoding="utf-8")
            _compile(uv, draft, [*arguments, *(options if kept == lock else ())])
            index = _index(uv, draft)
            texts[lock] = locked(draft.read_text(encoding="utf-8"), index)
            files |= _named(lock, pins(texts[lock]), index)
    for lock, text in texts.items():
        (ROOT / lock).write_text(text, encoding="utf-8")
    (ROOT / FILES).write_text(listed(files), encoding="utf-8")


def _there(lock: str) -> str:
    return (ROOT / lock).read_text(encoding="utf-8") if (ROOT / lock).exists() else ""


def _compile(uv: str, out: Path, arguments: Sequence[str]) -> None:
    """For each Python and kind of machine at once; what `out` pins stays, if it can."""
    oldest = "{}.{}".format(*LINUX[0].python)
    subprocess.run(  # noqa: S603 - our own arguments, no shell
        [
            *(uv, "pip", "compile", "--quiet", "--no-header", "--universal"),
            *("--python-version", oldest, "--output-file", str(out), *arguments),
        ],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _index(uv: str, draft: Path) -> Index:
    out = draft.with_name(f"pylock.{draft.stem}.toml")
    _compile(uv, out, ["--no-deps", str(draft)])
    packages = tomllib.loads(out.read_text(encoding="utf-8"))["packages"]
    return {(one["name"], one["version"]): _files(one) for one in packages}


def _files(package: Mapping[str, Any]) -> Files:
    of_all = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else [])]
    return {
        one["hashes"]["sha256"]: PurePosixPath(unquote(urlsplit(one["url"]).path)).name
        for one in of_all
    }


def locked(draft: str, index: Index) -> str:
    """The draft, with the hashes of what may be installed, without what is for Windows alone."""
    lines, kept = [HEAD.format(FILES)], True
    for line in draft.splitlines(keepends=True):
        if PIN.match(line.rstrip("\n")):
            (pin,) = pins(line)
            kept = any(pin.holds(target) for target in EVERYWHERE)
            hashes = [f"    --hash=sha256:{digest}" for digest in sorted(_wanted(pin, index))]
            lines.append(" \\\n".join([line.rstrip("\n"), *hashes]) + "\n" if kept else "")
        elif kept:
            lines.append(line)
    return "".join(lines)


def _wanted(pin: Pin, index: Index) -> Files:
    """Sources, and the wheels that one of the targets loads where the pin holds."""
    targets = [target for target in EVERYWHERE if pin.holds(target)]
    return {
        digest: name
        for digest, name in index[pin.name, pin.version].items()
        if not name.endswith(".whl") or any(target.loads(name) for target in targets)
    }


def _named(lock: str, locked: Iterable[Pin], index: Index) -> Files:
    """The files of a lock; raises LockError if one of its machines would have none."""
    found = Files()
    for pin in locked:
        files = _wanted(pin, index)
        for target in ON_LAMBDA if lock == LAMBDA else LINUX:
            if pin.holds(target) and not any(
                name.endswith(".whl") and target.loads(name) for name in files.values()
            ):
                raise LockError(f"{lock}: {pin.name} {pin.version} has no wheel for {target}")
        found |= files
    return found


def listed(files: Files) -> str:
    return "".join(f"{digest}  {name}\n" for digest, name in sorted(files.items(), key=_by_name))


def _by_name(entry: tuple[str, str]) -> tuple[str, str]:
    return entry[1].lower(), entry[0]


if __name__ == "__main__":
    main()
