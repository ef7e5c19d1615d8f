"""
What S3 does with a presigned request before it takes it, which no emulator does: signature version
4 in the query string, and the checksum of the body.

Written from "Authenticating Requests: Using Query Parameters" (AWS Signature Version 4) of the
Amazon S3 API reference, with nothing of botocore's.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

SECRET = "testing"


@contextmanager
def gate(s3: Any) -> Iterator[str]:
    """Its URL; what passes is put into the bucket behind `s3`, as `/<bucket>/<key>`."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = verdict(self.path, headers, body)
            if status == 200:
                _, bucket, key = urlsplit(self.path).path.split("/", 2)
                s3.put_object(Bucket=bucket, Key=key, Body=body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = verdict(self.path, headers, b"", "GET"), b""
            told = dict(parse_qsl(urlsplit(self.path).query))
            if status == 200:
                _, bucket, key = urlsplit(self.path).path.split("/", 2)
                body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            self.send_response(status)
            for name in ("content-type", "content-disposition"):
                self.send_header(name, told.get(f"response-{name}", ""))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            """Of our own clients, who sign otherwise: what S3 keeps as the checksum."""
            _, bucket, key = urlsplit(self.path).path.split("/", 2)
            head = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
            self.send_response(200)
            self.send_header("x-amz-checksum-sha256", head["ChecksumSHA256"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - theirs
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def verdict(target: str, headers: Mapping[str, str], body: bytes, method: str = "PUT") -> int:
    path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
    signature = query.pop("X-Amz-Signature", "")
    if not hmac.compare_digest(_signature(method, path, query, headers), signature) or _expired(
        query
    ):
        return 403
    return 200 if _checksum(headers) in ("", b64encode(sha256(body).digest()).decode()) else 400


def _checksum(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-checksum-sha256", "")


def _expired(query: Mapping[str, str]) -> bool:
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.now(UTC) >= signed + timedelta(seconds=int(query["X-Amz-Expires"]))


def _signature(method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    names = query["X-Amz-SignedHeaders"].split(";")
    canonical = "\n".join(
        (
            method,
            path,
            "&".join(f"{_quoted(k)}={_quoted(v)}" for k, v in sorted(query.items())),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in names),
            "",
            ";".join(names),
            "UNSIGNED-PAYLOAD",
        )
    )
    scope = query["X-Amz-Credential"].split("/", 1)[1]
    digest = sha256(canonical.encode()).hexdigest()
    key = f"AWS4{SECRET}".encode()
    for step in (
        *scope.split("/"),
        f"{query['X-Amz-Algorithm']}\n{query['X-Amz-Date']}\n{scope}\n{digest}",
    ):
        key = hmac.digest(key, step.encode(), "sha256")
    return key.hex()


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
