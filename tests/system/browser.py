"""Chromium without a window: what a page came to, what it fetched, and what it complained of."""

import json
import re
import subprocess
from pathlib import Path
from shutil import which
from typing import NamedTuple
from urllib.parse import urlsplit

CHROMIUM = which("chromium") or which("chromium-browser") or which("google-chrome")
PATIENCE = 20_000  # milliseconds of the page's own time
SECONDS = 60


class Visit(NamedTuple):
    """`dom` once the page is quiet; `fetched` has the addresses that the page itself asked for."""

    dom: str
    fetched: set[str]
    complaints: list[str]


def visit(url: str, place: Path, *options: str) -> Visit:
    """Open the page with a profile and a log of their own in `place`."""
    log = place / "net.json"
    done = subprocess.run(
        [
            *(str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            # Nothing else can be reached, whatever the browser itself would like to ask its maker.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            *(f"--user-data-dir={place / 'profile'}", f"--log-net-log={log}"),
            *("--enable-logging=stderr", "--v=0", f"--virtual-time-budget={PATIENCE}"),
            *(*options, "--dump-dom", url),
        ],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    complaints = re.findall(r"CONSOLE[:(].*", done.stderr)
    return Visit(done.stdout, set(_fetched(log, url)), complaints)


def _fetched(log: Path, url: str) -> list[str]:
    """Of the log's requests those of the page: its own address, and what it is the origin of."""
    told = json.loads(log.read_text(encoding="utf-8"))
    kinds = {number: name for name, number in told["constants"]["logEventTypes"].items()}
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    started = [
        one["params"]
        for one in told["events"]
        if kinds[one["type"]] == "URL_REQUEST_START_JOB" and "url" in one.get("params", {})
    ]
    return [
        one["url"].partition("#")[0]
        for one in started
        if one.get("initiator") == origin or one["url"].startswith(origin)
    ]
