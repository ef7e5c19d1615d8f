"""The protocol of clamd, against a double that speaks it over real sockets, and against clamd."""

import os
import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

from chalicelib.adapters.clamd import CHUNK, Clamd
from chalicelib.platform.scanner import ScannerUnavailable, Verdict

# The industry's harmless test string (EICAR, 2003), in two halves lest this file be quarantined.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VERSION = b"ClamAV 1.4.3/27800/Mon Nov 23 09:00:00 2026"
LIMIT = 300_000

Answer = Callable[[socket.socket, bytes], None]


def read_stream(connection: socket.socket) -> bytes | None:
    """What INSTREAM brings; None once it is over the limit, as clamd does without reading on."""
    file, content = connection.makefile("rb"), b""
    while length := int.from_bytes(file.read(4), "big"):
        content += file.read(length)
        if len(content) > LIMIT:
            return None
    return content


def honest(connection: socket.socket, command: bytes) -> None:
    if command == b"zVERSION":
        connection.sendall(VERSION + b"\0")
        return
    content = read_stream(connection)
    if content is None:
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
    elif EICAR in content:
        connection.sendall(b"stream: Eicar-Test-Signature FOUND\0")
    else:
        connection.sendall(b"stream: OK\0")


def saying(reply: bytes) -> Answer:
    def answer(connection: socket.socket, command: bytes) -> None:
        if command == b"zINSTREAM":
            read_stream(connection)
        connection.sendall(reply)

    return answer


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def clamd(answer: Answer = honest, path: Path | None = None) -> Iterator[str]:
    """Its address."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            command = b""
            while not command.endswith(b"\0"):
                command += self.request.recv(1)
            answer(self.request, command[:-1])

    server = _Unix(str(path), Handler) if path else _Tcp(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"unix:{path}" if path else f"127.0.0.1:{server.socket.getsockname()[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_what_is_clean_and_what_is_not():
    with clamd() as address:
        scanner = Clamd(address)
        assert scanner.scan(BytesIO(b"%PDF-1.7")) == Verdict("clean")
        found = scanner.scan(BytesIO(b"before " * 30_000 + EICAR))
        assert found == Verdict("infected", "Eicar-Test-Signature")


def test_every_byte_arrives_over_many_chunks():
    seen = []

    def answer(connection: socket.socket, _command: bytes) -> None:
        seen.append(read_stream(connection))
        connection.sendall(b"stream: OK\0")

    content = os.urandom(CHUNK * 2 + 1)
    with clamd(answer) as address:
        Clamd(address).scan(BytesIO(content))
    assert seen == [content]


def test_over_a_unix_socket(tmp_path: Path):
    with clamd(path=tmp_path / "clamd.sock") as address:
        assert Clamd(address).scan(BytesIO(EICAR)).verdict == "infected"


def test_the_engine_is_named_with_its_signatures():
    with clamd() as address:
        assert Clamd(address).engine() == VERSION.decode()


def test_a_document_that_is_too_large_for_it_is_said_so_and_is_not_clean():
    with clamd() as address:
        for size in (LIMIT + CHUNK, 40 * LIMIT):  # it may cut us off before we are done
            assert Clamd(address).scan(BytesIO(bytes(size))) == Verdict("too_large")


def test_a_reply_may_come_in_pieces():
    def slowly(connection: socket.socket, command: bytes) -> None:
        read_stream(connection)
        for piece in (b"stream: Evil", b".Thing FOU", b"ND", b"\0"):
            connection.sendall(piece)
            sleep(0.02)

    with clamd(slowly) as address:
        assert Clamd(address).scan(BytesIO(b"x")) == Verdict("infected", "Evil.Thing")


def test_what_it_passed_over_for_its_size_is_not_clean():
    reply = b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0"
    with clamd(saying(reply)) as address:
        assert Clamd(address).scan(BytesIO(b"x")) == Verdict("too_large")


@pytest.mark.parametrize(
    "reply",
    [
        b"stream: Can't allocate memory ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"\0",
        b"\xff\xfe\0",
        b"stream: OK",  # and then cut off
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"stream: OK\nstream: FOUND\0",
        b"stream:  FOUND\0",
        b"x" * 20_000,
    ],
    ids=lambda reply: repr(reply[:20]),
)
def test_whatever_else_it_answers_is_no_verdict(reply: bytes):
    with clamd(saying(reply)) as address:
        for call in (lambda: Clamd(address).scan(BytesIO(b"x")), Clamd(address).engine):
            with pytest.raises(ScannerUnavailable, match=r"127\.0\.0\.1"):
                call()


def test_silence_is_no_verdict():
    def silent(connection: socket.socket, _command: bytes) -> None:
        while connection.recv(1 << 20):  # until the client has given up; TCP cuts as it likes
            pass

    with clamd(silent) as address, pytest.raises(ScannerUnavailable, match="timed out"):
        Clamd(address, 0.2).scan(BytesIO(b"x"))


def test_nobody_there_is_no_verdict(tmp_path: Path):
    with clamd() as address:
        pass
    for gone in (address, f"unix:{tmp_path}/none"):
        with pytest.raises(ScannerUnavailable):
            Clamd(gone).scan(BytesIO(b"x"))


@pytest.mark.parametrize("address", ["", "clamd", "clamd:", ":3310", "clamd:0", "clamd:x", "unix:"])
def test_what_is_no_address_is_refused_at_once(address: str):
    with pytest.raises(ValueError, match="neither"):
        Clamd(address)


REAL = os.environ.get("BANJIAN_TEST_CLAMD", "")


@pytest.mark.skipif(
    not REAL, reason="BANJIAN_TEST_CLAMD names no clamd (host:port or unix:/path) to try"
)
def test_clamd_itself():
    scanner = Clamd(REAL)
    assert scanner.engine().startswith("ClamAV ")
    assert scanner.scan(BytesIO(b"an honest text")) == Verdict("clean")
    assert scanner.scan(BytesIO(EICAR)).verdict == "infected"
