"""
What somebody does to the service from one address, 127.0.0.2, in one process at `nice 19`: each
attack with bare sockets, for so many seconds, and how much of it was served and refused.
"""

import json
import os
import socket
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from threading import Lock, Thread
from typing import Any, Final, NamedTuple
from uuid import uuid4

from benchmarks.http import http_reply
from chalicelib.serving.illustration import pdf

ATTACKER: Final = "127.0.0.2"
LEAST_NICE: Final = 19
PATIENCE: Final = 10.0  # seconds that an attacker waits for a reply
FAR: Final = 10**9  # positions ahead of any log


class Target(NamedTuple):
    """
    Where the service is, and what the attackers have: tokens of an account that is proven, of one
    that is not, an item whose form has an array without repetitions, a link to a large document.
    """

    host: str
    port: int
    proven: str
    newcomer: str
    item: str
    link: str


class Outcome(NamedTuple):
    """
    Replies by status, connections that the service ended or did not take, and those that it still
    had at the end, though they had asked for nothing.
    """

    replies: Mapping[int, int]
    cut: int
    held: int

    @property
    def served(self) -> int:
        return sum(number for status, number in self.replies.items() if status < 300)

    @property
    def refused(self) -> int:
        return sum(self.replies.values()) - self.served


class Tally:
    """What became of the requests of one attack; threads share it."""

    def __init__(self, target: Target, seconds: float, scale: float) -> None:
        self.target, self.scale = target, scale
        self.end = time.monotonic() + seconds
        self._lock = Lock()
        self._replies: Counter[int] = Counter()
        self._cut = self.held = 0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end

    def of(self, number: int) -> int:
        """So many of what the whole attack has `number` of."""
        return max(1, round(number * self.scale))

    def answered(self, status: int) -> None:
        with self._lock:
            self._replies[status] += 1

    def cut(self) -> None:
        with self._lock:
            self._cut += 1

    def outcome(self) -> Outcome:
        return Outcome(dict(self._replies), self._cut, self.held)

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        address = (self.target.host, self.target.port)
        with socket.create_connection(address, PATIENCE, (ATTACKER, 0)) as made:
            yield made

    def asks(self, requests: Callable[[], bytes]) -> None:
        """One client that sends one request after the other, and comes again when it is cut off."""
        while not self.is_over:
            try:
                with self.connection() as made:
                    while not self.is_over:
                        made.sendall(requests())
                        self.answered(http_reply(made.recv)[0])
            except OSError:
                self.cut()
                time.sleep(0.05)

    def threads(self, number: int, work: Callable[[], None]) -> None:
        made = [Thread(target=work, daemon=True) for _ in range(self.of(number))]
        for thread in made:
            thread.start()
        for thread in made:
            thread.join(max(0.0, self.end - time.monotonic()) + PATIENCE)


def attacked(name: str, target: Target, seconds: float, scale: float) -> Outcome:
    """For a process of its own."""
    os.nice(LEAST_NICE)
    tally = Tally(target, seconds, scale)
    ATTACKS[name](tally)
    return tally.outcome()


def request(method: str, path: str, token: str = "", body: bytes = b"", **headers: str) -> bytes:
    fields = {"Host": "service", "Content-Length": str(len(body)), **headers}
    if token:
        fields["Authorization"] = f"Bearer {token}"
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _json(method: str, path: str, token: str, body: Any) -> bytes:
    key = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    return request(method, path, token, json.dumps(body).encode(), **key)


def _forms(tally: Tally) -> None:
    """16 clients post forms of 38 KB, with 2,000 objects where none may be there twice."""
    form = {"insurance": [{"a": f"{number:07d}"} for number in range(2000)]}
    applicant = {"name": "张三", "id_number": "440802195001010018", "phone": "13800138000"}
    body = {"item": tally.target.item, "applicant": applicant, "form": form}
    post = _json("POST", "/cases", tally.target.proven, body)
    tally.threads(16, lambda: tally.asks(lambda: post))


