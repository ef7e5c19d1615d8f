"""What is drawn rather than written: the seal (印章图样) and the QR code. Lengths are points."""

from math import cos, pi, radians, sin
from typing import TYPE_CHECKING, Final

from ...platform.renderer import TooLong
from .fonts import Fonts

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Point = tuple[float, float]

# 42 mm across, as the seals of bureaus are (国发〔1999〕25号).
RADIUS: Final = 59.5
RED: Final = (0.80, 0.05, 0.07)
_BASELINE: Final = 39.5
_SIZE: Final = 13.0
_ARC: Final = 252.0
_WIDEST_STEP: Final = 23.0
_NARROWEST: Final = 0.36
_STAR: Final = 17.0

# Four modules of quiet zone on each side (ISO/IEC 18004).
_QUIET: Final = 4
# Larger symbols have modules too small for a phone at this size.
_VERSION: Final = 10


def seal(canvas: "Canvas", fonts: Fonts, centre: Point, issuer: str, title: str) -> None:
    """Raises TooLong if the issuer's name does not go round it."""
    canvas.saveState()
    canvas.translate(*centre)
    canvas.setStrokeColorRGB(*RED)
    canvas.setFillColorRGB(*RED)
    # What lies under it stays legible.
    canvas.setFillAlpha(0.85)
    canvas.setStrokeAlpha(0.85)
    canvas.setLineWidth(2.8)
    canvas.circle(0, 0, RADIUS)
    _star(canvas)
    _round(canvas, fonts, issuer)
    _under(canvas, fonts, title)
    canvas.restoreState()


def _star(canvas: "Canvas") -> None:
    inner = _STAR * sin(pi / 10) / sin(3 * pi / 10)
    path = canvas.beginPath()
    for corner in range(10):
        reach, angle = (inner if corner % 2 else _STAR), pi / 2 + corner * pi / 5
        move = path.lineTo if corner else path.moveTo
        move(reach * cos(angle), 3 + reach * sin(angle))
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _round(canvas: "Canvas", fonts: Fonts, issuer: str) -> None:
    step = min(_WIDEST_STEP, _ARC / max(len(issuer) - 1, 1))
    room = _BASELINE * radians(step)
    scale = min(1.0, room / _SIZE)
    if scale < _NARROWEST:
        raise TooLong("issuer", f"{len(issuer)} characters do not go round a seal")
    angle = step * (len(issuer) - 1) / 2
    for number, character in enumerate(issuer):
        canvas.saveState()
        canvas.rotate(angle - number * step)
        canvas.scale(scale, 1)
        fonts.draw(canvas, -fonts.width(character, _SIZE) / 2, _BASELINE, character, _SIZE)
        canvas.restoreState()


def _under(canvas: "Canvas", fonts: Fonts, title: str) -> None:
    size = 9.5
    # What the circle leaves free there.
    size = min(size, size * 66 / max(fonts.width(title, size), 1))
    fonts.draw(canvas, -fonts.width(title, size) / 2, -35, title, size)


def qr_code(canvas: "Canvas", corner: Point, side: float, content: str) -> None:
    """A square from its lower left corner on, quiet zone included. Raises TooLong."""
    from segno import DataOverflowError, make_qr

    try:
        symbol = make_qr(content, error="m", boost_error=False)
    except DataOverflowError as error:
        raise TooLong("verification_url", "it fits no QR code") from error
    if int(symbol.version) > _VERSION:
        raise TooLong("verification_url", f"{len(content)} characters are too many for the QR code")
    module = side / (len(symbol.matrix) + 2 * _QUIET)
    x, y = corner
    path = canvas.beginPath()
    for row, modules in enumerate(symbol.matrix):
        for column, dark in enumerate(modules):
            if dark:
                up = len(symbol.matrix) - 1 - row + _QUIET
                path.rect(x + (column + _QUIET) * module, y + up * module, module, module)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawPath(path, stroke=0, fill=1)
