"""Service items in YAML files (docs/items.md): read them, and say what is wrong, and where."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..application.check import Where, check
from ..domain.item import ItemDefinition

MAX_BYTES = 1_000_000


class Mark(NamedTuple):
    """A place in a file; line and column count from 1, 0 if it is the file as a whole."""

    line: int
    column: int


NOWHERE = Mark(0, 0)


class Finding(NamedTuple):
    """One thing wrong with a file."""

    path: Path
    at: Mark
    message: str

    def __str__(self) -> str:
        place = f":{self.at.line}:{self.at.column}" if self.at.line else ""
        return f"{self.path}{place}: {self.message}"


class ItemFileError(Exception):
    """Files that hold no item that can be published; `findings` are all that is wrong."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(map(str, self.findings)))


class _Document(NamedTuple):
    """What a file says, and where each value begins."""

    content: Any
    marks: Mapping[Where, Mark]


def read_items(directory: Path) -> list[ItemDefinition]:
    """The items in `directory`/*.yaml, by file name; raises ItemFileError for all files at once."""
    return read_files(sorted((*directory.glob("*.yaml"), *directory.glob("*.yml"))))


def read_files(paths: Iterable[Path]) -> list[ItemDefinition]:
    """The item in each file; raises ItemFileError for all files at once."""
    read: dict[Path, ItemDefinition] = {}
    findings: list[Finding] = []
    for path in paths:
        try:
            read[path] = read_item(path)
        except ItemFileError as error:
            findings += error.findings
    findings += _repeated(read)
    if findings:
        raise ItemFileError(findings)
    return list(read.values())


def _repeated(read: Mapping[Path, ItemDefinition]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for path, definition in read.items():
        other = first.setdefault(definition.code, path)
        if other != path:
            yield Finding(path, NOWHERE, f"{definition.code} is also the code of {other.name}")


def read_item(path: Path) -> ItemDefinition:
    """The item in one file, fit to be published; raises ItemFileError."""
    document = _parsed(path, _text(path))
    definition, found = check(document.content)
    if definition is None or found:
        raise ItemFileError(
            Finding(path, _mark(document.marks, where), f"{_name(where)}: {message}")
            for where, message in found
        )
    return definition


def read_draft(path: Path) -> dict[str, Any]:
    """What a file says of an item, as far as it is written. Raises ItemFileError: it is no YAML."""
    content: dict[str, Any] = _parsed(path, _text(path)).content
    return content


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ItemFileError([Finding(path, NOWHERE, f"is over {MAX_BYTES:,} bytes")])
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise ItemFileError([Finding(path, NOWHERE, error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        at = Mark(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise ItemFileError([Finding(path, at, "is not UTF-8 text; save it as UTF-8")]) from error


# YAML


class _Loader(yaml.SafeLoader):
    """
    Scalars as in YAML 1.2's core schema: `no` and `01` and 2026-01-31 are text. So is a row of more
    than 15 digits, which is somebody's code and no quantity.
    """


_Loader.yaml_implicit_resolvers = {}  # its own, not those of every SafeLoader
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]{0,14})$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern, re.ASCII), list(_first)
    )


def _parsed(path: Path, text: str) -> _Document:
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        marks: dict[Where, Mark] = {}
        found = [Finding(path, at, message) for at, message in _odd(root, (), marks, set())]
        if not isinstance(root, yaml.MappingNode):
            said = "is not an item: `code: ...`, `name: ...` and so on"
            found.append(Finding(path, NOWHERE, said))
        if found:
            raise ItemFileError(found)
        return _Document(loader.construct_document(root), marks)
    except yaml.YAMLError as error:
        raise ItemFileError([_syntax(path, text, error)]) from error
    except RecursionError as error:
        raise ItemFileError([Finding(path, NOWHERE, "is nested too deeply")]) from error
    except ValueError as error:  # what YAML's own types make of a value: !!timestamp, a vast number
        raise ItemFileError([Finding(path, NOWHERE, str(error))]) from error


def _syntax(path: Path, text: str, error: yaml.YAMLError) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return Finding(path, _of(error.problem_mark), f"not YAML: {error.problem}")
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        at = Mark(before.count("\n") + 1, error.position - before.rfind("\n"))
        return Finding(path, at, f"not YAML: character {error.character:#06x} is not allowed")
    return Finding(path, NOWHERE, f"not YAML: {error}")


def _of(mark: yaml.Mark) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _odd(
    node: yaml.Node | None, where: Where, marks: dict[Where, Mark], seen: set[int]
) -> Iterator[tuple[Mark, str]]:
    """What YAML allows and an item does not; notes in `marks` where each value is."""
    if node is None:
        return
    marks.setdefault(where, _of(node.start_mark))
    if id(node) in seen:
        yield _of(node.start_mark), "no aliases (*name): write the value out"
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for at, one in enumerate(node.value):
            yield from _odd(one, (*where, at), marks, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _odd_key(key, where, marks)
            marks[*where, str(key.value)] = _of(key.start_mark)
            yield from _odd(value, (*where, str(key.value)), marks, seen)


def _odd_key(
    key: yaml.Node, where: Where, marks: Mapping[Where, Mark]
) -> Iterator[tuple[Mark, str]]:
    if key.tag != "tag:yaml.org,2002:str":
        yield _of(key.start_mark), f"{key.value} is not a name: put it in quotes"
    elif (*where, key.value) in marks:
        line = marks[*where, key.value].line
        yield _of(key.start_mark), f"{key.value} is there already, in line {line}"


# Where it says so


def _mark(marks: Mapping[Where, Mark], where: Where) -> Mark:
    """Where the value begins, or the nearest one around it."""
    while where and where not in marks:
        where = where[:-1]
    return marks.get(where, NOWHERE)


def _name(where: Where) -> str:
    """`materials[2].trust`, the list counted from 1 as people do."""
    text = ""
    for step in where:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "item"
