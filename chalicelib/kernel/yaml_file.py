"""A YAML file read into a model; what is wrong with it is told by file and line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


class BadYaml(ValueError):
    """`path` does not say what it should; the message has a line for each fault."""


def read(path: Path, model: type[M]) -> M:
    """
    Every scalar is text until the model says otherwise: `no`, `01` and 2026-01-31 need no quotes.
    Raises BadYaml.
    """
    node, content = _content(path)
    doubled = [f"{path}:{line}: {key!r} is there twice" for line, key in _doubled(node, set())]
    if doubled:
        _fail("\n".join(doubled))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        _fail("\n".join(_faults(path, node, error)), error)


def _content(path: Path) -> tuple[yaml.Node, object]:
    try:
        loader = yaml.BaseLoader(path.read_text("utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            _fail(f"{path}: the file is empty")
        return node, loader.construct_document(node)
    except OSError as error:
        _fail(f"{path}: cannot be opened: {error.strerror}", error)
    except UnicodeDecodeError as error:
        _fail(f"{path}: not UTF-8; save it as UTF-8", error)
    except yaml.YAMLError as error:
        _fail(f"{path}{_mark(error)}: not YAML: {_words(error)}", error)
    except RecursionError as error:
        _fail(f"{path}: nested too deeply", error)


def _fail(message: str, cause: Exception | None = None) -> NoReturn:
    raise BadYaml(message) from cause


def _mark(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def _words(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)


def _doubled(node: yaml.Node, looked_at: set[int]) -> Iterator[tuple[int, str]]:
    """Keys of which YAML would silently let the last one win."""
    if id(node) in looked_at:  # an alias: nested ones would multiply
        return
    looked_at.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _doubled(child, looked_at)
    if isinstance(node, yaml.MappingNode):
        count = Counter[str]()
        for key, child in node.value:
            if isinstance(key, yaml.ScalarNode):
                count[key.value] += 1
                if count[key.value] > 1:
                    yield key.start_mark.line + 1, key.value
            yield from _doubled(child, looked_at)


def _faults(path: Path, node: yaml.Node, error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        where = ".".join(map(str, fault["loc"]))
        message = fault["msg"].removeprefix("Value error, ")
        place = f"{path}:{_line(node, fault['loc'])}"
        yield f"{place}: {where}: {message}" if where else f"{place}: {message}"


def _line(node: yaml.Node, loc: Sequence[int | str]) -> int:
    """The line of what `loc` leads to, or of the last that is there on the way."""
    line = node.start_mark.line + 1
    for step in loc:
        found = _child(node, step)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return line


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step], node.value[step]
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((pair for pair in pairs if pair[0].value == str(step)), None)
