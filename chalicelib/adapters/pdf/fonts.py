"""The font of certificates, and those that a city adds for characters that it lacks."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

BUNDLED: Final = Path(__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
# Letters, digits, punctuation, symbols and blanks. What joins, turns or hides its neighbours
# (marks, bidi controls, variation selectors) needs more than a glyph, and would come out wrong.
_PLAIN: Final = frozenset("LNPSZ")
_BEYOND_BMP: Final = re.compile(r"<([0-9A-F]{5,6})>")


class Fonts:
    """
    A character is drawn from the first of the TrueType files at `paths` that has it.

    Raises ValueError if one is not such a file, OSError if it cannot be read.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._fonts = {str(path): _registered(path) for path in paths}

    def missing(self, text: str) -> str:
        """What cannot be drawn, each once."""
        return "".join(dict.fromkeys(one for one in text if not self._drawn(one)))

    def width(self, text: str, size: float) -> float:
        widths = (self._fonts[name].stringWidth(part, size) for name, part in self._parts(text))
        return float(sum(widths))

    def draw(self, canvas: "Canvas", x: float, y: float, text: str, size: float) -> None:
        for name, part in self._parts(text):
            canvas.setFont(name, size)
            canvas.drawString(x, y, part)
            x += self._fonts[name].stringWidth(part, size)

    def _drawn(self, character: str) -> bool:
        return unicodedata.category(character)[0] in _PLAIN and self._font(character) is not None

    def _font(self, character: str) -> str | None:
        code = ord(character)
        return next(
            (name for name, one in self._fonts.items() if code in one.face.charToGlyph), None
        )

    def _parts(self, text: str) -> Iterator[tuple[str, str]]:
        for name, group in groupby(text, self._font):
            part = "".join(group)
            if name is None:
                raise ValueError(f"no glyph for {part!r}")
            yield name, part


def _registered(path: Path) -> "TTFont":
    """Once in a process: reportlab finds fonts by name."""
    from reportlab.pdfbase.pdfmetrics import getFont, getRegisteredFontNames, registerFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    class Searchable(TTFont):
        def addObjects(self, doc: Any) -> None:  # noqa: N802 - its name there
            super().addObjects(doc)
            for key, stream in doc.idToObject.items():
                if key.startswith("toUnicodeCMap:"):
                    stream.content = in_utf16(stream.content)

    name = str(path)
    if name not in getRegisteredFontNames():
        try:
            with path.open("rb") as file:
                registerFont(Searchable(name, file, asciiReadable=False))
        except TTFError as error:
            raise ValueError(f"{path} is no TrueType font: {error}") from error
    font = getFont(name)
    # Of two files that give the same name inside, reportlab takes the first for both.
    if not isinstance(font, TTFont) or font.fontName != name:
        raise ValueError(f"{path} and {font.fontName} are the same font by name; keep one of them")
    return font


def in_utf16(cmap: str) -> str:
    """
    A ToUnicode CMap as PDF has it (ISO 32000-1, 9.10.3). reportlab writes U+2CB5A as five digits,
    which readers take for another character: the name would be right on paper and wrong in a copy.
    """
    return _BEYOND_BMP.sub(
        lambda found: f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>", cmap
    )
