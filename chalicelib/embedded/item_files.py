"""Service items in YAML files (docs/items.md): read them, and say what is wrong in which line."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..application.form_schemas import schema_problems
from ..domain.item import ItemDefinition, misfits

MAX_BYTES = 1_000_000

Where = tuple[str | int, ...]


class Finding(NamedTuple):
    """One thing wrong with a file; `line` counts from 1, 0 if it is the file as a whole."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: {self.message}"
            if self.line
            else f"{self.path}: {self.message}"
        )


class ItemFileError(Exception):
    """Files that hold no item that can be published; `findings` are all that is wrong."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(map(str, self.findings)))


class _Document(NamedTuple):
    """What a file says, and in which line each value begins."""

    content: Any
    lines: Mapping[Where, int]


def read_items(directory: Path) -> list[ItemDefinition]:
    """The items in `directory`/*.yaml, by file name; raises ItemFileError for all files at once."""
    read: dict[Path, ItemDefinition] = {}
    findings: list[Finding] = []
    for path in sorted((*directory.glob("*.yaml"), *directory.glob("*.yml"))):
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
            yield Finding(path, 0, f"{definition.code} is also the code of {other.name}")


def read_item(path: Path) -> ItemDefinition:
    """The item in one file, fit to be published; raises ItemFileError."""
    document = _parsed(path, _text(path))
    found = list(_misfits(document))
    if found:
        raise ItemFileError(
            Finding(path, _line(document.lines, where), f"{_name(where)}: {message}")
            for where, message in found
        )
    return ItemDefinition.model_validate(document.content)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ItemFileError([Finding(path, 0, f"is over {MAX_BYTES:,} bytes")])
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise ItemFileError([Finding(path, 0, error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ItemFileError([Finding(path, line, "is not UTF-8 text; save it as UTF-8")]) from error


# YAML


class _Loader(yaml.SafeLoader):
    """
    Scalars as in YAML 1.2's core schema: `no` and `01` and 2026-01-31 are text. So is a row of more
    than 15 digits, which is somebody's code and no quantity.
    """


_Loader.yaml_implicit_resolvers = {}  # its own, not those of every SafeLoader
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9]\d{0,14})$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9]\d*)\.\d+$", "-0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern, re.ASCII), list(_first)
    )


def _parsed(path: Path, text: str) -> _Document:
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        lines: dict[Where, int] = {}
        found = [Finding(path, line, message) for line, message in _odd(root, (), lines, set())]
        if not isinstance(root, yaml.MappingNode):
            found.append(Finding(path, 0, "is not an item: `code: ...`, `name: ...` and so on"))
        if found:
            raise ItemFileError(found)
        return _Document(loader.construct_document(root), lines)
    except yaml.YAMLError as error:
        raise ItemFileError([_syntax(path, text, error)]) from error
    except RecursionError as error:
        raise ItemFileError([Finding(path, 0, "is nested too deeply")]) from error
    except ValueError as error:  # what YAML's own types make of a value: !!timestamp, a vast number
        raise ItemFileError([Finding(path, 0, str(error))]) from error


def _syntax(path: Path, text: str, error: yaml.YAMLError) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return Finding(path, error.problem_mark.line + 1, f"not YAML: {error.problem}")
    if isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        return Finding(path, line, f"not YAML: character {error.character:#06x} is not allowed")
    return Finding(path, 0, f"not YAML: {error}")


def _odd(
    node: yaml.Node | None, where: Where, lines: dict[Where, int], seen: set[int]
) -> Iterator[tuple[int, str]]:
    """What YAML allows and an item does not; notes in `lines` where each value is."""
    if node is None:
        return
    lines.setdefault(where, node.start_mark.line + 1)
    if id(node) in seen:
        yield node.start_mark.line + 1, "no aliases (*name): write the value out"
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for at, one in enumerate(node.value):
            yield from _odd(one, (*where, at), lines, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _odd_key(key, where, lines)
            lines[*where, str(key.value)] = key.start_mark.line + 1
            yield from _odd(value, (*where, str(key.value)), lines, seen)


def _odd_key(key: yaml.Node, where: Where, lines: Mapping[Where, int]) -> Iterator[tuple[int, str]]:
    line = key.start_mark.line + 1
    if key.tag != "tag:yaml.org,2002:str":
        yield line, f"{key.value} is not a name: put it in quotes"
    elif (*where, key.value) in lines:
        yield line, f"{key.value} is there already, in line {lines[*where, key.value]}"


# What it says


def _misfits(document: _Document) -> Iterator[tuple[Where, str]]:
    try:
        definition = ItemDefinition.model_validate(document.content)
    except ValidationError as error:
        found = error.errors(include_url=False)
        for each in found:
            # A list that has an invalid entry is also said to be too short.
            if not any(_within(other["loc"], each["loc"]) for other in found):
                yield each["loc"], _message(each)
        return
    yield from misfits(definition)
    for where, message in schema_problems(definition.form):
        yield ("form", *where), message


def _within(inner: Where, outer: Where) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _message(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden" | "unexpected_keyword_argument":
            return _unknown(error["loc"])
        case "string_type":
            return f'should be text: put it in quotes, "{error["input"]}"'
        case "string_pattern_mismatch":
            return f"should match {error['ctx']['pattern']}"
        case _:
            return error["msg"].removeprefix("Value error, ")


def _unknown(where: Where) -> str:
    allowed = _fields(where[:-1])
    near = get_close_matches(str(where[-1]), allowed, 1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"there is no such field; {meant}allowed: {', '.join(allowed)}"


def _fields(where: Where) -> list[str]:
    """The fields allowed at a place, as ItemDefinition's own JSON Schema has them."""
    schema = _schema()
    here = schema
    for step in where:
        here = _resolved(here, schema)
        here = here.get("items", {}) if isinstance(step, int) else here["properties"][step]
    return list(_resolved(here, schema).get("properties", ()))


def _resolved(here: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Past `$ref`, and past the `null` of what may be left out."""
    if "anyOf" in here:
        here = here["anyOf"][0]
    if "$ref" in here:
        here = root["$defs"][here["$ref"].rpartition("/")[2]]
    return here


@lru_cache(maxsize=1)
def _schema() -> Mapping[str, Any]:
    return ItemDefinition.model_json_schema()


def _line(lines: Mapping[Where, int], where: Where) -> int:
    """The line of the value, or of the nearest one around it."""
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 0)


def _name(where: Where) -> str:
    """`materials[2].trust`, the list counted from 1 as people do."""
    text = ""
    for step in where:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".") or "item"
