"""What a document is by its content, and what is refused: every real format, cut off and mixed."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from chalicelib.documents.application.types import identify
from chalicelib.documents.domain.media_types import DOCX, JPEG, OFD, PDF, PNG, XLSX, ZIP
from chalicelib.kernel.errors import Invalid
from chalicelib.serving.illustration import pdf


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zipped(**entries: bytes) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def office(*names: str) -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>", **dict.fromkeys(names, b"<x/>")})


HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXEL = b"\x89PNG\r\n\x1a\n" + HEADER + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
PHOTO = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    b"\xff\xdb\0\x04\0\1\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\x12\x34" * 50 + b"\xff\xd9"
)
PLAN = pdf("floor plan")
OFD_FILE = zipped(**{"OFD.xml": b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>', "a": b"b"})
LETTER = office("_rels/.rels", "word/document.xml")
SHEET = office("xl/workbook.xml")
ARCHIVE = zipped(**{"one.txt": b"1"})
REAL = {PDF: PLAN, PNG: PIXEL, JPEG: PHOTO, OFD: OFD_FILE, DOCX: LETTER, XLSX: SHEET}


def of(content: bytes, declared: str = "application/octet-stream") -> str:
    return identify(BytesIO(content), declared)


def refusal(content: bytes, declared: str = "application/octet-stream") -> str:
    with pytest.raises(Invalid) as refused:
        of(content, declared)
    return str(refused.value)


@pytest.mark.parametrize("kind", REAL)
def test_what_is_taken_is_known_by_its_content(kind: str):
    assert of(REAL[kind]) == kind
    assert of(REAL[kind], kind) == kind


@pytest.mark.parametrize("kind", REAL)
@pytest.mark.parametrize("declared", [*REAL, ZIP])
def test_a_declaration_that_is_wrong_is_refused_and_both_are_named(kind: str, declared: str):
    if declared != kind:
        said = refusal(REAL[kind], declared)
        assert declared in said
        assert kind in said


def test_an_archive_is_taken_only_where_it_was_asked_for():
    assert of(ARCHIVE, ZIP) == ZIP
    assert "ZIP archive" in refusal(ARCHIVE)
    assert PDF in refusal(ARCHIVE, PDF)


def test_what_is_empty_is_said_to_be_empty():
    assert "empty" in refusal(b"")


@pytest.mark.parametrize("kind", REAL)
def test_what_was_cut_off_anywhere_is_refused(kind: str):
    whole = REAL[kind]
    # The end of a PDF may lack its last line break.
    for length in range(1, len(whole.rstrip())):
        with pytest.raises(Invalid):
            of(whole[:length])


@pytest.mark.parametrize("kind", REAL)
@pytest.mark.parametrize("other", [PLAN, ARCHIVE, b"<script>alert(1)</script>"])
def test_what_has_another_format_behind_it_is_refused(kind: str, other: bytes):
    if (kind, other) not in {(PDF, PLAN), (JPEG, PLAN), (JPEG, b"<script>alert(1)</script>")}:
        refusal(REAL[kind] + other)


def test_a_cropped_picture_that_still_has_the_rest_behind_it_is_refused():
    assert "behind its end" in refusal(PIXEL + b"what was cropped away")


def test_a_pdf_that_was_saved_twice_is_one_pdf():
    assert of(PLAN + PLAN.replace(b"%PDF-1.4\n", b"")) == PDF


def test_a_camera_may_put_its_notes_behind_the_picture():
    assert of(PHOTO + b"SEFH" + bytes(500)) == JPEG


def test_a_camera_may_fill_before_a_marker():
    assert of(PHOTO.replace(b"\xff\xdb", b"\xff\xff\xff\xdb")) == JPEG


@pytest.mark.parametrize(
    "hidden", [b"%PDF-1.7", b"<html>", b"<ScRipt src=x>", b"<?php", b"<!DOCTYPE html>", b"< svg"]
)
def test_what_hides_in_the_head_of_a_picture_is_refused(hidden: bytes):
    comment = b"\xff\xfe" + struct.pack(">H", len(hidden) + 2) + hidden
    assert "another format" in refusal(PHOTO[:2] + comment + PHOTO[2:])
    text = PIXEL[:33] + chunk(b"tEXt", hidden) + PIXEL[33:]
    assert "another format" in refusal(text)


def test_an_archive_with_something_before_it_is_refused():
    assert "no type" in refusal(b"xx" + LETTER)
    prefixed = LETTER[:4] + b"x" * 100 + LETTER
    assert "before or behind" in refusal(prefixed)


def test_an_archive_with_a_note_is_one():
    made = BytesIO(ARCHIVE)
    with ZipFile(made, "a") as archive:
        archive.comment = "材料".encode()
    assert of(made.getvalue(), ZIP) == ZIP


def test_a_word_document_that_is_a_sheet_as_well_is_refused():
    assert "another format" in refusal(office("word/document.xml", "xl/workbook.xml"))


def test_macros_are_refused():
    assert "macros" in refusal(office("word/document.xml", "word/vbaProject.bin"))


def test_what_unpacks_to_too_much_is_refused():
    bomb = zipped(a=bytes(20 << 20)).replace(
        struct.pack("<I", 20 << 20), struct.pack("<I", 1_200_000_000)
    )
    assert "MiB" in refusal(bomb, ZIP)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_files_of_one_name_count_each():
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for _ in range(3):
            archive.writestr("a", bytes(1000))
    bomb = made.getvalue().replace(struct.pack("<I", 1000), struct.pack("<I", 400 << 20))
    assert "MiB" in refusal(bomb, ZIP)


def test_a_directory_that_would_take_long_to_read_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chalicelib.documents.application.types.MOST_DIRECTORY", 200)
    monkeypatch.setattr("chalicelib.documents.application.types.ZipFile", None)  # not so far
    assert "files" in refusal(zipped(**{f"n{number}": b"" for number in range(9)}), ZIP)


def test_entries_are_counted_before_any_is_made(monkeypatch: pytest.MonkeyPatch):
    """Whatever number the record tells: whoever reads the directory goes by its length."""
    full = zipped(**{f"n{number}": b"" for number in range(10_001)})
    at = full.rindex(b"PK\5\6")
    lying = full[: at + 8] + struct.pack("<HH", 1, 1) + full[at + 12 :]
    monkeypatch.setattr("chalicelib.documents.application.types.ZipFile", None)
    assert "files" in refusal(full, ZIP)
    assert "files" in refusal(lying, ZIP)


def test_a_directory_that_hides_its_length_in_another_record_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
):
    end = ARCHIVE.rindex(b"PK\5\6")
    hidden = ARCHIVE[:end] + b"PK\6\7" + bytes(16) + ARCHIVE[end:]
    monkeypatch.setattr("chalicelib.documents.application.types.ZipFile", None)
    assert "files" in refusal(hidden, ZIP)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"GIF89a" + bytes(50), "image/gif"),
        (b"MZ" + bytes(200), "application/x-msdownload"),
        (b"Rar!\x1a\7\0" + bytes(50), "application/x-rar-compressed"),
        (b"II*\0" + bytes(60), "image/tiff"),
        (b"an honest text", "no type"),
        (b"<html><body>hi</body></html>", "no type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no type"),
        (bytes(100), "no type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_taken_is_named_with_what_is(content: bytes, named: str):
    said = refusal(content)
    assert named in said
    assert "PDF, JPEG, PNG, OFD, DOCX, XLSX" in said


def test_whatever_comes_is_identified_or_refused():
    """Each byte of a real file changed: never another exception."""
    for whole in REAL.values():
        for at in range(0, min(len(whole), 1500), 3):
            changed = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
            try:
                of(changed)
            except Invalid:
                continue
