"""What is written where in the sources: what names stand for, by the imports. Only to be read."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT.name
# Above the routes: no request gets there.
ABOVE: Final = ("bootstrap", "cli", "contract", "importing", "refusals", "serving", "triggers")


class Place(NamedTuple):
    """Something that is written at the top of a module, or in a class there."""

    module: str
    name: str


@cache
def modules() -> dict[str, ast.Module]:
    return {
        _module(file): ast.parse(file.read_text(encoding="utf-8"))
        for file in sorted(ROOT.rglob("*.py"))
    }


def _module(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


# What is written where


@cache
def written(module: str) -> dict[str, list[ast.AST]]:
    """By its name what stands at the top of a module."""
    found: dict[str, list[ast.AST]] = defaultdict(list)
    for node in modules()[module].body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name].append(node)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    for one in ast.walk(target):
                        if isinstance(one, ast.Name):
                            found[one.id].append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found[name].append(value)
            case _:
                pass
    return found


@cache
def _imported(module: str) -> dict[str, Place]:
    """By its name what a module imports, at its top or in a function."""
    found = {}
    package = Path(ROOT.parent, *module.split(".")).is_dir()
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.ImportFrom):
            parts = module.split(".")
            above = parts[: len(parts) - node.level + package] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                found[alias.asname or alias.name] = Place(source, alias.name)
    return found


@cache
def _resolved(module: str, name: str) -> Place | None:
    """Where a name that a module uses is written; "" is the module itself."""
    for _ in range(len(modules())):
        if module not in modules():
            return None
        if name in written(module):
            return Place(module, name)
        if name not in _imported(module):
            return None
        module, name = _imported(module)[name]
        if f"{module}.{name}" in modules():
            return Place(f"{module}.{name}", "")
    return None


def place_of(module: str, node: ast.expr) -> Place | None:
    match node:
        case ast.Name(id=name):
            return _resolved(module, name)
        case ast.Attribute(value=value, attr=name):
            found = place_of(module, value)
            return _resolved(found.module, name) if found and not found.name else None
        case _:
            return None


@cache
def methods() -> dict[str, list[tuple[str, ast.FunctionDef]]]:
    """By its name; what runs when an object is called by the name of its class: `attester`."""
    found: dict[str, list[tuple[str, ast.FunctionDef]]] = defaultdict(list)
    for module, tree in modules().items():
        if module.split(".")[1:2] and module.split(".")[1] in ABOVE:
            continue
        for kind in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            for node in (one for one in kind.body if isinstance(one, ast.FunctionDef)):
                if node.name == "__call__":
                    found[kind.name.lower().removesuffix("s")].append((module, node))
                elif not node.name.startswith("__"):
                    found[node.name].append((module, node))
    return found


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def function_of(function: Any) -> ast.FunctionDef:
    """Where a function is written; it may be in another one."""
    line = function.__code__.co_firstlineno
    for node in ast.walk(modules()[function.__module__]):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first == line:
                return node
    raise LookupError(f"{function.__module__} has no {function.__name__}")
