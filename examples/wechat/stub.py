"""
What WeChat answers to a sign-in, on your own machine: nothing of it leaves it.

    .venv/bin/python examples/wechat/stub.py
    echo any-secret > secret.txt
    BANJIAN_WECHAT_APP=wxExample BANJIAN_WECHAT_SECRET=file:secret.txt \\
        BANJIAN_WECHAT_URL=http://127.0.0.1:8090 .venv/bin/banjian serve --demo
    curl -X POST http://127.0.0.1:8000/sign-in/wechat \\
        -H 'Content-Type: application/json' -d '{"code": "zhang:1"}'

A code is a made-up user, a colon and anything else: `zhang:1` and `zhang:2` are one user's. As with
WeChat a code serves once (errcode 40163). The codes `limited`, `blocked` and `busy` are answered as
WeChat does then; any other one is wrong (40029).
"""

import argparse
import json
from collections.abc import Mapping
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATH = "/sns/jscode2session"
SAID = {"limited": 45011, "blocked": 40226, "busy": -1}


class Stub(ThreadingHTTPServer):
    """`used` are the codes that came before."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.used: set[str] = set()

    def answer(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """What WeChat's page on 小程序登录凭证校验 says, as far as a sign-in meets it."""
        code = asked.get("js_code", "")
        for needed, error in (("appid", 41002), ("secret", 41004), ("js_code", 41008)):
            if not asked.get(needed):
                return _refused(error)
        if code in SAID:
            return _refused(SAID[code])
        user, colon, _ = code.partition(":")
        if not user or not colon:
            return _refused(40029)
        if code in self.used:
            return _refused(40163)
        self.used.add(code)
        digest = sha256(f"{asked['appid']} {user}".encode()).hexdigest()
        return {"openid": f"o{digest[:27]}", "session_key": "ZXhhbXBsZQ=="}


def _refused(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "as the stub of WeChat has it"}


class Handler(BaseHTTPRequestHandler):
    """One question."""

    server: Stub

    def do_GET(self) -> None:
        """Answer as WeChat does: with 200 whatever it is, and JSON that says it is text."""
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        raw = json.dumps(self.server.answer(asked) if parts.path == PATH else {}).encode()
        self.send_response(200 if parts.path == PATH else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Without the address that was asked for: it has the secret."""
        self.log_message("%s %s", code, size)


def main() -> None:
    """Serve until Ctrl-C."""
    asked = argparse.ArgumentParser(description="A stub of WeChat's jscode2session.")
    asked.add_argument("--port", type=int, default=8090)
    Stub(asked.parse_args().port).serve_forever()


if __name__ == "__main__":
    main()
