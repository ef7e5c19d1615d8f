"""
Why something was refused, in Chinese.

As in gettext, the English sentence is the message's id: what refuses says it in English, and the
catalogue has the Chinese for each. Where a sentence has values in it, the catalogue has a template,
with a name in braces for each of them:

    "it was accepted on {on}": "办件已于 {on} 受理"

The Chinese one has the same names. `{on}` alone puts the value there as it came. `{who:role}` looks
it up in a set of words, WORDS["role"], whose entries are made as these are; `{roles:role,}` does so
for each of several that are joined by ", " (`{roles:role|}`: by " or "), and `{why:said}` takes the
value for a sentence of the catalogue. What is not found is left as it is.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from string import Formatter
from typing import Final, NamedTuple

LONGEST: Final = 10_000  # a text that was typed has 4,000 characters at most
DEEPEST: Final = 4  # sentences within sentences; ours go three deep
SEVERAL: Final = {",": (", ", "、"), "|": (" or ", "；")}  # what a list is joined by
SAID: Final = "said"  # the set of whole sentences


class Entry(NamedTuple):
    """A template: `literals` are what stands between its values, so one more than `names`."""

    literals: tuple[str, ...]
    names: tuple[str, ...]
    zh: str

    @property
    def length(self) -> int:
        return sum(map(len, self.literals))


class Index(NamedTuple):
    """
    Entries by where a sentence shows that it may be theirs: the whole of it, its first word, its
    last, or neither. Of those the more literal come first: a value may look like anything.
    """

    exact: Mapping[str, Entry]
    first: Mapping[str, list[Entry]]
    last: Mapping[str, list[Entry]]
    others: list[Entry]

    def candidates(self, text: str) -> Iterator[Entry]:
        if text in self.exact:
            yield self.exact[text]
        yield from self.first.get(text.partition(" ")[0], ())
        yield from self.last.get(text.rpartition(" ")[2], ())
        yield from self.others


def in_chinese(reason: str) -> str:
    """The Chinese for a reason in English; one that the catalogue does not have as it is."""
    return _in_chinese(reason, SAID, DEEPEST)


def _in_chinese(text: str, words: str, deep: int) -> str:
    if deep == 0 or len(text) > LONGEST:
        return text
    for one in index(words).candidates(text):
        values = fitting(one, text)
        if values is not None:
            return "".join(_filled(one, values, deep - 1))
    return text


def _filled(one: Entry, values: Mapping[str, str], deep: int) -> Iterator[str]:
    for literal, name, words, _ in Formatter().parse(one.zh):
        yield literal
        if name is not None:
            yield _value(values[name], words or "", deep)


def _value(value: str, words: str, deep: int) -> str:
    if not words:
        return value
    several = SEVERAL.get(words[-1])
    if several is None:
        return _in_chinese(value, words, deep)
    en, zh = several
    return zh.join(_in_chinese(one, words[:-1], deep) for one in value.split(en))


def fitting(one: Entry, text: str) -> dict[str, str] | None:
    """
    The values that `text` has where it is as the entry says, each as short as can be; or None. It
    looks for every literal once, from the left: values are what others typed, and a regular
    expression with as many gaps could be made to try for ever.
    """
    first, last = one.literals[0], one.literals[-1]
    at, end = len(first), len(text) - len(last)
    if not one.names:
        return {} if text == first else None
    if at > end or not text.startswith(first) or not text.endswith(last):
        return None
    values = []
    for literal in one.literals[1:-1]:
        found = text.find(literal, at, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(literal)
    return dict(zip(one.names, [*values, text[at:end]], strict=True))


# The catalogue


@cache
def index(words: str) -> Index:
    """Of a set of words, or of all the sentences."""
    entries = [entry(en, zh) for en, zh in catalogue(words).items()]
    exact: dict[str, Entry] = {}
    by_first: dict[str, list[Entry]] = {}
    by_last: dict[str, list[Entry]] = {}
    others: list[Entry] = []
    for one in sorted(entries, key=lambda one: -one.length):
        start, end = one.literals[0], one.literals[-1]
        if not one.names:
            exact[start] = one
        elif " " in start:
            by_first.setdefault(start.partition(" ")[0], []).append(one)
        elif " " in end:
            by_last.setdefault(end.rpartition(" ")[2], []).append(one)
        else:
            others.append(one)
    return Index(exact, by_first, by_last, others)


def catalogue(words: str = SAID) -> Mapping[str, str]:
    """English to Chinese. Raises KeyError for a set that there is not."""
    # Imported here because nobody who reads English, or is refused nothing, needs them.
    from .reasons_words import WORDS

    if words != SAID:
        return WORDS[words]
    from ..cases.chinese import CASE
    from ..certificates.chinese import PAPERS
    from ..items.chinese import ITEMS
    from ..people.chinese import PEOPLE

    return {**CASE, **PEOPLE, **PAPERS, **ITEMS}


def entry(en: str, zh: str) -> Entry:
    literals, names = [""], []
    for literal, name, _, _ in Formatter().parse(en):
        literals[-1] += literal
        if name is not None:
            names.append(name)
            literals.append("")
    return Entry(tuple(literals), tuple(names), zh)
