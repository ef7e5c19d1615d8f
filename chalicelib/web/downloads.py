"""
Documents as they are given out: past the service where there is such a way (a redirect to a signed
URL; a reply of Lambda has 6,291,556 bytes at most), streamed from the disk otherwise. One mechanism
for every route that answers a document's bytes.
"""

import os
from typing import Any, BinaryIO, Final, NamedTuple

from chalice.app import Response

from ..eventlog.ports import Blobs
from ..kernel.errors import NotFound
from .request import ApiRequest

# What the gateway says in the context of a request whose reply it can stream.
STREAMS: Final = "streams"
# Seconds that a client has to follow the redirect; what it has begun to read, it reads to the end.
FOLLOWED: Final = 60


class Download(NamedTuple):
    """What is given out: whose content, and what its Content-Type and Content-Disposition say."""

    owner: str
    sha256: str
    media_type: str
    disposition: str


class FileBody:
    """A body that is a file of `size` bytes. Whoever sends it takes the file, and closes it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file
        self.size = os.fstat(file.fileno()).st_size

    def take(self) -> BinaryIO:
        file, self._file = self._file, None
        assert file is not None  # noqa: S101 - it is sent once
        return file

    def __del__(self) -> None:
        # Chalice drops a reply that the caller does not accept, and answers with a problem.
        if self._file is not None:
            self._file.close()


class Streamed(Response):
    """A reply whose body is a file, for a server that reads it piece by piece."""

    def to_dict(self, binary_types: Any = None) -> dict[str, Any]:  # noqa: ARG002 - chalice's
        return {
            "statusCode": self.status_code,
            "headers": self.headers,
            "multiValueHeaders": {},
            "body": self.body,
        }


def download(request: ApiRequest, given: Download) -> Response:
    """Raises NotFound, Damaged, Unavailable."""
    blobs = request.platform.blobs
    url = blobs.link(given.owner, given.sha256, given.media_type, given.disposition, FOLLOWED)
    if url is not None:
        elsewhere = {"Location": url, "Referrer-Policy": "no-referrer"}
        return Response("", {**_COMMON, **elsewhere}, 302)
    file = _opened(blobs, given)
    headers: dict[str, str | list[str]] = {
        **_COMMON,
        "Content-Type": given.media_type,
        "Content-Disposition": given.disposition,
    }
    if request.raw.context.get(STREAMS):
        return Streamed(FileBody(file), headers, 200)
    with file:
        return Response(file.read(), headers, 200)


def _opened(blobs: Blobs, given: Download) -> BinaryIO:
    file = blobs.open(given.owner, given.sha256)
    if file is None:
        raise NotFound("document-content-missing", "the content of the document is not there")
    return file


_COMMON: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
