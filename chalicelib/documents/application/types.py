"""
What a document is, by its content alone: names and headers are the caller's word.

`filetype` names what is refused. What is taken is looked at here, to its end: a format that was cut
off, or that another format hides in, opens differently for the clerk than for the scanner.
"""

import os
import re
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from ...kernel.errors import Invalid
from ...kernel.reasons import Reason
from ..domain import media_types
from ..domain.document import contradicted
from ..domain.media_types import ANY, DOCX, JPEG, OFD, PDF, PNG, XLSX, ZIP

EXTENSIONS: Final[Mapping[str, str]] = {
    PDF: ".pdf",
    JPEG: ".jpg",
    PNG: ".png",
    OFD: ".ofd",
    DOCX: ".docx",
    XLSX: ".xlsx",
    ZIP: ".zip",
}

HEAD: Final = 1024
TAIL: Final = 66_000  # a ZIP ends within 22 + 65,535 bytes
CHUNK_HEAD: Final = 8  # PNG: length and type
SEGMENT_HEAD: Final = 4  # JPEG: marker and length
MARK: Final = 0xFF
SCAN: Final = 0xDA
MOST_ENTRIES: Final = 10_000
MOST_UNPACKED: Final = 1 << 30  # bytes
# Of the directory of an archive, which is read into memory: each entry takes 46 and its name.
MOST_DIRECTORY: Final = 4 << 20  # bytes
_ACTIVE: Final = re.compile(rb"<\s*(?:script|html|!doctype|\?php|svg)", re.IGNORECASE)
_BROKEN: Final = (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
_TAKEN: Final = ("PDF", "JPEG", "PNG", "OFD", "DOCX", "XLSX")


def identify(whole: BinaryIO, declared: str = ANY) -> str:
    """
    The media type of the content, one of ACCEPTED. Raises Invalid, which says what is wrong: it is
    empty, cut off, two formats at once, none that is taken, or another than was declared. A ZIP
    is taken only where it was declared.
    """
    size = whole.seek(0, os.SEEK_END)
    if size == 0:
        raise Invalid("document-empty", "the document is empty: choose the file again")
    found = _look(whole, _read(whole, 0, HEAD), size)
    declared = media_types.declared(declared)
    wrong = contradicted(declared, found)
    if wrong is not None:
        raise Invalid.of(wrong)
    if found == ZIP and declared != ZIP:
        raise Invalid(
            "archive-not-declared",
            "the document is a ZIP archive: send what is in it, each by itself "
            "({taken}), or declare application/zip where an archive was asked "
            "for",
            taken=_TAKEN,
        )
    return found


def _look(whole: BinaryIO, head: bytes, size: int) -> str:
    for start, look in _LOOKS.items():
        if head.startswith(start):
            return look(whole, head, size)
    raise Invalid(
        "document-type-not-taken",
        "the document is {what}: these are taken: {taken}",
        what=_named(head),
        taken=_TAKEN,
    )


def _named(head: bytes) -> Reason:
    import filetype  # type: ignore[import-untyped]

    guessed = filetype.guess(head)
    if guessed is None:
        return Reason("type-not-known", "of no type that is known here")
    return Reason("type-not-taken", "{type}, which is not taken", type=guessed.mime)


def _pdf(whole: BinaryIO, head: bytes, size: int) -> str:
    """ISO 32000-1, 7.5: it ends with the offset of its cross-references and %%EOF."""
    tail = _read(whole, max(0, size - HEAD), HEAD).rstrip(b"\r\n\t \0")
    if re.match(rb"%PDF-\d\.\d", head) is None or b"startxref" not in tail:
        raise _cut_off("PDF")
    if not tail.endswith(b"%%EOF"):
        raise _cut_off("PDF") if b"%%EOF" not in tail else _followed("PDF")
    _alone("PDF", whole, head, size)
    return PDF


def _png(whole: BinaryIO, head: bytes, size: int) -> str:
    """ISO/IEC 15948, 5.3: chunks of length, type, data and checksum, the last is IEND."""
    at, kind = 8, b""
    while kind != b"IEND":
        chunk = _read(whole, at, 8)
        length, kind = int.from_bytes(chunk[:4], "big"), chunk[4:]
        at += length + 12
        if len(chunk) < CHUNK_HEAD or at > size:
            raise _cut_off("PNG")
        if at == length + 20 and kind != b"IHDR":
            raise Invalid(
                "png-without-header", "the PNG does not begin with its header: save it again as PNG"
            )
    if at != size:
        raise _followed("PNG")
    _alone("PNG", whole, head, size)
    return PNG


def _jpeg(whole: BinaryIO, head: bytes, size: int) -> str:
    """
    ISO/IEC 10918-1, B: segments up to the scan (SOS), and the end of the image (EOI). Cameras put
    thumbnails and notes behind it, so something may follow; no other document may.
    """
    at, marker = 2, 0
    while marker != SCAN:
        segment = _read(whole, at, 4)
        if len(segment) < SEGMENT_HEAD or segment[0] != MARK:
            raise _cut_off("JPEG")
        marker, length = segment[1], int.from_bytes(segment[2:], "big")
        if marker == MARK:  # fill bytes may stand before a marker
            at += 1
            continue
        at += 2 + length
    if not _contains(whole, b"\xff\xd9", at, size):
        raise _cut_off("JPEG")
    _alone("JPEG", whole, head, size)
    return JPEG


def _zip(whole: BinaryIO, head: bytes, size: int) -> str:
    """APPNOTE 4.3: its directory is at its end, and names every entry from the first byte on."""
    _measured(whole, size)
    try:
        with ZipFile(whole) as archive:
            entries = archive.infolist()
            first = min((one.header_offset for one in entries), default=-1)
            end = _end_of(archive)
            found = _inside(archive)
    except (*_BROKEN, RuntimeError) as error:
        raise Invalid(
            "document-cut-off",
            "the {kind} is damaged or cut off before its end: open it, save it again and send that",
            kind="ZIP",
        ) from error
    if first != 0 or end != size:
        raise Invalid(
            "zip-with-something-around", "the ZIP has something before or behind it: save it again"
        )
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
        raise _too_much()
    if found != ZIP and any(one.flag_bits & 1 for one in entries):
        raise Invalid(
            "document-locked", "the document is locked with a password: save it without one"
        )
    if found != ZIP and b"%PDF-" in head:
        raise _two("ZIP")
    return found


def _measured(whole: BinaryIO, size: int) -> None:
    """
    Raises Invalid for a directory that would take long to read. APPNOTE 4.3.16: its size stands 12
    bytes into the end record, or where that is not enough (4.3.15) in another before it, which
    nothing of our size needs. Its entries are counted before any is made, by their signatures
    (4.3.12): the number that the record tells binds nobody who reads it.
    """
    start = max(0, size - TAIL)
    tail = _read(whole, start, TAIL)
    at = tail.rfind(b"PK\5\6")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    # What is longer than all of it is no directory.
    long = MOST_DIRECTORY < directory <= size
    if at >= 0 and (long or b"PK\6\7" in tail[max(0, at - 20) : at]):
        raise _too_much()
    if at >= 0 and directory <= size:
        before = _read(whole, max(0, start + at - directory), directory)
        if before.count(b"PK\1\2") > MOST_ENTRIES:
            raise _too_much()


def _end_of(archive: ZipFile) -> int:
    """Where the archive says that it ends."""
    file = archive.fp
    assert file is not None  # noqa: S101 - it is open
    # The end record is the last one that there is: 22 bytes, and a comment whose length it tells.
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - TAIL)
    file.seek(start)
    at = file.read().rfind(b"PK\5\6")
    return start + at + 22 + len(archive.comment)


