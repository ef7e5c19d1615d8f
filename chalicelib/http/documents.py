"""/documents: hand in a document; a submission refers to it by its SHA-256."""

from typing import Final

from chalice.app import Blueprint, Response

from .doc import Doc
from .errors import BadRequest
from .web import Ask, Web, reply, route

MEDIA_TYPES: Final = ("application/pdf", "image/jpeg", "image/png", "application/octet-stream")


_UPLOAD = Doc("uploadDocument", "documents", "UploadReply", 201)


def routes(web: Web) -> Blueprint:
    http = Blueprint(__name__)

    @route(http, web, "POST", "/documents", doc=_UPLOAD, content_types=list(MEDIA_TYPES))
    def put(ask: Ask) -> Response:
        """Keeps the body; handing in the same bytes again is harmless, so no key is needed."""
        owner, content = ask.actor.account, ask.content
        if not content:
            raise BadRequest("empty-document")
        digest = ask.platform.blobs.put(owner, content)
        return reply({"sha256": digest, "size": len(content)}, 201)

    return http
