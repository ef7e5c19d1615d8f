"""Why something is refused, in Chinese: of code sets."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    # Requests
    "no-such-code-set": "没有代码集 {name}；可用的有：{names}",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {}
