"""
Which reasons an operation may be refused for, read from the sources.

From the handler on every function, class and table that is named is followed to where it is
written, through the imports. What a value's method is can only be guessed from its name, so all
methods of that name are followed: rather a code too many than one too few. At the switchboards
(`match command`) only the arms of commands are followed that are made on the way.
"""

import ast
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT.name
REASON: Final = "Reason"
# Above the routes: no request gets there.
ABOVE: Final = ("bootstrap", "cli", "contract", "importing", "refusals", "serving", "triggers")
COMMAND: Final = "command"  # what switchboards call what they decide by


class Place(NamedTuple):
    """Something that is written at the top of a module, or in a class there."""

    module: str
    name: str


class Raised(NamedTuple):
    """A reason as it is given somewhere: `kind` is the class that takes it."""

    where: str
    kind: str
    code: str
    template: str


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
def _written(module: str) -> dict[str, list[ast.AST]]:
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
        if name in _written(module):
            return Place(module, name)
        if name not in _imported(module):
            return None
        module, name = _imported(module)[name]
        if f"{module}.{name}" in modules():
            return Place(f"{module}.{name}", "")
    return None


def _place(module: str, node: ast.expr) -> Place | None:
    match node:
        case ast.Name(id=name):
            return _resolved(module, name)
        case ast.Attribute(value=value, attr=name):
            found = _place(module, value)
            return _resolved(found.module, name) if found and not found.name else None
        case _:
            return None


@cache
def _methods() -> dict[str, list[tuple[str, ast.FunctionDef]]]:
    found: dict[str, list[tuple[str, ast.FunctionDef]]] = defaultdict(list)
    for module, tree in modules().items():
        if module.split(".")[1:2] and module.split(".")[1] in ABOVE:
            continue
        for kind in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            for node in kind.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
                    found[node.name].append((module, node))
    return found


# Reasons


def raised() -> list[Raised]:
    """Every reason that is given anywhere."""
    return [one for module, tree in modules().items() for one in _reasons(module, ast.walk(tree))]


@cache
def refusals() -> frozenset[str]:
    """The names of all that takes a reason."""
    classes = [
        node for tree in modules().values() for node in tree.body if isinstance(node, ast.ClassDef)
    ]
    found = {"Refusal"}
    while True:
        more = {one.name for one in classes if any(_name(base) in found for base in one.bases)}
        if more <= found:
            return frozenset(found | {REASON})
        found |= more


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _reasons(module: str, nodes: Iterable[ast.AST]) -> Iterator[Raised]:
    for node in nodes:
        match node:
            case ast.Call(
                func=func,
                args=[ast.Constant(value=str(code)), ast.Constant(value=str(template)), *_],
            ) if _name(func) in refusals() or ast.unparse(func) == "super().__init__":
                yield Raised(module, _name(func), code, template)
            case _:
                pass


# From one operation on


def codes(handler: Callable[..., Any], *more: Callable[..., Any]) -> frozenset[str]:
    """The codes of the reasons that may be given once the handler is called, and `more` with it."""
    given = list(_given(handler))
    made = {Place(one.__module__, one.__qualname__) for one in given if isinstance(one, type)}
    found: set[str] = set()
    seen: set[Part] = set()
    waiting: list[Arm] = []
    todo = [_part_of(each) for each in (handler, *more, *given) if not isinstance(each, type)]
    while todo:
        part = todo.pop()
        if part not in seen:
            seen.add(part)
            read = _read(part)
            found |= read.codes
            made |= read.made
            todo += read.named
            waiting += read.arms
        if not todo:
            todo = [arm.part for arm in waiting if arm.commands & made]
            waiting = [arm for arm in waiting if not arm.commands & made]
    return frozenset(found)


class Part(NamedTuple):
    """Something to read: it stands in that module."""

    module: str
    node: ast.AST


class Arm(NamedTuple):
    """Of a switchboard: what is done for these commands."""

    commands: frozenset[Place]
    part: Part


class Read(NamedTuple):
    """What stands in a part: codes, what it makes or hands on, what it names, and arms."""

    codes: frozenset[str]
    made: frozenset[Place]
    named: tuple[Part, ...]
    arms: tuple[Arm, ...]


@cache
def _read(part: Part) -> Read:
    arms: list[Arm] = []
    nodes = list(_below(part, arms))
    named = tuple(dict.fromkeys(each for node in nodes for each in _follow(part.module, node)))
    return Read(
        frozenset(one.code for one in _reasons(part.module, nodes)),
        frozenset(place for node in nodes for place in _made(part.module, node)),
        named,
        tuple(arms),
    )


def _below(part: Part, arms: list[Arm]) -> Iterator[ast.AST]:
    """All that stands in it but the arms of switchboards, which are put with the `arms`."""
    todo = [part.node]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.Match) and _name(node.subject) == COMMAND:
            for case in node.cases:
                commands = frozenset(_classes(part.module, case.pattern))
                body = ast.Module(case.body, [])
                if commands:
                    arms.append(Arm(commands, Part(part.module, body)))
                else:
                    todo.append(body)
        else:
            todo += ast.iter_child_nodes(node)


def _made(module: str, node: ast.AST) -> Iterator[Place]:
    if isinstance(node, ast.Call):
        handed = node.args if _name(node.func) != "isinstance" else []
        yield from filter(None, (_place(module, one) for one in (node.func, *handed)))


def _follow(module: str, node: ast.AST) -> Iterator[Part]:
    if not isinstance(node, ast.Name | ast.Attribute):
        return
    place = _place(module, node)
    if place is not None and place.name:
        for one in _written(place.module)[place.name]:
            yield Part(place.module, _of_class(one))
    elif place is None and isinstance(node, ast.Attribute):
        yield from (Part(*method) for method in _methods().get(node.attr, ()))


def _given(handler: Callable[..., Any]) -> Iterator[Any]:
    """The classes and functions that a handler was made with: its command, say."""
    for cell in getattr(inspect.unwrap(handler), "__closure__", None) or ():
        if inspect.isclass(cell.cell_contents) or inspect.isfunction(cell.cell_contents):
            yield cell.cell_contents


def _part_of(handler: Callable[..., Any]) -> Part:
    function = inspect.unwrap(handler)
    return Part(function.__module__, _function(function))


def _of_class(node: ast.AST) -> ast.AST:
    """Of a class what making one of it runs; its methods are followed where they are named."""
    if not isinstance(node, ast.ClassDef):
        return node
    inits = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    return next((one for one in inits if one.name == "__init__"), _NOTHING)


_NOTHING: Final = ast.Pass()


def _classes(module: str, pattern: ast.pattern) -> Iterator[Place]:
    for node in ast.walk(pattern):
        if isinstance(node, ast.MatchClass):
            place = _place(module, node.cls)
            if place is not None:
                yield place


def _function(function: Any) -> ast.FunctionDef:
    """Where a function is written; it may be in another one."""
    line = function.__code__.co_firstlineno
    for node in ast.walk(modules()[function.__module__]):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first == line:
                return node
    raise LookupError(f"{function.__module__} has no {function.__name__}")
