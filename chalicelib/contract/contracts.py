"""
The files of the published contract: events/, the OpenAPI document, and the tables in docs/; and
what the views make of the examples. They are made from the code; only examples are not: those of
events since what was published is forever, those of requests and replies since they are recorded.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from ..cases.domain.state import LEADS_TO
from ..kernel.base import Frozen
from . import examples as api_examples
from . import problems as api_problems
from . import reasons, tables, view_rows, wirings
from .asyncapi import asyncapi
from .docstrings import meaning, term
from .errors import ContractError
from .events import EventType, envelope_schema, event_schema, event_types, phases
from .json_schemas import Json, render
from .openapi import openapi, operations, shared_names, shows, told_problems

_OF_A_TYPE: Final = re.compile(r"events/([a-z_]+)/([A-Za-z]+)\.v([0-9]+)\.(?:schema|example)\.json")
_BY_HAND: Final = frozenset({"events/README.md"})
EVENT_TABLE: Final = "docs/events.md"
PROBLEM_TABLES: Final = ("docs/api.md", "docs/api.zh-CN.md")
REASON_TABLE: Final = "docs/reasons.md"
OPENAPI: Final = "chalicelib/web/static/openapi.json"


def check_root(root: Path) -> None:
    """Raises ContractError unless `root` is the directory of the source tree."""
    needed = ("app.py", "pyproject.toml", "events", "docs")
    missing = [name for name in needed if not (root / name).exists()]
    if missing:
        raise ContractError(
            f"{root} has no {', '.join(missing)}: the contract is made in the repository, "
            "which an installed package does not bring along"
        )


def generated(root: Path) -> dict[str, str]:
    """
    Every file that is made from the code, by its path below `root`, and what belongs in it. Raises
    ContractError.
    """
    _refuse(wirings.gaps(root))  # first: app.py may not even be imported with such a gap
    import app

    routes = app.app.routes
    _refuse(tables.missing(list(operations(routes))))
    _no_reason_is_given_up(_text(root / REASON_TABLE))
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    schemas = {f"events/{one.file}.schema.json": event_schema(one) for one in event_types()}
    whole: dict[str, Json] = {
        "events/envelope.schema.json": envelope_schema(),
        **schemas,
        "events/asyncapi.json": asyncapi(version),
        OPENAPI: openapi(routes, version, recorded(root)),
    }
    return {
        **{path: render(value) for path, value in whole.items()},
        EVENT_TABLE: with_table(_text(root / EVENT_TABLE), "events", event_table()),
        **{
            page: with_table(_text(root / page), "problems", api_problems.table())
            for page in PROBLEM_TABLES
        },
        view_rows.FILE: view_rows.rows(root).text,
        REASON_TABLE: with_table(_text(root / REASON_TABLE), "reasons", reasons.table()),
    }


def _refuse(gaps: Iterable[str]) -> None:
    if found := list(gaps):
        raise ContractError("\n".join(found))


def recorded(root: Path) -> api_examples.Examples:
    return api_examples.read(_text(root / api_examples.RECORDED))


def _no_reason_is_given_up(published: str) -> None:
    gone = reasons.given_up(published)
    if gone:
        raise ContractError(
            f"nothing gives the reasons {', '.join(gone)} any more: a code is stable, so keep it; "
            f"or take it out of {REASON_TABLE}, and say so in CHANGELOG.md"
        )


def differences(root: Path) -> list[str]:
    """The generated files that are not as the code would make them."""
    return [path for path, text in generated(root).items() if _text(root / path) != text]


def write(root: Path) -> list[str]:
    """Make them so; tells which ones changed."""
    changed = []
    for path, text in generated(root).items():
        if _text(root / path) != text:
            _publish(root / path, text)
            changed.append(path)
    return changed


def _publish(path: Path, text: str) -> None:
    """For everybody to read, unlike all else that a command makes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o755)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


# What no generator makes good


def example_path(root: Path, event: EventType) -> Path:
    return root / "events" / f"{event.file}.example.json"


def gaps(root: Path) -> list[str]:
    """What was published and is gone, or has never been shown; each with what to do."""
    rows = view_rows.rows(root).gaps
    return [*_missing(root), *_unknown(root), *_never_shown(root), *rows]


def _never_shown(root: Path) -> Iterator[str]:
    """Operations and problems without an example; models that share a name."""
    import app

    examples = recorded(root)
    found = list(operations(app.app.routes))
    for name in shared_names(found):
        yield f"several models of the OpenAPI document are called {name}: rename all but one"
    codes = {code for _, some in told_problems(found).values() for code in some}
    remedy = "python -m tests.contract.api_examples records what the walks do"
    for one in found:
        if missing := shows(one) - examples.operations.get(one.doc.name, {}).keys():
            yield f"{one.doc.name} has no example of its {' and '.join(sorted(missing))}: {remedy}"
    for code in api_examples.unrecorded(codes, examples):
        yield f"no walk is refused with {code}: {remedy}"


def _missing(root: Path) -> Iterator[str]:
    for event in event_types():
        for version in range(1, event.schema + 1):
            older = version < event.schema
            for kind in ("schema", "example"):
                path = f"events/{event.category}/{event.name}.v{version}.{kind}.json"
                if (root / path).is_file() or (kind == "schema" and not older):
                    continue
                yield f"{path} is missing: {_remedy(older=older)}"


def _remedy(*, older: bool) -> str:
    if older:
        return "it was published, and what was published is forever; bring it back"
    return "python -m tests.contract.examples writes one"


def _unknown(root: Path) -> Iterator[str]:
    made = {*generated_paths(), *_BY_HAND}
    known = {(event.category, event.name): event.schema for event in event_types()}
    for path in sorted((root / "events").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in made and not _is_known(name, known):
            yield f"{name} belongs to no event type: a type, once published, is never given up"


def _is_known(name: str, known: Mapping[tuple[str, str], int]) -> bool:
    found = _OF_A_TYPE.fullmatch(name)
    return found is not None and int(found[3]) <= known.get((found[1], found[2]), 0)


def generated_paths() -> Iterator[str]:
    """Those in events/."""
    yield from ("events/envelope.schema.json", "events/asyncapi.json")
    for event in event_types():
        yield f"events/{event.file}.schema.json"


# Tables in documents that people write


def with_table(text: str, name: str, table: str) -> str:
    """`text` with `table` between its two marks; raises ContractError if they are not there."""
    begin, end = f"<!-- {name}: made by make contracts -->", f"<!-- {name}: end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ContractError(f"no place for the table: put {begin} and {end} on lines of their own")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def event_table() -> str:
    """Every event type in Markdown, by phase."""
    files = {event.kind: event.file for event in event_types()}
    parts = []
    for phase in phases():
        rows = [_row(kind, files[kind]) for kind in phase.kinds]
        head = ["| Event | 名称 | Meaning | State |", "|---|---|---|---|"]
        parts.append("\n".join([f"### {phase.zh} {phase.en}", "", *head, *rows]))
    return "\n\n".join(parts)


def _row(kind: type[Frozen], file: str) -> str:
    name = f"[`{kind.__name__}`](../events/{file}.schema.json)"
    return f"| {name} | {term(kind)} | {_cell(meaning(kind))} | {_state(kind)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _state(kind: type[Frozen]) -> str:
    """The one that the event leads a case to, as the API names it."""
    return f"`{LEADS_TO[kind].__name__.lower()}`" if kind in LEADS_TO else "—"
