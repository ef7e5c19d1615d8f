"""
The pictures of docs/architecture.md, drawn from the imports of the code (mermaid):

    python -m tests.architecture.drawing           prints them
    python -m tests.architecture.drawing --write   brings the page up to date

An arrow that follows from others is left out, or nobody could read them. One that points upwards,
which import-linter forbids, is drawn dotted.
"""

import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

import grimp

from chalicelib.subjects import SUBJECTS

from .page import PAGE, ROOT, with_part

PACKAGE = "chalicelib"
SUBJECT = "cases"

Imports = Mapping[str, Collection[str]]


class Drawing(NamedTuple):
    """`layers` from the top; `imports` of each name, which layer it is in; `notes` stand in it."""

    layers: list[list[str]]
    imports: Imports
    notes: Mapping[str, str]


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(PACKAGE, cache_dir=None)


def drawings() -> dict[str, str]:
    """By the name of its part of the page."""
    return {
        "packages and their layers": mermaid(packages()),
        "the inside of a subject": mermaid(inside(SUBJECT)),
    }


def packages() -> Drawing:
    declared = [[*map(_bare, line.split("|"))] for line in _layers("Subjects stand")]
    names = {name for layer in declared for name in layer}
    imports = {name: {_top(one) for one in _imported(name)} & names - {name} for name in names}
    return Drawing(declared, imports, dict.fromkeys(SUBJECTS, "subject"))


def inside(subject: str) -> Drawing:
    """The layers of a subject, and below each name what of the rest of the system it imports."""
    parts = {module.rpartition(".")[2] for module in graph().find_children(f"{PACKAGE}.{subject}")}
    declared = [[*map(_bare, line.split("|"))] for line in _layers("Within a subject")]
    told = {name for layer in declared for name in layer}
    layers = [[name for name in layer if name in parts] for layer in declared]
    beside = sorted(parts - told)
    imports: dict[str, set[str]] = {}
    notes: dict[str, str] = {}
    for name in parts:
        found = _imported(f"{subject}.{name}")
        own = {one.split(".")[2] for one in found if _is_of(one, subject)}
        imports[name] = own - {name}
        others = sorted({_top(one) for one in found if not _is_of(one, subject)})
        notes[name] = ", ".join(others)
    return Drawing([beside, *layers], imports, notes)


def _is_of(module: str, subject: str) -> bool:
    return module.startswith(f"{PACKAGE}.{subject}.")


def _layers(contract: str) -> list[str]:
    """As import-linter's contract that is called so has them, from the top."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    (found,) = (one["layers"] for one in contracts if one["name"].startswith(contract))
    return [str(line) for line in found]


def _bare(name: str) -> str:
    return name.strip().strip("()")


def _top(module: str) -> str:
    return module.split(".")[1]


def _imported(name: str) -> set[str]:
    """The modules that those of a package, or a module, import directly."""
    whole = f"{PACKAGE}.{name}"
    modules = {whole, *graph().find_descendants(whole)}
    found = {one for module in modules for one in graph().find_modules_directly_imported_by(module)}
    return {one for one in found if one.count(".") and one not in modules}


def mermaid(drawing: Drawing) -> str:
    """A flowchart, a row for each layer."""
    return "\n".join(["```mermaid", "flowchart TD", *_rows(drawing), *_arrows(drawing), "```"])


def _rows(drawing: Drawing) -> Iterator[str]:
    for number, layer in enumerate(filter(None, drawing.layers)):
        yield f'  subgraph layer{number}[" "]'
        yield from (f"    {_id(name)}[{_label(drawing, name)}]" for name in layer)
        yield "  end"


def _label(drawing: Drawing, name: str) -> str:
    note = drawing.notes.get(name, "")
    return f'"<b>{name}</b><br/>{note}"' if note else f'"<b>{name}</b>"'


def _id(name: str) -> str:
    # `subgraph`, `end` and others are mermaid's own words.
    return f"of_{name}"


def _arrows(drawing: Drawing) -> Iterator[str]:
    rank = {name: at for at, layer in enumerate(drawing.layers) for name in layer}
    down = {
        name: {one for one in found if rank[one] >= rank[name]}
        for name, found in drawing.imports.items()
    }
    for name in sorted(down, key=lambda one: (rank[one], one)):
        yield from (f"  {_id(name)} --> {_id(one)}" for one in sorted(_needed(down, name)))
        upwards = sorted(set(drawing.imports[name]) - down[name])
        yield from (f"  {_id(name)} -.-> {_id(one)}" for one in upwards)


def _needed(imports: Imports, name: str) -> set[str]:
    """Of what `name` imports, what it does not reach through another of them."""
    direct = set(imports[name])
    return {one for one in direct if not _reached(imports, direct - {one}, one)}


def _reached(imports: Imports, start: Iterable[str], goal: str) -> bool:
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(imports[name])
    return False


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name, drawn in drawings().items():
        print(drawn)  # noqa: T201 - what it is for
        page = with_part(page, name, drawn) if "--write" in sys.argv else page
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
