"""docs/api.md: its commands, run as they stand there, answer what it says."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.web.messages import MESSAGES
from tests.system.examples import published
from tests.system.running import BANJIAN, ROOT, running

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "sed", "sha256sum"))),
    reason="the guide's commands need bash, curl, sed and sha256sum",
)


class Answer(NamedTuple):
    """What the guide tells of a reply, as far as it is the same each time."""

    status: str
    etag: str | None
    replayed: str | None


def blocks(language: str) -> Iterator[str]:
    return (text for kind, text in BLOCK.findall(GUIDE) if kind == language)


def answers(text: str) -> list[Answer]:
    """Of every reply in the output of curl -i, or in the guide."""
    return [
        Answer(status, _find(r'(?i)etag: "(\d+)', rest), _find(r"(?i)replayed: (\w+)", rest))
        for status, rest in re.findall(r"HTTP/1.1 (\d+)(.*?)(?=HTTP/1.1 |\Z)", text, re.DOTALL)
    ]


def _find(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text)
    return found[1] if found else None


def problems(text: str) -> list[str]:
    return [code for code in re.findall(r'"code": "([^"]+)"', text) if code in MESSAGES]


def test_the_commands_of_the_guide_answer_what_it_says(tmp_path: Path):
    data = tmp_path / "data"
    with running(published(data)) as service:
        script = "\n".join(("set -eu", *blocks("sh")))
        script = script.replace(".venv/bin/banjian", str(BANJIAN))
        script = script.replace("http://127.0.0.1:8000", service.url)
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "BANJIAN_DATA": str(data), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert answers(done.stdout) == [one for block in blocks("http") for one in answers(block)]
    assert problems(done.stdout) == problems("".join(blocks("http")))
