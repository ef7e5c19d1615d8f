"""/documents: hand in a document; a submission refers to it by its SHA-256."""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Annotated, Final, Literal, get_args

from chalice.app import Blueprint, Response
from pydantic import Field

from ..domain.base import Frozen, Sha256
from .doc import Doc
from .errors import BadRequest
from .web import Ask, Web, reply, route

MediaType = Literal["application/pdf", "image/jpeg", "image/png", "application/octet-stream"]
MEDIA_TYPES: Final[tuple[str, ...]] = get_args(MediaType)
UPLOAD_SECONDS: Final = 900
_SHA_256: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):")


class NewUpload(Frozen):
    """The document that is to be handed in: its SHA-256 in hex, and its size in bytes."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    media_type: MediaType


_UPLOAD = Doc("uploadDocument", "documents", "UploadReply", 201)
_PREPARE = Doc("prepareUpload", "documents", "UploadTicket", 201, body=NewUpload)


def routes(web: Web) -> Blueprint:
    http = Blueprint(__name__)

    @route(http, web, "POST", "/documents", doc=_UPLOAD, content_types=list(MEDIA_TYPES))
    def put(ask: Ask) -> Response:
        """Keeps the body; handing in the same bytes again is harmless, so no key is needed."""
        owner, content = ask.actor.account, ask.content
        if not content:
            raise BadRequest("empty-document")
        _as_promised(ask, content)
        digest = ask.platform.blobs.put(owner, content)
        return reply({"sha256": digest, "size": len(content)}, 201)

    @route(http, web, "POST", "/documents/uploads", doc=_PREPARE)
    def prepare(ask: Ask) -> Response:
        """Says where to send a document that is too large for POST /documents, past the API."""
        blobs, new = ask.platform.blobs, ask.body(NewUpload)
        if new.size > blobs.upload_limit:
            raise BadRequest("too-large", 413, limit=blobs.upload_limit)
        upload = blobs.presign(
            ask.actor.account, new.sha256, new.size, new.media_type, UPLOAD_SECONDS
        )
        return reply({**upload._asdict(), "expires_at": upload.expires_at.isoformat()}, 201)

    return http


def _as_promised(ask: Ask, content: bytes) -> None:
    """Raises BadRequest if the Content-Digest (RFC 9530) is that of other bytes."""
    promised = _SHA_256.search(ask.request.headers.get("content-digest", ""))
    if promised and promised[1] != b64encode(sha256(content).digest()).decode():
        raise BadRequest("wrong-digest")
