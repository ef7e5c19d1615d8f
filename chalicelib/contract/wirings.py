"""What app.py and the wirings of the subjects do not say of one another."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..subjects import FOUNDATION, SUBJECTS, entries, function_of

# What app.py makes triggers with, and the tables of which it makes them.
_KINDS: Final = {"consumer": "CONSUMERS", "schedule": "SCHEDULES"}
_PACKAGE: Final = "chalicelib"


def gaps(root: Path) -> Iterator[str]:
    """Each with what to write, and where."""
    tree = _tree(root / "app.py")
    yield from _without_line(tree)
    yield from _without_wiring(tree)
    yield from _untold_streams(root)


def _without_line(tree: ast.Module) -> Iterator[str]:
    there = {name for statement in tree.body for name in _targets(statement)}
    for kind, table in _KINDS.items():
        for name in dict.fromkeys(map(function_of, entries(table))):
            if name not in there:
                line = f'{name} = {kind}("{name}")'
                yield f"app.py has no line for the {kind} {name}: add `{line}`"
                there.add(name)  # a group may have both


def _without_wiring(tree: ast.Module) -> Iterator[str]:
    for target, kind, name in _lines(tree):
        if name not in map(function_of, entries(_KINDS[kind])):
            yield f"app.py has the {kind} {name}, which no wiring has in its {_KINDS[kind]}"
        elif target != name:
            yield f"app.py calls the {kind} {name} {target}: AWS finds a function by its name"


def _untold_streams(root: Path) -> Iterator[str]:
    told = {category for category, _ in entries("EVENTS")}
    for path in _modules(root):
        category = _category(_tree(path))
        if category is not None and category not in told:
            line = f'("{category}", "{_named(path.relative_to(root / _PACKAGE))}:EVENTS")'
            yield f"no wiring has the events of {category}: add `{line}` to EVENTS of its subject"


def _modules(root: Path) -> Iterator[Path]:
    for subject in (*FOUNDATION, *SUBJECTS):
        yield from sorted((root / _PACKAGE / subject).rglob("*.py"))


def _named(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _category(tree: ast.Module) -> str | None:
    """The CATEGORY of a module that has EVENTS too, of its own or from beside it."""
    names: set[str] = set()
    category = None
    for statement in tree.body:
        names |= set(_targets(statement))
        value = getattr(statement, "value", None)
        if "CATEGORY" in _targets(statement) and isinstance(value, ast.Constant):
            category = str(value.value)
    return category if "EVENTS" in names else None


def _lines(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """`x = consumer("y")`, as ("x", "consumer", "y")."""
    for statement in tree.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=target)],
                value=ast.Call(func=ast.Name(id=kind), args=[ast.Constant(value=str(name))]),
            ) if kind in _KINDS:
                yield target, kind, name


def _targets(statement: ast.stmt) -> list[str]:
    """The names that it gives something to, by an import too."""
    match statement:
        case ast.Assign(targets=targets):
            return [one.id for one in targets if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.ImportFrom(names=names):
            return [one.asname or one.name for one in names]
        case _:
            return []


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
