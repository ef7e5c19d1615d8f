"""
The files of chalicelib that one simple command enters, as docs/architecture.md lists them:

    python -m tests.architecture.tracing           prints them, in the order of entry
    python -m tests.architecture.tracing --write   brings the page's table up to date

The command is POST /cases/{case_id}/receive by a window clerk, through the very app.py, after one
like it: what is made once (stores, validators, keys) is there. A file counts if one of its
functions runs while the request does; what a module does when it is imported does not.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any
from unittest.mock import patch

import httpx

from chalicelib import bootstrap
from chalicelib.serving import signin
from tests.city import City

from .page import PAGE, ROOT, kept, table, with_part

PART = "files of a command"
HEAD = ("File", "Why it is there")
PACKAGE = ROOT / "chalicelib"
CLERK = "clerk-chen"


@contextmanager
def a_city(data: Path) -> Iterator[City]:
    """As the fixture of tests/city.py, for who runs without pytest."""
    told = {
        "BANJIAN_DATA": str(data),
        "BANJIAN_ISSUER": signin.ISSUER,
        "BANJIAN_AUDIENCE": signin.AUDIENCE,
        "BANJIAN_JWKS": json.dumps(signin.jwks(data)),
    }
    with patch.dict(os.environ, told):
        _forget()
        made = City(data)
        made.publish("senior-card")
        yield made
    _forget()


def _forget() -> None:
    bootstrap.platform.cache_clear()
    bootstrap.verifier.cache_clear()
    bootstrap.web.cache_clear()


def entered(action: Callable[[], object]) -> list[str]:
    """The files of chalicelib, from the root of the tree, that `action` enters in this thread."""
    found: dict[CodeType, None] = {}

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            found.setdefault(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(before)
    return list(dict.fromkeys(_files(found)))


def _files(codes: dict[CodeType, None]) -> Iterator[str]:
    for code in codes:
        path = Path(code.co_filename)
        if code.co_name != "<module>" and path.is_relative_to(PACKAGE):
            yield path.relative_to(ROOT).as_posix()


def files_of_a_command(city: City) -> list[str]:
    """Of the second of two: what the first has made is there for the second."""
    first, second = (str(city.submit(insist=True)["case_id"]) for _ in range(2))
    with city.as_(CLERK) as clerk:
        _receive(clerk, first)
        return entered(lambda: _receive(clerk, second))


def _receive(clerk: httpx.Client, case_id: str) -> None:
    headers = {"Idempotency-Key": f"receive-{case_id}"}
    answer = clerk.post(f"/cases/{case_id}/receive", json={}, headers=headers)
    if answer.status_code != HTTPStatus.OK:
        raise AssertionError(answer.text)


def traced() -> list[str]:
    with TemporaryDirectory() as directory, a_city(Path(directory)) as city:
        return files_of_a_command(city)


def written(page: str, files: list[str]) -> str:
    """The page with a row for each file; the reasons that it has stay."""
    reasons = {row[0]: row[-1] for row in kept(page, PART)}
    rows = [(f"`{file}`", reasons.get(f"`{file}`", "")) for file in files]
    return with_part(page, PART, f"{counted(files)}\n\n{table(HEAD, rows)}")


def counted(files: list[str]) -> str:
    """How many they are, and of which folders, the one with most first."""
    folders = Counter(file.split("/")[1] for file in files)
    told = ", ".join(f"{number} of {name}" for name, number in folders.most_common())
    return f"{len(files)} files: {told}."


def main() -> None:
    files = traced()
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), files), encoding="utf-8")
    for file in files:
        print(file)  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
