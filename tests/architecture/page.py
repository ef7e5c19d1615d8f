"""The parts of docs/architecture.md that are made from the code, between two marks each."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: made from the code -->", f"<!-- {name}: end -->"


def part(page: str, name: str) -> str:
    """What stands between the marks; raises ValueError without them."""
    return _split(page, name)[1]


def with_part(page: str, name: str, text: str) -> str:
    before, _, after = _split(page, name)
    begin, end = marks(name)
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def _split(page: str, name: str) -> tuple[str, str, str]:
    begin, end = marks(name)
    before, opened, rest = page.partition(begin)
    text, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"{PAGE.name} has no place for it: put {begin} and {end} on lines")
    return before, text.strip(), after


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def kept(page: str, name: str) -> list[tuple[str, ...]]:
    """The rows of the table in that part, without its head."""
    return rows_of(part(page, name))


def rows_of(text: str) -> list[tuple[str, ...]]:
    """The rows of the tables in a text, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    heads = {at for at, line in enumerate(lines) if re.fullmatch(r"[|\s:-]+", line)}
    return [
        tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1]))
        for at, line in enumerate(lines)
        if at not in heads and at + 1 not in heads
    ]
