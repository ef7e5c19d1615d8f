"""
The patterns of a form (`pattern`, `patternProperties`), as ECMA-262 reads them and in linear time.

Python's own `re` goes back and forth: for `^(a+)+$` forty letters are an hour, in which no other
thread of the process runs. So they are run by the engine that pydantic brings (Rust's `regex`),
which never does, and knows neither look-around nor back-references.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from ....kernel.reasons import Reason, Unfit

Fits = Callable[[str], bool]

_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
_IN_CLASS = re.compile(r"\\.|[\[&~]|(?<=-)-", re.DOTALL)
# Of ASCII: Chinese input methods type full-width digits, too.
_SETS = {"d": "0-9", "D": "^0-9", "w": "0-9A-Za-z_", "W": "^0-9A-Za-z_"}
# Of a name or a value that is held against a pattern from before they were checked.
_LONGEST = 200


class NotUsable(Unfit):
    """The text is no regular expression, or one that may take for ever; the reason says why."""


def checked(pattern: str) -> None:
    """Raises NotUsable for what an item's form cannot have."""
    _linear(pattern)


@lru_cache(maxsize=1024)
def fits(pattern: str) -> Fits:
    """Whether a text has it anywhere; `$` is the very end of the text."""
    try:
        return _linear(pattern)
    except NotUsable:
        return _of_old(pattern)


def _linear(pattern: str) -> Fits:
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    text = _TOKEN.sub(lambda token: _plain(token[0]), pattern)
    try:
        return SchemaValidator(core_schema.str_schema(pattern=text, strict=True)).isinstance_python
    except SchemaError as error:
        raise NotUsable.of(_why(str(error))) from error


def _why(message: str) -> Reason:
    """Of the engine's message what it is about; the rest is for who knows Rust."""
    return next((why for sign, why in _NOT_KNOWN.items() if sign in message), _NOT_READ)


_NOT_KNOWN = {
    "look-around": Reason("pattern-looks-around", "look-around is not supported"),
    "backreferences": Reason("pattern-refers-back", "backreferences are not supported"),
    "size limit": Reason("pattern-too-large", "it takes too much room"),
}
_NOT_READ = Reason("pattern-not-read", "it cannot be read as one")


def _plain(part: str) -> str:
    if part == "$":
        return r"\z"
    if part.startswith("["):
        return f"[{_IN_CLASS.sub(lambda one: _member(one[0]), part[1:-1])}]"
    if part == r"\b":
        return r"(?-u:\b)"
    kind = _SETS.get(part[1])
    return part if kind is None else f"[{kind}]"


def _member(part: str) -> str:
    """Of a class; what only Rust's classes know (nested ones, && and --) is taken literally."""
    if not part.startswith("\\"):
        return f"\\{part}"
    kind = _SETS.get(part[1])
    if kind is None:
        return part
    return f"[{kind}]" if kind.startswith("^") else kind


def _of_old(pattern: str) -> Fits:
    """Items were published with such patterns before they were refused; their cases go on."""
    ending = _TOKEN.sub(lambda token: r"\Z" if token[0] == "$" else token[0], pattern)
    compiled = re.compile(ending, re.ASCII)
    return lambda text: len(text) <= _LONGEST and compiled.search(text) is not None
