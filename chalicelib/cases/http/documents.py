"""
/documents, /cases/{case_id}/documents: hand a document in, at once or in parts; read what a case
has, and give out a link to it.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Annotated, Any, Final

from chalice.app import Response
from pydantic import AfterValidator, Field

from ...documents.application import documents
from ...documents.domain import document
from ...documents.domain.document import MediaType
from ...documents.domain.media_types import ACCEPTED, ANY, declared
from ...kernel.base import Frozen, Line, Sha256
from ...kernel.errors import Invalid
from ...platform.rate_limits import DOWNLOAD
from ...web import paging
from ...web.downloads import Download, download
from ...web.errors import BadRequest
from ...web.forms import file_of, is_form
from ...web.operation import PARTS, OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import documents as case_documents
from .cases import REVEAL, purpose

MEDIA_TYPES: Final = (*ACCEPTED, ANY)
_SHA_256: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]*):")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")


_Declared = Annotated[MediaType, AfterValidator(declared)]


class NewUpload(Frozen):
    """
    The document that is to be handed in: its SHA-256 in hex, its size in bytes, and its name, which
    it is given out under. What `media_type` says must be so, if it is one that is taken; any other
    name says nothing, and application/octet-stream neither.
    """

    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    media_type: _Declared = ANY
    name: Line | None = None


class NewPart(Frozen):
    """The part that is to be sent: its SHA-256 in hex."""

    sha256: Sha256


_HELD: Final = ("scan-pending", "infected", "unscannable")
_TAG: Final = "documents"
_NEW: Final = ("invalid", "quota-exceeded")
_PUT = OperationSpec("uploadDocument", _TAG, "UploadReply", 201, problems=_NEW)
_BEGIN = OperationSpec("beginUpload", _TAG, "UploadStatus", 201, NewUpload, problems=_NEW)
_STATUS = OperationSpec("getUpload", _TAG, "UploadStatus")
_REFUSALS = ("invalid", "out-of-order", "quota-exceeded")
_TICKET = OperationSpec("prepareUploadPart", _TAG, "UploadTicket", 201, NewPart, problems=_REFUSALS)
_PART = OperationSpec("uploadPart", _TAG, "UploadPart", problems=_REFUSALS)
_COMPLETE = OperationSpec("completeUpload", _TAG, "UploadStatus", problems=_REFUSALS)
_LIST = OperationSpec("listCaseDocuments", _TAG, "CaseDocuments", query=PARTS)
_GIVEN: Final = (*_HELD, "invalid")
_DOCUMENT = OperationSpec(
    "getCaseDocument",
    _TAG,
    "",
    limit=DOWNLOAD,
    problems=_GIVEN,
    media=MEDIA_TYPES,
    query=REVEAL,
)
_LINK = OperationSpec("linkCaseDocument", _TAG, "DocumentLink", 201, problems=_GIVEN, query=REVEAL)
_LINKED = OperationSpec(
    "getLinkedDocument",
    _TAG,
    "",
    public=True,
    limit=DOWNLOAD,
    problems=_HELD,
    media=MEDIA_TYPES,
)


@operation(_PUT)
def put(request: ApiRequest) -> Response:
    """Hand in a small document at once; again is harmless, so no key is needed."""
    content, media_type = _sent(request)
    kept = documents.put(request.platform, request.actor, content, media_type, None)
    return reply(_told(kept), 201)


@operation(_BEGIN)
def begin(request: ApiRequest) -> Response:
    """Begin to hand in a document in parts, or find out how far that is; again is harmless."""
    new = request.body(NewUpload)
    found = documents.begin(request.platform, request.actor, documents.New(**new.model_dump()))
    return reply(_status(request, found), 201)


@operation(_STATUS)
def status(request: ApiRequest, upload_id: str) -> Response:
    """How far an upload is: what is there, what is missing, what a scanner says."""
    return reply(_status(request, documents.status(request.platform, request.actor, upload_id)))


@operation(_TICKET)
def ticket(request: ApiRequest, upload_id: str, number: str) -> Response:
    """Say where and how to send a part: past the service, where there is such a way."""
    digest = request.body(NewPart).sha256
    to = documents.ticket(request.platform, request.actor, upload_id, _number(number), digest)
    return reply({**to._asdict(), "expires_at": to.expires_at.isoformat()}, 201)


@operation(_PART)
def part(request: ApiRequest, upload_id: str, number: str) -> Response:
    """Send a part, in any order; again is harmless."""
    content = _as_promised(request)
    its = documents.put_part(request.platform, request.actor, upload_id, _number(number), content)
    return reply(its._asdict())


@operation(_COMPLETE)
def complete(request: ApiRequest, upload_id: str) -> Response:
    """Check the whole, its SHA-256 and its type, and keep it; again is harmless."""
    return reply(_status(request, documents.complete(request.platform, request.actor, upload_id)))


@operation(_LIST)
def listed(request: ApiRequest, case_id: str) -> Response:
    """Every version of every material of the case: who handed it in, when, and its scan."""
    found = case_documents.versions(request.platform, request.actor, case_id)

    def told(one: case_documents.Version) -> dict[str, Any]:
        return _version(case_documents.scanned(request.platform, one))

    listed, more = paging.part(request, f"documents {case_id}", found, told)
    return reply({"case_id": case_id, "documents": listed, "next": more})


@operation(_DOCUMENT)
def one(request: ApiRequest, case_id: str, digest: str) -> Response:
    """A document that is or was one of the case's materials."""
    found = case_documents.content(
        request.platform, request.actor, case_id, digest, purpose(request)
    )
    return _given(request, found)