def _sockets(tally: Tally) -> None:
    """16 clients pipeline the largest page and never read; 1,010 send a byte a second."""
    ahead = request("GET", "/openapi.json") * 200
    with ExitStack() as stack:
        for _ in range(tally.of(16)):
            unread = _opened(tally, stack)
            if unread is not None:
                unread.settimeout(0.2)
                with suppress(OSError):
                    unread.sendall(ahead)
        _drip(tally, [_opened(tally, stack) for _ in range(tally.of(1010))])


def _opened(tally: Tally, stack: ExitStack) -> socket.socket | None:
    try:
        return stack.enter_context(tally.connection())
    except OSError:
        tally.cut()
        return None


def _drip(tally: Tally, sockets: list[socket.socket | None]) -> None:
    opened = [one for one in sockets if one is not None]
    for one in opened:
        one.settimeout(0)
    while opened and not tally.is_over:
        opened = [one for one in opened if _dripped(tally, one)]
        time.sleep(min(1.0, max(0.0, tally.end - time.monotonic())))
    tally.held = len(opened)


def _dripped(tally: Tally, one: socket.socket) -> bool:
    """Whether the service still listens to it."""
    try:
        one.sendall(b"G")
        reply = one.recv(1 << 16)
    except BlockingIOError:
        return True
    except OSError:
        tally.cut()
        return False
    if reply.startswith(b"HTTP/"):
        tally.answered(int(reply[9:12]))
    else:
        tally.cut()
    return False


def _readers(tally: Tally) -> None:
    """14 clients ask for one document of 96 MiB by its link, and read 64 KiB ten times a second."""
    tally.threads(14, lambda: _reads_slowly(tally))


def _reads_slowly(tally: Tally) -> None:
    while not tally.is_over:
        try:
            with tally.connection() as made:
                made.sendall(request("GET", tally.target.link))
                first = made.recv(1 << 16)
                if not first:
                    raise ConnectionError("left without a word")
                tally.answered(int(first[9:12]))
                if int(first[9:12]) != 200:
                    time.sleep(0.2)
                    continue
                while not tally.is_over and made.recv(1 << 16):
                    time.sleep(0.1)
        except OSError:
            tally.cut()
            time.sleep(0.05)


def _waits(tally: Tally) -> None:
    """64 clients of one account wait for what is not there: far ahead, and just ahead."""
    far = request("GET", f"/cases?min_position={FAR}", tally.target.proven)
    never = f"/cases?min_version={uuid4().hex}@1"
    turns = count()

    def work() -> None:
        one = far if next(turns) % 2 else request("GET", never, tally.target.proven)
        tally.asks(lambda: one)

    tally.threads(64, work)


def _documents(tally: Tally) -> None:
    """Eight clients of an account of level 0 hand in documents of 1 MiB, each another one."""

    def another() -> bytes:
        content = padded_pdf(1 << 20, uuid4().hex)
        kind = {"Content-Type": "application/pdf"}
        return request("POST", "/documents", tally.target.newcomer, content, **kind)

    tally.threads(8, lambda: tally.asks(another))


def padded_pdf(size: int, comment: str) -> bytes:
    """A document of about `size` bytes."""
    head, _, rest = pdf("plan").partition(b"\n")
    line = b"%" + comment.encode().ljust(78, b"0") + b"\n"
    return head + b"\n" + line * ((size - len(rest)) // len(line)) + rest


def _tokens(tally: Tally) -> None:
    """32 clients, each request with another token that nobody signed."""

    def bad() -> bytes:
        parts = [{"alg": "ES256", "kid": uuid4().hex}, {"sub": "citizen-zhang"}]
        encoded = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
        return request("GET", "/cases", b".".join([*encoded, b"A" * 86]).decode())

    tally.threads(32, lambda: tally.asks(bad))


ATTACKS: Final[dict[str, Callable[[Tally], None]]] = {
    "forms": _forms,
    "sockets": _sockets,
    "readers": _readers,
    "waits": _waits,
    "documents": _documents,
    "tokens": _tokens,
}
