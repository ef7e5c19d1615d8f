"""A file in a form: multipart/form-data (RFC 7578), as wx.uploadFile and browsers send it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .errors import BadRequest

if TYPE_CHECKING:
    from multipart import (  # type: ignore[import-untyped]
        MultipartSegment,
        PushMultipartParser,
    )

FORM: Final = "multipart/form-data"
NAME: Final = "file"
# wx.uploadFile sends what the developer adds as formData beside the file; nothing of it is read.
MOST_PARTS: Final = 20
MOST_HEADERS: Final = 8
PIECE: Final = 1 << 20  # bytes


class FormFile(NamedTuple):
    """`media_type` is as the part has it; None if it has none."""

    content: bytes
    media_type: str | None


def is_form(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == FORM


def file_of(content_type: str, content: bytes) -> FormFile:
    """
    The one file of a form; raises BadRequest for a form that cannot be read to its end, or that has
    another number of files. It takes as much memory as the body, and time that grows with it.
    """
    from multipart import MultipartError, PushMultipartParser, parse_options_header

    try:
        boundary = parse_options_header(content_type)[1].get("boundary", "")
        parser = PushMultipartParser(
            boundary,
            content_length=len(content),
            max_header_count=MOST_HEADERS,
            max_segment_count=MOST_PARTS,
        )
        (found,) = _files(parser, content)
    except (MultipartError, ValueError) as error:  # of other than one file, too
        raise BadRequest("malformed-form") from error
    return found


def _files(parser: "PushMultipartParser", content: bytes) -> Iterator[FormFile]:
    current: MultipartSegment | None = None
    pieces: list[bytes] = []
    with parser:
        for event in _events(parser, content):
            if event is None:
                if current is not None:
                    yield FormFile(b"".join(pieces), current.header("Content-Type"))
                current, pieces = None, []
            elif isinstance(event, bytes | bytearray):
                pieces.append(bytes(event))
            elif event.filename is not None or event.name == NAME:
                current = event


def _events(parser: "PushMultipartParser", content: bytes) -> Iterator[Any]:
    for start in range(0, len(content), PIECE):
        yield from parser.parse(content[start : start + PIECE])