@operation(_LINK)
def link(request: ApiRequest, case_id: str, digest: str) -> Response:
    """A link that gives the document out without a token, for ten minutes."""
    made = case_documents.link(request.platform, request.actor, case_id, digest, purpose(request))
    return reply({"url": made.url, "expires_at": made.expires_at.isoformat()}, 201)


@operation(_LINKED)
def linked(request: ApiRequest, link: str) -> Response:
    """The document of a link."""
    return _given(
        request, case_documents.linked(request.platform, link, uses_up=not request.asks_only)
    )


def _given(request: ApiRequest, it: case_documents.Content) -> Response:
    media_type = it.media_type if it.media_type in MEDIA_TYPES else ANY
    disposition = case_documents.disposition(it.name)
    return download(request, Download(it.owner, it.sha256, media_type, disposition))


def _sent(request: ApiRequest) -> tuple[bytes, str]:
    """A document and what is declared of it, as the body or as the file of a form."""
    content, said = _as_promised(request), request.raw.headers.get("content-type")
    if said is not None and is_form(said):
        content, said = file_of(said, content)
        if not content:
            raise BadRequest("empty-document")
    return content, declared(said)


def _as_promised(request: ApiRequest) -> bytes:
    """
    The body; raises BadRequest if it is empty, or its Content-Digest (RFC 9530) is that of others.
    """
    content = request.content
    if not content:
        raise BadRequest("empty-document")
    promised = _SHA_256.search(request.raw.headers.get("content-digest", ""))
    if promised and promised[1] != b64encode(sha256(content).digest()).decode():
        raise BadRequest("wrong-digest")
    return content


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise Invalid("part-number-not-readable", "{text!r} is no number of a part", text=text[:20])
    return int(text)


def _told(found: documents.Status) -> dict[str, Any]:
    """Of what was received."""
    state = found.state
    assert isinstance(state, document.Kept)  # noqa: S101 - `put` keeps or raises
    its = state.received
    return {
        "upload_id": found.upload_id,
        "sha256": its.sha256,
        "size": its.size,
        "media_type": its.media_type,
        "scan": state.scan,
    }


def _status(request: ApiRequest, found: documents.Status) -> dict[str, Any]:
    of, state = found.state, "received"
    if isinstance(of, document.Kept):
        its: Any = of.received
    else:
        assert not isinstance(of, document.Absent)  # noqa: S101 - that is not found
        its, state = of.begun, "refused" if isinstance(of, document.Refused) else "uploading"
    kept = of if isinstance(of, document.Kept) else None
    return {
        "upload_id": found.upload_id,
        "state": state,
        "sha256": its.sha256,
        "size": its.size,
        "media_type": its.media_type,
        "name": its.name,
        "part_size": request.platform.blobs.part_size,
        "parts": [one._asdict() for one in found.parts],
        "missing": list(found.missing),
        "expires_at": None if kept else its.expires_at.isoformat(),
        "reason": of.reason if isinstance(of, document.Refused) else None,
        **_scan(
            kept.scan if kept else None, kept.scanned.signature if kept and kept.scanned else None
        ),
    }


def _scan(scan: document.Scan | None, signature: str | None) -> dict[str, Any]:
    return {"scan": scan, "found": signature}


def _version(one: case_documents.Version) -> dict[str, Any]:
    its = one.material
    return {
        "material": its.id,
        "version": one.version,
        "current": one.current,
        "sha256": its.sha256,
        "size": its.size,
        "media_type": one.media_type,
        "title": its.title,
        "trust": its.trust,
        "by": {"account": one.by.account, "role": one.by.role, "department": one.by.department},
        "at": one.at.isoformat(),
        **_scan(one.scan, one.signature),
    }
