"""The page that somebody sees who scans a certificate's QR code."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from PIL import Image

from chalicelib.certificates.http.verification_page import HEADERS, STATES, page
from chalicelib.web.messages import Language

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync"
)
GREEN = (0x0B, 0x5D, 0x33)


class Shown(NamedTuple):
    state: str = "valid"
    name: str = "医疗机构执业许可证"
    identifier: str = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    issuer: str = "湛江市卫生健康局"
    holder_masked: str = "湛江市***门诊部"
    valid_from: date | None = date(2026, 11, 24)
    valid_until: date | None = date(2031, 11, 23)
    checked_at: datetime = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
    replaced_by: str | None = None


class Text(HTMLParser):
    """What a reader sees, and the tags and attributes that are used."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.seen.append(data)


def said(verdict: Shown, language: Language = "zh-CN") -> list[str]:
    return Text(page(verdict, language)).seen


def test_a_valid_certificate_is_shown_with_what_to_compare():
    assert said(Shown()) == [
        *("电子证照核验", "有效", "请核对下列内容与所出示的证照是否一致。"),
        *("证照名称", "医疗机构执业许可证"),
        *("持证主体", "湛江市***门诊部"),
        *("颁发机构", "湛江市卫生健康局"),
        *("有效期", "2026年11月24日至2031年11月23日"),
        *("证照标识", "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"),
        *("核验时间", "2026年11月24日 01:05（北京时间）"),
        "结果只说明核验时的状态。",
    ]


def test_it_is_there_in_english():
    found = said(Shown(), "en")
    assert found[:2] == ["Certificate verification", "Valid"]
    assert "2026-11-24 to 2031-11-23" in found
    assert "2026-11-24 01:05 (Beijing time)" in found


def test_without_an_end_it_says_so():
    assert "自2026年11月24日起长期有效" in said(Shown(valid_until=None))
    assert "from 2026-11-24" in said(Shown(valid_until=None), "en")


def test_what_took_its_place_is_named():
    found = said(Shown(state="replaced", replaced_by="1.2.156.3005.2.x.y.1.002.5"))
    assert found[found.index("新证照标识") + 1] == "1.2.156.3005.2.x.y.1.002.5"


def test_a_token_that_leads_nowhere_tells_nothing_of_any_certificate():
    found = said(Shown(state="unknown"))
    assert found[-3:] == [
        "核验时间",
        "2026年11月24日 01:05（北京时间）",
        "结果只说明核验时的状态。",
    ]
    assert len(found) == 6


def test_what_is_not_there_has_no_line():
    found = said(Shown(holder_masked="", valid_from=None))
    assert "持证主体" not in found
    assert "有效期" not in found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_state_has_its_own_word_and_advice(language: Language):
    heads = [tuple(said(Shown(state=state), language)[1:3]) for state in STATES]
    assert len({word for word, _ in heads}) == len({advice for _, advice in heads}) == len(STATES)


def test_only_valid_looks_valid_in_colour_and_shape():
    looks = {state: _look(page(Shown(state=state), "zh-CN")) for state in STATES}
    good = looks.pop("valid")
    for colour, shape in looks.values():
        assert colour != good[0]
        assert shape != good[1]
    assert len({shape for _, shape in looks.values()}) == 2


def _look(html: str) -> tuple[str, str]:
    ((colour, shape),) = re.findall(r'<section class="verdict (\w+)"><svg[^>]*>(.*?)</svg>', html)
    return colour, shape


def test_a_state_that_nobody_thought_of_is_no_page():
    with pytest.raises(KeyError):
        page(Shown(state="fine"), "en")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_people_wrote_is_text_and_nothing_else(language: Language):
    evil = '</dd><script>alert(1)</script><img src=x onerror="a">&\''
    verdict = Shown("replaced", evil, evil, evil, evil, replaced_by=evil)
    found = Text(page(verdict, language))
    assert "".join(found.seen).count(evil) == 5
    plain = Text(page(Shown("replaced", replaced_by="1"), language))
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in plain.tags]


@pytest.mark.parametrize("state", STATES)
def test_it_asks_no_other_address_and_runs_nothing(state: str):
    found = Text(page(Shown(state=state), "zh-CN"))
    assert "script" not in {tag for tag, _ in found.tags}
    for _, attributes in found.tags:
        assert not {"src", "href", "style", "action"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in page(Shown(state=state), "zh-CN")


def test_it_can_be_read_out_in_the_right_language():
    tags = Text(page(Shown(), "en")).tags
    assert ("html", {"lang": "en"}) in tags
    assert [attributes for tag, attributes in tags if tag == "dd"][:3] == [{"lang": "zh-CN"}] * 3


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_all_text_has_the_contrast_that_weak_eyes_need():
    """WCAG 2.2, 1.4.6 (AAA): 7 to 1."""
    html = page(Shown(), "en")
    dark = re.findall(r"\.(?:good|care|bad)\{background:(#\w{6})\}", html)
    dark += re.findall(r"color:(#\w{6})", html)
    assert len(dark) >= 6
    for colour in dark:
        assert 1.05 / (luminance(colour) + 0.05) >= 7


def test_the_headers_keep_the_token_to_this_page():
    assert HEADERS["Referrer-Policy"] == "no-referrer"
    assert HEADERS["Cache-Control"] == "no-store"


# In a browser


class Served(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = page(Shown(), "zh-CN").encode() if self.path == "/verify/t" else b""
        self.send_response(200 if content else 404)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/verify/t"
        server.shutdown()


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_takes_the_style_under_the_policy(address: str, tmp_path: Path):
    command = [str(CHROMIUM), *QUIET.split(), f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--window-size=500,900", "--enable-logging=stderr", "--screenshot=seen.png"]
    done = subprocess.run(
        [*command, address], cwd=tmp_path, capture_output=True, check=True, timeout=60
    )
    assert b"Refused" not in done.stderr
    assert b"Content Security Policy" not in done.stderr
    with Image.open(tmp_path / "seen.png") as seen:
        assert seen.convert("RGB").getpixel((20, 120)) == GREEN
