"""What a text may be written in that is not written in what was said."""

from collections.abc import Iterator
from typing import Final

# GB 18030 reads nearly everything, Big5 too: it is the likelier one where what it reads is Chinese.
_CANDIDATES: Final = ("utf-8", "gb18030", "cp1252")
_MARKS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8"))
_LEAST_HAN: Final = 0.5  # of what is not ASCII, in a text of one of China's encodings


def guess(content: bytes) -> str | None:
    """The likeliest encoding of a piece of text; None where nothing fits."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    if content.count(0) * 3 > len(content):
        return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    return next(_fitting(content), None)


def _fitting(content: bytes) -> Iterator[str]:
    for name in _CANDIDATES:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if name in ("utf-8", "cp1252") or _is_chinese(text):
            yield name


def _is_chinese(text: str) -> bool:
    others = [one for one in text if not one.isascii()]
    common = sum("\u4e00" <= one <= "\u9fa5" or one in "，。、；：（）“”" for one in others)
    return common > _LEAST_HAN * len(others)
