"""Chinese text cut into lines (JIS X 4051 and GB/T 15834: which mark may not begin or end one)."""

import re
from collections.abc import Callable, Iterator
from typing import Final

_OPENING: Final = "（《“‘〔【「『〈［(\\[{"
_CLOSING: Final = "，。、；：！？）》”’〕】」』〉］…％‰℃,.;:!?%)\\]}"
# What stays together: marks with what they belong to, words and numbers in one piece.
_UNIT: Final = re.compile(rf"[{_OPENING}]*(?:[!-~\u00c0-\u024f]+|.)[{_CLOSING}]*", re.DOTALL)


def wrapped(text: str, width: Callable[[str], float], limit: float) -> list[str]:
    """
    Lines of at most `limit`, at least one. Nothing is lost but blanks at which a line was cut;
    what is too wide for any line is cut where the line ends. A text is as wide as its characters
    together: nothing is kerned here.
    """
    return [
        line
        for paragraph in text.replace("\r\n", "\n").split("\n")
        for line in _filled(paragraph, width, limit)
    ]


def _filled(paragraph: str, width: Callable[[str], float], limit: float) -> Iterator[str]:
    line, used = "", 0.0
    for unit in _UNIT.findall(paragraph):
        wide = width(unit)
        if used + wide <= limit:
            line, used = line + unit, used + wide
            continue
        if line:
            yield line.rstrip()
        *full, line = _cut(unit.lstrip(), width, limit)
        used = width(line)
        yield from full
    yield line.rstrip()


def _cut(unit: str, width: Callable[[str], float], limit: float) -> list[str]:
    pieces = [""]
    for character in unit:
        # A character wider than the line stands alone on it.
        if pieces[-1] and width(pieces[-1] + character) > limit:
            pieces.append("")
        pieces[-1] += character
    return pieces
