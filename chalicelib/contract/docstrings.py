"""
What docstrings say to the readers of the documents: an event's or a command's begins with its
Chinese term and a colon, `受理: the case is taken on`; a summary is the first sentence of one.
"""

import re
from typing import Any, Final

from .json_schemas import in_words

_TERM: Final = re.compile(r"([\u4e00-\u9fff]+(?: / [\u4e00-\u9fff]+)*): (?=\S)")
# Not the stop of "art. 32".
_SENTENCE: Final = re.compile(r"(?<=\.) (?![0-9])")


def begins_with_term(of: Any) -> bool:
    return _TERM.match(_line(of)) is not None


def term(of: Any) -> str:
    """`begins_with_term` of it."""
    return _parts(of)[0]


def meaning(of: Any) -> str:
    """What follows the term, as a sentence."""
    return _capital(_parts(of)[1])


def sentences(of: Any) -> tuple[str, str]:
    """The first sentence, "" if there is none, and the rest."""
    first, *rest = _SENTENCE.split(_line(of), maxsplit=1)
    return first, rest[0] if rest else ""


def without_term(said: str) -> str:
    """A sentence that may begin with a Chinese term, without it."""
    return _capital(_TERM.sub("", said, count=1))


def within_sentence(of: Any) -> str:
    """As a part of a sentence."""
    said = _line(of).rstrip(".")
    return said[:1].lower() + said[1:]


def _parts(of: Any) -> tuple[str, str]:
    found = _TERM.match(_line(of))
    if found is None:
        raise ValueError(f"the docstring of {of.__name__} begins with no Chinese term")
    return found[1], _line(of)[found.end() :]


def _line(of: Any) -> str:
    return in_words(of.__doc__ or "", "left out")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
