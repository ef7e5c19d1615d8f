"""What documents answer, as models (see replies.py)."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from ..codes.parties import Trust
from ..kernel.actor import Identifier, Role
from ..kernel.base import Code, Line, Sha256
from ..kernel.formats import KeyedDigest
from ..web.replies import Page
from .domain.document import MediaType, Scan, Size

Number = Annotated[int, Field(ge=1)]


class UploadReply(BaseModel):
    """
    What a submission refers to the document by, its size in bytes, its type by its content, and
    what a malware scanner said of it.
    """

    upload_id: KeyedDigest
    sha256: Sha256
    size: Size
    media_type: MediaType
    scan: Scan


class UploadTicket(BaseModel):
    """
    The request that sends the part: its bytes as the body, `headers` as they are. Only those very
    bytes are let in. A `url` without a host is the service's own and takes the bearer token as
    well; any other must not be sent one.
    """

    url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    expires_at: AwareDatetime


class UploadPart(BaseModel):
    number: Number
    sha256: Sha256
    size: Size


class UploadStatus(BaseModel):
    """
    `media_type` is as declared until the document is received, and then by its content. Every part
    but the last has `part_size` bytes; those that are `missing` are still to be sent, until
    `expires_at`. `reason` says why the whole was refused, `found` what a scanner found in it.
    """

    upload_id: KeyedDigest
    state: Literal["uploading", "received", "refused"]
    sha256: Sha256
    size: Size
    media_type: MediaType
    name: Line | None
    part_size: Size
    parts: list[UploadPart]
    missing: list[Number]
    expires_at: AwareDatetime | None
    reason: str | None
    scan: Scan | None
    found: str | None


class OwnDocument(BaseModel):
    """`expires_at`, if it does: then it is discarded, unless a case, or a draft, names it."""

    upload_id: KeyedDigest
    sha256: Sha256
    size: Size
    media_type: MediaType
    name: Line | None
    scan: Scan
    received_at: AwareDatetime
    expires_at: AwareDatetime | None


class OwnDocuments(Page):
    items: list[OwnDocument]


class HandedInBy(BaseModel):
    account: Identifier
    role: Role
    department: str | None


class DocumentVersion(BaseModel):
    """
    One document of one material; `version` counts from 1, and the case goes by the `current` one.
    `found` is what a scanner found in it.
    """

    material: Code
    version: Number
    current: bool
    sha256: Sha256
    size: Size
    media_type: MediaType
    title: Line | None
    trust: Trust
    by: HandedInBy
    at: AwareDatetime
    scan: Scan
    found: str | None


class CaseDocuments(Page):
    """By material, the newest version first."""

    case_id: Identifier
    documents: list[DocumentVersion]


class DocumentLink(BaseModel):
    """Works without a token until it expires. A `url` without a host is the service's own."""

    url: str
    expires_at: AwareDatetime
