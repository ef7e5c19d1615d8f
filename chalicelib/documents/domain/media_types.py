"""The media types of documents that are taken, and what a sender may call them."""

from collections.abc import Mapping
from typing import Final

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
OFD: Final = "application/ofd"  # GB/T 33190; readers and portals use this unregistered name
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP: Final = "application/zip"
ACCEPTED: Final = (PDF, JPEG, PNG, OFD, DOCX, XLSX, ZIP)
ANY: Final = "application/octet-stream"

# Windows' name of it: a ZIP has to be declared, so it is worth knowing.
_ALSO: Final[Mapping[str, str]] = {"application/x-zip-compressed": ZIP, "application/x-zip": ZIP}


def declared(said: str | None) -> str:
    """
    What a Content-Type (RFC 9110, 8.3) declares of a document: one of ACCEPTED, or ANY. A name that
    we do not know (`image/jpg`, `application/wps-office.docx`) says nothing: the content does.
    """
    name = (said or ANY).partition(";")[0].strip().lower()
    name = _ALSO.get(name, name)
    return name if name in ACCEPTED else ANY
