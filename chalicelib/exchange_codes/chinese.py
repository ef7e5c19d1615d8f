"""Why something is refused, in Chinese: of code sets."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    # Requests
    "no-such-code-set": "没有代码集 {name}；可用的有：{names}",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {}

# What each operation does, in one line.
SUMMARIES: Final[Mapping[str, str]] = {
    "listCodeSets": "有哪些代码集及其来源",
    "getCodeSet": "一个代码集的全部代码",
}