def _inside(archive: ZipFile) -> str:
    entries = set(archive.namelist())
    kinds = {
        OFD: "OFD.xml" in entries and b"ofdspec.org" in _entry(archive, "OFD.xml"),
        DOCX: {"[Content_Types].xml", "word/document.xml"} <= entries,
        XLSX: {"[Content_Types].xml", "xl/workbook.xml"} <= entries,
    }
    found = [kind for kind, holds in kinds.items() if holds]
    if len(found) > 1:
        raise _two("ZIP")
    if found and any(one.lower().endswith("vbaproject.bin") for one in entries):
        raise Invalid(
            "document-with-macros",
            "the document has macros in it: save it without (as DOCX or XLSX)",
        )
    return found[0] if found else ZIP


def _entry(archive: ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(HEAD * 4)


def _alone(name: str, whole: BinaryIO, head: bytes, size: int) -> None:
    """Raises Invalid if something else would open it as well."""
    other_head = head.find(b"%PDF-", 1) > 0 or _ACTIVE.search(head) is not None
    if other_head or _is_archive(whole, size):
        raise _two(name)


def _is_archive(whole: BinaryIO, size: int) -> bool:
    if b"PK\5\6" not in _read(whole, max(0, size - TAIL), TAIL):
        return False
    _measured(whole, size)
    try:
        with ZipFile(whole) as archive:
            return bool(archive.namelist())
    except _BROKEN:
        return False


def _contains(whole: BinaryIO, wanted: bytes, start: int, size: int) -> bool:
    """In steps that overlap, so that nothing is missed between two."""
    step = 1 << 20
    return any(wanted in _read(whole, at, step + len(wanted)) for at in range(start, size, step))


def _read(whole: BinaryIO, start: int, length: int) -> bytes:
    whole.seek(start)
    return whole.read(length)


def _cut_off(kind: str) -> Invalid:
    return Invalid(
        "document-cut-off",
        "the {kind} is damaged or cut off before its end: open it, save it again and send that",
        kind=kind,
    )


def _followed(kind: str) -> Invalid:
    return Invalid(
        "document-goes-on",
        "the {kind} has something behind its end: open it, save it again and send that",
        kind=kind,
    )


def _two(kind: str) -> Invalid:
    return Invalid(
        "document-of-two-formats",
        "the {kind} can be read as another format as well: open it, save it again and send that",
        kind=kind,
    )


def _too_much() -> Invalid:
    return Invalid(
        "archive-too-large",
        "the archive unpacks to more than {files:,} files or {size:,} MiB: split it",
        files=MOST_ENTRIES,
        size=MOST_UNPACKED >> 20,
    )


_Look = Callable[[BinaryIO, bytes, int], str]
_LOOKS: Final[Mapping[bytes, _Look]] = {
    b"%PDF-": _pdf,
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8\xff": _jpeg,
    b"PK\3\4": _zip,
}
