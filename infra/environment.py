"""
What an operator's shell must know of a stack for the command line to work on it.

The stack says it in its outputs; `infra.deploy` writes them down as a file to be sourced.
"""

from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any, Final

from .changes import DeployError
from .functions import VARIABLES

Json = dict[str, Any]

FILE: Final = "environment"
OUTPUTS: Final = {
    "Bucket": "BANJIAN_BUCKET",
    "Clamd": "BANJIAN_CLAMD",
    "CommittedTopic": "BANJIAN_TOPIC",
    "EventsTable": "BANJIAN_EVENTS_TABLE",
    "Lanes": "BANJIAN_LANES",
    "LogTable": "BANJIAN_LOG_TABLE",
    "PublicUrl": "BANJIAN_PUBLIC_URL",
    "RebuildQueue": "BANJIAN_REBUILDS",
    "Seals": "BANJIAN_SEALS",
    "Secret": "BANJIAN_SECRET",
    "SignInsTable": "BANJIAN_SIGN_INS_TABLE",
    "SigningKey": "BANJIAN_SIGNING_KEY",
    "Stage": "BANJIAN_STAGE",
    "ViewsTable": "BANJIAN_VIEWS_TABLE",
}


def outputs() -> Json:
    """Of the template."""
    return {name: {"Value": VARIABLES[variable]} for name, variable in OUTPUTS.items()}


def write(found: Json, region: str, directory: Path, named: str | None = None) -> Path:
    """
    The file, for a stack as CloudFormation describes it; with its name in that of the file, if it
    was `named`. Raises DeployError, OSError.
    """
    lines = [f"export {name}={quote(value)}\n" for name, value in _variables(found, region)]
    directory.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: half of it would name two stacks at once.
    file = f"{FILE}-{named}" if named else FILE
    half = directory / f"{file}.tmp"
    half.write_text("".join(lines), encoding="utf-8")
    return half.replace(directory / file)


def _variables(found: Json, region: str) -> Iterator[tuple[str, str]]:
    told = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
    missing = sorted(OUTPUTS.keys() - told.keys())
    if missing:
        raise DeployError(
            f"{found['StackName']} does not tell its {', '.join(missing)}: it is of an earlier "
            "release; deploy it anew"
        )
    yield "AWS_DEFAULT_REGION", region
    for name, variable in OUTPUTS.items():
        yield variable, told[name]
