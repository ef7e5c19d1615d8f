"""`banjian contracts`: write what is published of the events and of the HTTP interface."""

from typing import Annotated

import typer


def contracts(
    *, check: Annotated[bool, typer.Option("--check", help="Compare, and write nothing.")] = False
) -> None:
    """Write events/ and docs/openapi.json anew from the code."""
    from ..embedded import contracts as published

    published.write(check=check)
