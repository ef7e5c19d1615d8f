"""A certificate's PDF: A4, Chinese, its characters embedded, with a seal block and a QR code."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, cast

from ...platform.renderer import Face, Unprintable, Unsafe
from . import layout
from .fonts import BUNDLED, Fonts
from .lines import wrapped
from .seal_image import RADIUS, qr_code, seal

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

ALGORITHMS: Final = {
    "ecdsa-p256-sha256": "ECDSA P-256、SHA-256",
    "sm2-sm3": "国密 SM2、SM3",
}
_INK: Final = (0.07, 0.07, 0.09)
_FAINT: Final = (0.36, 0.36, 0.40)
_FRAME: Final = (0.62, 0.13, 0.13)
_SIDE: Final = 112.0
_SEAL_X: Final = 440.0
_SEAL_Y: Final = 200.0
_NAME: Final = 170.0
_NOTE_SIZE: Final = 7.5
_ADDRESS: Final = re.compile(r"https?://[!-~]+")
_ID_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")


class PdfRenderer:
    """
    A Renderer. `fonts` are TrueType files for characters that the bundled font lacks; they and
    the drawing library are loaded when the first certificate is. Raises ValueError or OSError if
    one of them cannot be used.
    """

    def __init__(self, fonts: Sequence[Path] = ()) -> None:
        self._paths = (BUNDLED, *fonts)
        # reportlab keeps fonts in tables of the process.
        self._lock = Lock()

    def render(self, face: Face, /) -> bytes:
        _check_address(face.verification_url)
        with self._lock:
            for field, text in _texts(face):
                if missing := self._fonts.missing(text.replace("\r\n", "\n").replace("\n", "")):
                    raise Unprintable(field, missing)
            return _drawn(face, self._fonts)

    @cached_property
    def _fonts(self) -> Fonts:
        return Fonts(self._paths)


def _check_address(url: str) -> None:
    if not _ADDRESS.fullmatch(url):
        raise Unsafe("verification_url", "no http or https address in plain ASCII")
    if _ID_NUMBER.search(url):
        raise Unsafe("verification_url", "it shows what looks like a personal id number")


def _texts(face: Face) -> Iterator[tuple[str, str]]:
    for field in ("title", "identifier", "holder", "issuer", "verification_url", "algorithm"):
        yield field, getattr(face, field)
    yield "seal", face.seal
    for label, value in face.rows:
        yield label, label + value
    for condition in face.conditions:
        yield "conditions", condition


def _drawn(face: Face, fonts: Fonts) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    made = BytesIO()
    # Without a first font of ours, Helvetica would be named in the file, and not be in it.
    canvas = Canvas(
        made,
        pagesize=(layout.WIDTH, layout.HEIGHT),
        invariant=1,
        pdfVersion=(1, 7),
        initialFontName=cast("Any", str(BUNDLED)),  # types-reportlab has it as a number
        lang="zh-CN",
    )
    _describe(canvas, face)
    pages = layout.pages(face, fonts.width)
    for number, page in enumerate(pages, start=1):
        _frame(canvas)
        for y, texts in page:
            for text in texts:
                canvas.setFillColorRGB(*(_FAINT if text.faint else _INK))
                fonts.draw(canvas, text.x, y, text.text, text.size)
        if number == len(pages):
            _foot(canvas, fonts, face)
        _numbering(canvas, fonts, face, number, len(pages))
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _describe(canvas: "Canvas", face: Face) -> None:
    canvas.setTitle(f"{face.title} {face.identifier}")
    canvas.setAuthor(face.issuer)
    canvas.setSubject(f"电子证照，持证主体：{face.holder}")
    canvas.setKeywords(face.identifier)
    canvas.setCreator("Banjian")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    # Of the certificate, not of the rendering: the same face gives the same file.
    canvas.setDateFormatter(lambda *_now: _pdf_date(face.issued_on))


def _pdf_date(day: date) -> str:
    return f"D:{day:%Y%m%d}000000+08'00'"


def _frame(canvas: "Canvas") -> None:
    canvas.setStrokeColorRGB(*_FRAME)
    for inset, line in ((30, 2.4), (35.5, 0.6)):
        canvas.setLineWidth(line)
        canvas.rect(inset, inset, layout.WIDTH - 2 * inset, layout.HEIGHT - 2 * inset)


def _foot(canvas: "Canvas", fonts: Fonts, face: Face) -> None:
    qr_code(canvas, (layout.LEFT - 9, _SEAL_Y + RADIUS - _SIDE), _SIDE, face.verification_url)
    seal(canvas, fonts, (_SEAL_X, _SEAL_Y), face.issuer, face.seal)
    canvas.setFillColorRGB(*_INK)
    day = layout.chinese(face.issued_on)
    for text, below in ((face.issuer, 15.0), (day, 31.0)):
        size = _fitting(fonts, text, 11.0, _NAME)
        x = _SEAL_X - fonts.width(text, size) / 2
        fonts.draw(canvas, x, _SEAL_Y - RADIUS - below, text, size)
    _small(canvas, fonts, f"扫码核验本证照当前是否有效\n{face.verification_url}", (136.0, 300.0))
    canvas.setFillColorRGB(*_FAINT)
    _small(canvas, fonts, note(face), (88.0, layout.RIGHT - layout.LEFT))


def _small(canvas: "Canvas", fonts: Fonts, text: str, place: tuple[float, float]) -> None:
    """From a height down, within a width."""
    y, limit = place
    for line in wrapped(text, lambda part: fonts.width(part, _NOTE_SIZE), limit):
        fonts.draw(canvas, layout.LEFT, y, line, _NOTE_SIZE)
        y -= _NOTE_SIZE * 1.45


def note(face: Face) -> str:
    """What the seal block is, and is not."""
    return (
        "电子印章说明：上图是系统绘制的印章图样，图样本身不证明任何事项。本文件的真实性由随附的独立签名文件"
        f"（{ALGORITHMS.get(face.algorithm, face.algorithm)}）保证，当前效力以扫码核验的结果为准。"
        "本文件不是 OFD 文件，不含 GB/T 38540 规定的安全电子签章。"
    )


def _numbering(canvas: "Canvas", fonts: Fonts, face: Face, number: int, of: int) -> None:
    text = f"第 {number} 页，共 {of} 页"
    canvas.setFillColorRGB(*_FAINT)
    fonts.draw(canvas, (layout.WIDTH - fonts.width(text, 8.0)) / 2, 44.0, text, 8.0)
    if number > 1:
        text = f"证照标识 {face.identifier}"
        size = _fitting(fonts, text, 8.0, layout.RIGHT - layout.LEFT)
        fonts.draw(canvas, layout.LEFT, layout.HEIGHT - 60, text, size)


def _fitting(fonts: Fonts, text: str, size: float, limit: float) -> float:
    """`size`, or what makes `text` as wide as `limit`."""
    return min(size, size * limit / max(fonts.width(text, size), 1.0))
