"""The live service against its own document: Schemathesis, with all its checks."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.platform.rate_limits import LIMITS

from ..walks.cases import CARD, citizen
from .live import DOCUMENT, live, walked

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
# `make fuzz` gives a seed, and asks for more.
SEED = os.environ.get("FUZZ_SEED", "")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "1")
SECONDS = 3600 if SEED else 600  # until it is given up

# In the order in which they are tried until one is let in.
USERS = (
    "citizen-zhang",
    "clerk-chen",
    "items-sun",
    "clerk-civil",
    "head-civil",
    "auditor-zheng",
    "supervisor-zhou",
    "system-qian",
    "security-feng",
    "clerk-housing",
    "approver-housing",
    "citizen-wang",
    "agent-li",
)
PERSON = citizen(*CARD)["applicant"]["id_number"]
# What makes a body more than well written: an item that there is, a number with its check digit.
BODIES = {
    "body.item": "code",
    "body.applicant.id_number": "person",
    "body.materials[*].sha256": "digest",
}
# What can be made out of nothing, and what is done with it.
MADE = "^/(drafts|cases/.case_id.$|cases/.case_id./query-code$|items/.code./draft$|mandates)"


class Prepared(NamedTuple):
    """A service with cases in every state, and what its addresses can name."""

    url: str
    known: dict[str, set[str]]
    users: dict[str, str]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANJIAN_LIMITS", ",".join(unlimited()))
        with live(tmp_path_factory.mktemp("live")) as running:
            known = walked(running)
            # From here on nobody waits for a list that is asked for what never comes.
            patch.setattr("chalicelib.web.request.WAIT_SECONDS", 0.01)
            yield Prepared(running.url, known, {name: running.token(name) for name in USERS})


def unlimited() -> Iterator[str]:
    for name, limit in LIMITS.items():
        for whom in limit._fields:
            if getattr(limit, whom) is not None:
                yield f"{name}.{whom}=off"


def settings(
    known: Mapping[str, set[str]], users: Mapping[str, str], place: Path, *, paths: bool
) -> Path:
    """
    Schemathesis's settings in `place`: ours, who may call, and what there is to be found. `paths`:
    addresses lead to that too, and not only to what the run itself makes.
    """
    auth = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
        for name, token in users.items()
    ]
    (place / "users.json").write_text(json.dumps({"auth": auth}), encoding="utf-8")
    text = CONFIG.read_text(encoding="utf-8")
    if SEED:
        text = text.replace("deterministic = true", "")
    entries = {name: [_typed(name, one) for one in sorted(known[name])] for name in sorted(known)}
    for name, values in {**entries, "person": [PERSON]}.items():
        text += f"\n[dictionaries.{name}]\nvalues = {json.dumps(values)}\n"
    text += "\n[parameters]\n"
    bound = {f"path.{name}": name for name in entries} if paths else {}
    for parameter, name in {**bound, **BODIES}.items():
        text += f'"{parameter}" = {{ dictionary = "{name}", probability = 0.8 }}\n'
    (place / "schemathesis.toml").write_text(text, encoding="utf-8")
    return place / "schemathesis.toml"


def _typed(name: str, value: str) -> str | int:
    schema = DOCUMENT["components"]["parameters"][name]["schema"]
    return int(value) if schema.get("type") == "integer" else value


def run(url: str, config: Path, *options: str) -> str:
    """The report of a run in which no check failed."""
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", config, "run", f"{url}/openapi.json", "--url", url),
            *("--max-examples", EXAMPLES, "--no-color", *options),
            *(("--seed", SEED) if SEED else ()),
        ],
        cwd=config.parent,
        env={
            "PATH": "/usr/bin:/bin",
            "SCHEMATHESIS_HOOKS": str(HOOKS),
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "200",
            **({"EVERY_HEADER": "1"} if SEED else {}),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    (config.parent / "report.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_no_request_gets_an_answer_that_the_document_does_not_foretell(
    service: Prepared, tmp_path: Path
):
    config = settings(service.known, service.users, tmp_path, paths=True)
    told = run(service.url, config, "--phases", "examples,coverage,fuzzing")
    tested = re.search(r"Tested: (\d+)", told)
    selected = re.search(r"Selected: (\d+)/(\d+)", told)
    assert tested is not None
    assert selected is not None
    assert tested[1] == selected[1] == selected[2]


def test_what_is_made_is_there_and_what_is_deleted_is_gone(service: Prepared, tmp_path: Path):
    config = settings(service.known, service.users, tmp_path, paths=False)
    run(service.url, config, "--phases", "stateful", "--include-path-regex", MADE)
