"""`banjian contracts`: make events/ and the OpenAPI document from the code, or compare them."""

from pathlib import Path
from typing import Annotated

import typer

from .console import err, fail, out

ROOT = Path(__file__).resolve().parents[2]


def contracts(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail if a file is not current.")
    ] = False,
) -> None:
    """Write the published contract anew from the code (in the repository only)."""
    # The models of all replies: slow to import, and no other command needs them.
    from ..contract import contracts as published
    from ..contract.errors import ContractError

    try:
        published.check_root(ROOT)
        stale = published.differences(ROOT) if check else published.write(ROOT)
        gaps = published.gaps(ROOT)
    except ContractError as error:
        fail(str(error))
    _tell(stale, gaps, check=check)


def _tell(stale: list[str], gaps: list[str], *, check: bool) -> None:
    for path in stale:
        (err if check else out).print(
            f"{path} is not what the code says" if check else f"wrote {path}", soft_wrap=True
        )
    for gap in gaps:
        err.print(gap, soft_wrap=True)
    if gaps or (check and stale):
        fail(
            "the published contract is not current",
            "Run: make contracts" if check and stale else "",
        )
    out.print("The published contract is current.")
