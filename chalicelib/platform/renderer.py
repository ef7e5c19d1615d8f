"""
The face (票面) of an electronic certificate: all that its PDF shows.

* RenderingError
  x Unprintable     no font here has a glyph for a character
  x TooLong         a text does not fit where it has to
  x Unsafe          the address is none to print
"""

from datetime import date
from typing import NamedTuple, Protocol

from ..eventlog.ports import Unavailable


class Row(NamedTuple):
    label: str
    value: str


class Face(NamedTuple):
    """
    Text is what a person reads, in Chinese; a line break in it is kept, a long line is wrapped.

    `verification_url` goes into the QR code: a short address with a token. Whoever sees the
    certificate reads it, so it never holds an id number.
    """

    title: str  # 证照名称, "医疗机构执业许可证"
    identifier: str  # 证照标识, GB/T 36904
    holder: str  # 持证主体
    issuer: str  # 颁发机构, the name of the authority: it goes round the seal
    issued_on: date  # 颁发日期
    valid_from: date  # 有效期起始日期
    valid_until: date | None  # 有效期截止日期, the last day on which it is valid; None: 长期
    verification_url: str
    algorithm: str  # of the signature that goes with it: Signer.algorithm
    rows: tuple[Row, ...] = ()  # what is certified, besides the above
    conditions: tuple[str, ...] = ()  # 许可条件, a paragraph each
    seal: str = "电子证照专用章"  # under the star of the seal


class RenderingError(Exception):
    """This face cannot be shown. `field` is a field of Face, or the label of a row."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


class Unprintable(RenderingError):
    """Better no certificate than one with a box in somebody's name."""

    def __init__(self, field: str, characters: str) -> None:
        codes = ", ".join(
            f"{one} (U+{ord(one):04X})" if one.isprintable() else f"U+{ord(one):04X}"
            for one in characters
        )
        super().__init__(field, f"no font has a glyph for {codes}")
        self.characters = characters


class TooLong(RenderingError):
    """The text does not fit."""


class Unsafe(RenderingError):
    """The address is not https or http, or it shows a personal id number."""


class Renderer(Protocol):
    def render(self, face: Face, /) -> bytes:
        """
        A PDF. The same face gives the same bytes, but not in every release of Banjian: keep the
        bytes, and sign those. Raises RenderingError.
        """
        ...


def no_renderer() -> Renderer:
    """For a platform that was given none."""
    raise Unavailable("nothing was configured that makes the files of certificates")
