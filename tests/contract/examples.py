"""
`python -m tests.contract.examples` takes from the stories the examples that events/ lacks, and
writes them. It touches none that events/ has: what was published is forever.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib.contract import contracts
from chalicelib.contract import events as event_contracts
from chalicelib.contract.json_schemas import render

from ..stories.cases import ROOT, told


def main() -> None:
    with TemporaryDirectory() as directory:
        happened = [event_contracts.published(one) for one in told(Path(directory))]
    for event in event_contracts.event_types():
        path = contracts.example_path(ROOT, event)
        if not path.exists():
            best = max((one for one in happened if one["type"] == event.name), key=_filled)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(best), encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")  # noqa: T201 - it is a command


def _filled(event: dict[str, Any]) -> int:
    """How many fields of its data say something; the earliest of equals is taken."""
    return sum(1 for value in event["data"].values() if value not in ([], {}))


if __name__ == "__main__":
    main()
