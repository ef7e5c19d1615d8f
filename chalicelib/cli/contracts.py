"""`banjian contracts`: make events/ and docs/openapi.json anew from the code, or compare them."""

from pathlib import Path
from typing import Annotated

import typer

from ..embedded import contracts as published
from .console import err, fail, out

ROOT = Path(__file__).resolve().parents[2]


def contracts(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail if a file is not current.")
    ] = False,
) -> None:
    """Write the published contract anew from the code (in the repository only)."""
    try:
        published.check_root(ROOT)
        if check:
            _compare()
        else:
            _write()
    except published.ContractError as error:
        fail(str(error))


def _compare() -> None:
    stale, gaps = published.differences(ROOT), published.gaps(ROOT)
    for path in stale:
        err.print(f"{path} is not what the code says", soft_wrap=True)
    _report(gaps)
    if stale or gaps:
        fail("the published contract is not current", "Run: make contracts" if stale else "")
    out.print("The published contract is current.")


def _write() -> None:
    changed = published.write(ROOT)
    for path in changed:
        out.print(f"wrote {path}", soft_wrap=True)
    gaps = published.gaps(ROOT)
    _report(gaps)
    if gaps:
        fail("the published contract is not whole")
    out.print(f"The published contract is current; {len(changed)} files changed.")


def _report(gaps: list[str]) -> None:
    for gap in gaps:
        err.print(gap, soft_wrap=True)
