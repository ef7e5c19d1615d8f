"""Where the text of a certificate goes: strips from the top of A4 pages. Lengths are points."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from ...platform.renderer import Face, TooLong
from .lines import wrapped

WIDTH: Final = 595.28
HEIGHT: Final = 841.89
LEFT: Final = 68.0
RIGHT: Final = WIDTH - LEFT
VALUES: Final = LEFT + 112.0
TOP: Final = 748.0
TOP_AGAIN: Final = 762.0
BOTTOM: Final = 78.0
# What the last page keeps free for the seal, the QR code and what is said of them.
FOOT: Final = 268.0
PAGES: Final = 20

LABEL_SIZE: Final = 11.0
VALUE_SIZE: Final = 12.0
TITLE_SIZE: Final = 27.0
SMALL_SIZE: Final = 9.0
TITLE_LINES: Final = 3

Width = Callable[[str, float], float]


class Text(NamedTuple):
    x: float
    text: str
    size: float
    faint: bool = False


class Strip(NamedTuple):
    """Texts on one line, `height` below the line before it."""

    height: float
    texts: tuple[Text, ...]


class Placed(NamedTuple):
    y: float
    texts: tuple[Text, ...]


def pages(face: Face, width: Width) -> list[list[Placed]]:
    """At least one; only the first has the title. Raises TooLong."""
    made: list[list[Placed]] = [[]]
    y = TOP
    for strip in _strips(face, width):
        if y - strip.height < BOTTOM:
            made.append([])
            y = TOP_AGAIN
            _check_length(made)
        y -= strip.height
        made[-1].append(Placed(y, strip.texts))
    if y < FOOT:
        _carry_over(made)
    _check_length(made)
    return made


def _check_length(made: Sequence[object]) -> None:
    if len(made) > PAGES:
        raise TooLong("rows", f"more than {PAGES} pages")


def _carry_over(made: list[list[Placed]]) -> None:
    """The seal never stands on a page of its own, where it could be put to any other text."""
    last = made[-1].pop()
    made.append([Placed(TOP_AGAIN - 24, last.texts)])


def _strips(face: Face, width: Width) -> Iterator[Strip]:
    yield from _title(face, width)
    yield from _row("持证主体", face.holder, width, 15.0)
    for label, value in face.rows:
        yield from _row(label, value, width)
    yield from _row("颁发机构", face.issuer, width)
    yield from _row("颁发日期", chinese(face.issued_on), width)
    yield from _row("有效期", validity(face), width)
    for number, condition in enumerate(face.conditions, start=1):
        label = "" if number > 1 else "许可条件"
        text = f"{number}. {condition}" if len(face.conditions) > 1 else condition
        yield from _row(label, text, width)


def _title(face: Face, width: Width) -> Iterator[Strip]:
    lines = wrapped(face.title, lambda text: width(text, TITLE_SIZE), RIGHT - LEFT)
    if len(lines) > TITLE_LINES:
        raise TooLong("title", f"more than {TITLE_LINES} lines")
    for number, line in enumerate(lines):
        yield Strip(38.0 if number else 12.0, (_centred(line, TITLE_SIZE, width),))
    text = f"证照标识 {face.identifier}"
    for number, line in enumerate(
        wrapped(text, lambda text: width(text, SMALL_SIZE), RIGHT - LEFT)
    ):
        yield Strip(13.0 if number else 30.0, (_centred(line, SMALL_SIZE, width, faint=True),))
    yield Strip(22.0, ())


def _centred(text: str, size: float, width: Width, *, faint: bool = False) -> Text:
    return Text((WIDTH - width(text, size)) / 2, text, size, faint)


def _row(label: str, value: str, width: Width, size: float = VALUE_SIZE) -> Iterator[Strip]:
    labels = wrapped(label, lambda text: width(text, LABEL_SIZE), VALUES - LEFT - 12.0)
    values = wrapped(value, lambda text: width(text, size), RIGHT - VALUES)
    for number in range(max(len(labels), len(values))):
        height = size * 1.55 if number else size * 1.55 + 9.0
        yield Strip(height, tuple(_pair(labels, values, number, size)))


def _pair(labels: Sequence[str], values: Sequence[str], number: int, size: float) -> Iterator[Text]:
    if number < len(labels):
        yield Text(LEFT, labels[number], LABEL_SIZE, faint=True)
    if number < len(values):
        yield Text(VALUES, values[number], size)


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def validity(face: Face) -> str:
    if face.valid_until is None:
        return f"自{chinese(face.valid_from)}起长期有效"
    return f"{chinese(face.valid_from)}至{chinese(face.valid_until)}"
