"""docs/access.md, read as a test reads it: route x role -> which objects."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ACCESS = Path(__file__).resolve().parents[2] / "docs" / "access.md"
NOBODY = "nobody"
CONFIDENTIAL = "a confidential case"
_ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`")

Cells = Mapping[str, tuple[str, ...]]


class Table(NamedTuple):
    """`routes` by (method, path); `confidential` is what holds besides for a confidential case."""

    routes: Mapping[tuple[str, str], Cells]
    confidential: Cells
    words: frozenset[str]


def table() -> Table:
    lines = ACCESS.read_text(encoding="utf-8").splitlines()
    roles: list[str] = []
    routes: dict[tuple[str, str], Cells] = {}
    confidential: Cells = {}
    for line in lines:
        first, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if first == "Route":
            roles = [cell.replace(" ", "_") for cell in cells]
        elif found := _ROUTE.fullmatch(first):
            assert (found[1], found[2]) not in routes, f"{first} stands twice"
            routes[found[1], found[2]] = _row(roles, cells, first)
        elif first == CONFIDENTIAL:
            confidential = _row(roles, cells, first)
    words = frozenset(
        word for row in (confidential, *routes.values()) for one in row.values() for word in one
    )
    return Table(routes, confidential, words)


def _row(roles: list[str], cells: list[str], first: str) -> Cells:
    assert len(cells) == len(roles), f"{first} has {len(cells)} cells for {len(roles)} roles"
    return {role: tuple(cell.split(", ")) for role, cell in zip(roles, cells, strict=True)}
