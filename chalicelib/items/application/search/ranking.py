"""
Which items a query means, the likeliest first.

Each item is known by phrases: its names, its aliases, its keywords. A phrase fits a query by the
terms that they share, each weighed by how few items have it (inverse document frequency, Spärck
Jones 1972), against those that only one of them has (Tversky's index, Psychological Review 84,
1977): what is missing of a phrase weighs more than what a person says besides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Final, NamedTuple

from . import terms

# Of Tversky's index: what only the phrase has, what only the query has.
MISSING, BESIDES = 0.3, 0.1
# An item is also known by all of its phrases together.
TOGETHER: Final = 0.25
# Below it, the hits on the labelled queries are by chance (tests/items/relevance.csv).
LEAST: Final = 0.17
_TIERS: Final = {"names": 1.0, "keywords": 0.85}


class Phrase(NamedTuple):
    item: int
    worth: float
    terms: frozenset[str]
    weight: float


class Hit(NamedTuple):
    """`score` is above 0 and at most 1."""

    code: str
    score: float


class Index:
    """
    `words` has, by an item's code, its `names` and its `keywords`. It is never changed, so that any
    number of threads may ask it.
    """

    def __init__(self, words: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._codes = sorted(words)
        known = [_phrases(words[code]) for code in self._codes]
        self._of_item = [frozenset().union(*(found for found, _ in one)) for one in known]
        self._items_with = _counted(self._of_item)
        self._phrases = [
            Phrase(number, worth, found, self._weight(found))
            for number, one in enumerate(known)
            for found, worth in one
        ]
        self._having: dict[str, list[int]] = defaultdict(list)
        for place, phrase in enumerate(self._phrases):
            for term in phrase.terms:
                self._having[term].append(place)

    def search(self, query: str) -> list[Hit]:
        """Those that score LEAST or more, best first, the same always in the same order."""
        asked = terms.of_query(query)
        weight = self._weight(asked)
        best = self._best(asked, weight)
        hits = [Hit(self._codes[one], self._score(one, fit, asked)) for one, fit in best.items()]
        likely = [hit for hit in hits if hit.score >= LEAST]
        return sorted(likely, key=lambda hit: (-hit.score, hit.code))

    def _best(self, asked: frozenset[str], weight: float) -> dict[int, float]:
        """By item, how well its best phrase fits."""
        shared: dict[int, float] = defaultdict(float)
        for term in asked:
            worth = self._worth(term)
            for place in self._having.get(term, ()):
                shared[place] += worth
        best: dict[int, float] = defaultdict(float)
        for place, both in shared.items():
            one = self._phrases[place]
            apart = MISSING * (one.weight - both) + BESIDES * (weight - both)
            best[one.item] = max(best[one.item], one.worth * both / (both + apart))
        return best

    def _score(self, item: int, fit: float, asked: frozenset[str]) -> float:
        together = self._weight(asked & self._of_item[item]) / self._weight(asked)
        return round((1 - TOGETHER) * fit + TOGETHER * together, 4)

    def _weight(self, some: Iterable[str]) -> float:
        return sum(map(self._worth, some))

    def _worth(self, term: str) -> float:
        rare = log(1 + (len(self._codes) + 0.5) / (self._items_with.get(term, 0) + 0.5))
        return rare * terms.WORTH[term[0]]


def _phrases(words: Mapping[str, Sequence[str]]) -> list[tuple[frozenset[str], float]]:
    found = [
        (terms.of_phrase(phrase), worth)
        for tier, worth in _TIERS.items()
        for phrase in words.get(tier, ())
    ]
    return [(some, worth) for some, worth in found if some]


def _counted(items: Iterable[frozenset[str]]) -> dict[str, int]:
    having: dict[str, int] = defaultdict(int)
    for one in items:
        for term in one:
            having[term] += 1
    return having
