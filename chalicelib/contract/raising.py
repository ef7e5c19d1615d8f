"""
Which reasons an operation may be refused for, read from the sources.

From the handler on every function, class and table that is named is followed to where it is
written, through the imports. What a value's method is can only be guessed from its name, so all
methods of that name are followed: rather a code too many than one too few. At the switchboards
(`match command`) only the arms of commands are followed that are made on the way.
"""

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from .sources import Place, function_of, methods, modules, name_of, place_of, written

REASON: Final = "Reason"
COMMAND: Final = "command"  # what switchboards call what they decide by


class Raised(NamedTuple):
    """A reason as it is given somewhere: `kind` is the class that takes it."""

    where: str
    kind: str
    code: str
    template: str


# Reasons


def raised() -> list[Raised]:
    """Every reason that is given anywhere."""
    return [one for module, tree in modules().items() for one in reasons_in(module, ast.walk(tree))]


@cache
def refusals() -> frozenset[str]:
    """The names of all that takes a reason."""
    classes = [
        node for tree in modules().values() for node in tree.body if isinstance(node, ast.ClassDef)
    ]
    found = {"Refusal"}
    while True:
        more = {one.name for one in classes if any(name_of(base) in found for base in one.bases)}
        if more <= found:
            return frozenset(found | {REASON})
        found |= more


def reasons_in(module: str, nodes: Iterable[ast.AST]) -> Iterator[Raised]:
    for node in nodes:
        match node:
            case ast.Call(
                func=func,
                args=[ast.Constant(value=str(code)), ast.Constant(value=str(template)), *_],
            ) if name_of(func) in refusals() or ast.unparse(func) == "super().__init__":
                yield Raised(module, name_of(func), code, template)
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
    named = (each for node in nodes for each in _follow(part.module, node))
    return Read(
        frozenset(one.code for one in reasons_in(part.module, nodes)),
        frozenset(place for node in nodes for place in _made(part.module, node)),
        tuple(dict.fromkeys(named)),
        tuple(arms),
    )


def _below(part: Part, arms: list[Arm]) -> Iterator[ast.AST]:
    """All that stands in it but the arms of switchboards, which are put with the `arms`."""
    todo = [part.node]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.Match) and name_of(node.subject) == COMMAND:
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
        handed = node.args if name_of(node.func) != "isinstance" else []
        yield from filter(None, (place_of(module, one) for one in (node.func, *handed)))


def _follow(module: str, node: ast.AST) -> Iterator[Part]:
    if not isinstance(node, ast.Name | ast.Attribute):
        return
    place = place_of(module, node)
    if place is not None and place.name:
        for one in written(place.module)[place.name]:
            yield Part(place.module, _of_class(one))
    elif place is None and isinstance(node, ast.Attribute):
        yield from (Part(*method) for method in methods().get(node.attr, ()))


def _given(handler: Callable[..., Any]) -> Iterator[Any]:
    """The classes and functions that a handler was made with: its command, say."""
    for cell in getattr(inspect.unwrap(handler), "__closure__", None) or ():
        if inspect.isclass(cell.cell_contents) or inspect.isfunction(cell.cell_contents):
            yield cell.cell_contents


def _part_of(handler: Callable[..., Any]) -> Part:
    function = inspect.unwrap(handler)
    return Part(function.__module__, function_of(function))


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
            place = place_of(module, node.cls)
            if place is not None:
                yield place
