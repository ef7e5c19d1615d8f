"""
ClamAV's clamd (clamd(8), "COMMANDS"): a command with a leading z ends with a NUL, and so does the
reply. INSTREAM takes the content in chunks, each after its length in 4 bytes, and an empty one.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from ..platform.scanner import ScannerUnavailable, Verdict

CONNECT_SECONDS: Final = 5.0
REPLY_SECONDS: Final = 60.0  # for each read or write: a large archive takes its time
CHUNK: Final = 64 << 10  # bytes
OVER: Final = "Heuristics.Limits.Exceeded"
LAST_PORT: Final = 65_535
LONGEST: Final = 4096  # bytes of a reply
_REPLY: Final = re.compile(r"stream: (?:(OK)|(.+) FOUND)")


class Clamd:
    """At `address`: `host:port`, or `unix:/path` of a socket. Raises ValueError for another."""

    def __init__(self, address: str, seconds: float = REPLY_SECONDS) -> None:
        self._address, self._seconds = address, seconds
        _parsed(address)

    def scan(self, content: BinaryIO, /) -> Verdict:
        with self._connected() as connection:
            cut: OSError | None = None
            try:
                _send(connection, content)
            except TimeoutError:
                raise
            except OSError as error:
                cut = error  # it says why, if it had enough of it
            reply = _reply(connection, cut)
        return self._verdict(reply)

    def engine(self) -> str:
        with self._connected() as connection:
            connection.sendall(b"zVERSION\0")
            version = _reply(connection)
        if not version.startswith("ClamAV "):
            raise self._garbled(version)
        # "ClamAV 1.4.3/27800/Mon Nov 24 ...": the engine, its signatures and their day.
        return version[:200]

    def _verdict(self, reply: str) -> Verdict:
        if "size limit exceeded" in reply:
            return Verdict("too_large")  # its StreamMaxLength
        found = _REPLY.fullmatch(reply)
        if found is None:
            raise self._garbled(reply)
        if found[1]:
            return Verdict("clean")
        # With AlertExceedsMax: it has not looked at all of it.
        return (
            Verdict("too_large")
            if found[2].startswith(OVER)
            else Verdict("infected", found[2][:200])
        )

    def _garbled(self, reply: str) -> ScannerUnavailable:
        return ScannerUnavailable(f"{self._address} answers {reply[:200]!r}")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        """Raises ScannerUnavailable for all that goes wrong with the connection."""
        try:
            with _connect(self._address) as connection:
                connection.settimeout(self._seconds)
                yield connection
        except OSError as error:
            raise ScannerUnavailable(f"{self._address}: {error or 'no answer in time'}") from error


def _parsed(address: str) -> tuple[str, int]:
    """Host and port; port 0 stands for the path of a socket. Raises ValueError."""
    if address.startswith("unix:/"):
        return address.removeprefix("unix:"), 0
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= LAST_PORT:
        raise ValueError(f"{address!r} is neither host:port nor unix:/path")
    return host.strip("[]"), int(port)


def _connect(address: str) -> socket.socket:
    host, port = _parsed(address)
    if port:
        return socket.create_connection((host, port), CONNECT_SECONDS)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(host)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, content: BinaryIO) -> None:
    connection.sendall(b"zINSTREAM\0")
    while chunk := content.read(CHUNK):
        connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
    connection.sendall(bytes(4))


def _reply(connection: socket.socket, cut: OSError | None = None) -> str:
    """Up to the NUL; raises OSError if the connection ends before, or nothing ends it."""
    received = b""
    while not received.endswith(b"\0"):
        some = connection.recv(LONGEST)
        if not some or len(received) > LONGEST:
            raise cut or ConnectionError("the connection was cut in the middle of its reply")
        received += some
    return received[:-1].decode("utf-8", "replace").strip()
