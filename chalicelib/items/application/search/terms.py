"""
What a text is searched by: its terms.

Chinese has no blanks between words, so a term is a character, a pair of neighbours (bigram), and
the pair's sound without tones: what is typed by sound goes wrong by sound (结昏 for 结婚). Latin
words are cut into trigrams.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

MOST_CHARACTERS: Final = 60
# Its first character says of what kind a term is.
PAIR, SINGLE, SOUND, LATIN = "=", "-", "~", "+"
WORTH: Final = {PAIR: 1.0, SINGLE: 0.35, SOUND: 0.6, LATIN: 0.6}

_RUN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z0-9]+")
# What is said around the thing that is looked for.
_AROUND: Final = re.compile(
    r"我想|我要|我家|请问|如何|怎么办理|怎么办|怎么|需要|要什么|什么|手续|要办|要不要|可以|办理|申请|吗|呢|的|了|一个|一家|一口|一张"
)


def folded(text: str) -> str:
    """As it is compared: NFKC, small letters, single blanks, at most MOST_CHARACTERS."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())[:MOST_CHARACTERS]


@lru_cache(maxsize=50_000)
def of_phrase(text: str) -> frozenset[str]:
    """The terms of what an item is called."""
    return frozenset(_terms(folded(text)))


def of_query(text: str) -> frozenset[str]:
    """The terms of what somebody looks for; of `我想办` alone they are those of all of it."""
    whole = folded(text)
    return frozenset(_terms(_AROUND.sub(" ", whole))) or frozenset(_terms(whole))


def _terms(text: str) -> Iterator[str]:
    for run in _RUN.findall(text):
        yield from _latin(run) if run.isascii() else _chinese(run)


def _latin(word: str) -> Iterator[str]:
    framed = f"^{word}$"
    return (f"{LATIN}{framed[at : at + 3]}" for at in range(len(framed) - 2))


def _chinese(run: str) -> Iterator[str]:
    from pypinyin import lazy_pinyin

    yield from (f"{SINGLE}{one}" for one in run)
    if len(run) > 1:
        sounds = lazy_pinyin(run)
        for at in range(len(run) - 1):
            yield f"{PAIR}{run[at : at + 2]}"
            yield f"{SOUND}{sounds[at]} {sounds[at + 1]}"
