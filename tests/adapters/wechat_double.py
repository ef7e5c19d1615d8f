"""A server that answers as WeChat does, on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Double:
    """`replies` are given in their order, the last one again and again; a float is a long wait."""

    replies: list[Any]
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def next(self) -> Any:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def wechat(*replies: Any) -> Iterator[Double]:
    """Dicts are sent as JSON, bytes as they are, a tuple as status and body; None hangs up."""
    double = Double(list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            double.asked.append({"path": parts.path, **query})
            self.answer(double.next())

        def answer(self, reply: Any) -> None:
            if isinstance(reply, float):
                sleep(reply)
            if reply is None or isinstance(reply, float):
                self.close_connection = True
                return
            status, body = reply if isinstance(reply, tuple) else (200, reply)
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")  # as WeChat does
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
