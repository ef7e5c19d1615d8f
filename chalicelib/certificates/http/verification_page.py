"""
核验页: what anybody sees who scans the QR code of a certificate.

One file without script, picture or address of another host. Made for a phone in the sun and for old
eyes (GB/T 37668-2019): large type, high contrast, a verdict in a word, a shape and a colour.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from html import escape
from typing import Final, Literal, NamedTuple, Protocol

from ...clock.calendar import LEGAL_ZONE
from ...web.messages import Language, Phrase

Look = Literal["good", "care", "bad"]


class Verdict(Protocol):
    """
    What a token leads to now. `state` is a key of STATES; of "unknown" nothing but `checked_at` is
    shown. Empty text is left out. `replaced_by` is an identifier, or None.
    """

    @property
    def state(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def identifier(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def holder_masked(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_until(self) -> date | None: ...
    @property
    def checked_at(self) -> datetime: ...
    @property
    def replaced_by(self) -> str | None: ...


class _State(NamedTuple):
    look: Look
    word: Phrase
    advice: Phrase


STATES: Final[Mapping[str, _State]] = {
    "valid": _State(
        "good",
        Phrase("有效", "Valid"),
        Phrase(
            "请核对下列内容与所出示的证照是否一致。",
            "Compare what is shown below with the certificate before you.",
        ),
    ),
    "not-yet-valid": _State(
        "care",
        Phrase("尚未生效", "Not valid yet"),
        Phrase("未到有效期起始日期，现在不能使用。", "It becomes valid on the day shown below."),
    ),
    "suspended": _State(
        "care",
        Phrase("暂扣", "Suspended"),
        Phrase(
            "本证照已被颁发机构暂扣，暂扣期间不能使用。",
            "The issuer has suspended it; meanwhile it cannot be used.",
        ),
    ),
    "expired": _State(
        "bad",
        Phrase("已失效", "Expired"),
        Phrase("本证照已超过有效期，不能使用。", "It is past its last day and cannot be used."),
    ),
    "revoked": _State(
        "bad",
        Phrase("已撤销", "Revoked"),
        Phrase(
            "本证照已被颁发机构撤销，不能使用。",
            "The issuer has revoked it; it cannot be used.",
        ),
    ),
    "cancelled": _State(
        "bad",
        Phrase("已注销", "Cancelled"),
        Phrase("本证照已注销，不能使用。", "It has been cancelled and cannot be used."),
    ),
    "withdrawn": _State(
        "bad",
        Phrase("已吊销", "Withdrawn"),
        Phrase(
            "本证照已被颁发机构吊销，不能使用。",
            "The issuer has withdrawn it as a penalty; it cannot be used.",
        ),
    ),
    "moved-out": _State(
        "bad",
        Phrase("已转出", "Moved out"),
        Phrase(
            "本证照已办理转出，请向转入地的机关核验。",
            "It has been moved to another authority; have it checked there.",
        ),
    ),
    "replaced": _State(
        "bad",
        Phrase("已被替换", "Replaced"),
        Phrase(
            "本证照已换发新证照，请核验新的证照。",
            "A newer certificate has taken its place; check that one.",
        ),
    ),
    "unknown": _State(
        "bad",
        Phrase("无法核验", "Cannot be verified"),
        Phrase(
            "没有这个核验码，或者它已用过、已过期。请持证人重新出示；仍然如此的，请不要采信。",
            "There is no such code, or it was used, or it has run out. Ask the holder to show it "
            "again; if that does not help, do not rely on it.",
        ),
    ),
}

_TITLE: Final = Phrase("电子证照核验", "Certificate verification")
_NAME: Final = Phrase("证照名称", "Certificate")
_HOLDER: Final = Phrase("持证主体", "Holder")
_ISSUER: Final = Phrase("颁发机构", "Issuer")
_VALIDITY: Final = Phrase("有效期", "Valid")
_IDENTIFIER: Final = Phrase("证照标识", "Identifier")
_REPLACED: Final = Phrase("新证照标识", "Replaced by")
_CHECKED: Final = Phrase("核验时间", "Checked at")
_NOTE: Final = Phrase(
    "结果只说明核验时的状态。",
    "This says what was so at the moment of checking.",
)

# Read out in Chinese on the English page too.
_IN_CHINESE: Final = dict.fromkeys((_NAME, _HOLDER, _ISSUER), ' lang="zh-CN"')

# Told apart without colour: a disc, a triangle, an octagon.
SHAPES: Final[Mapping[Look, str]] = {
    "good": '<circle cx="32" cy="32" r="30"/><path class="mark" d="M17 33l10 11 20-23"/>',
    "care": '<path d="M32 3l30 56H2z"/><path class="mark" d="M32 24v16m0 8v1"/>',
    "bad": '<path d="M20 2h24l18 18v24L44 62H20L2 44V20z"/>'
    '<path class="mark" d="M21 21l22 22m0-22L21 43"/>',
}
_STYLE: Final = """
*{box-sizing:border-box}
body{margin:0;background:#f2f3f5;color:#16181d;line-height:1.6;font-size:1.3125rem;
font-family:"Noto Sans SC","PingFang SC","Microsoft YaHei","Helvetica Neue",sans-serif}
main{max-width:42rem;margin:0 auto;background:#fff;min-height:100vh;padding-bottom:2rem}
h1{font-size:1.3125rem;font-weight:400;margin:0;padding:1rem 1.25rem}
.verdict{color:#fff;padding:1.75rem 1.25rem;text-align:center}
.verdict svg{width:6.5rem;height:6.5rem;display:block;margin:0 auto .75rem;fill:#fff}
.mark{fill:none;stroke-width:7;stroke-linecap:round;stroke-linejoin:round}
.verdict strong{display:block;font-size:2.75rem;line-height:1.25}
.verdict p{margin:.5rem 0 0}
.good{background:#0b5d33}.good .mark{stroke:#0b5d33}
.care{background:#7a4100}.care .mark{stroke:#7a4100}
.bad{background:#9b1120}.bad .mark{stroke:#9b1120}
dl{margin:0;padding:.5rem 1.25rem}
dt{color:#4a4f59;font-size:1.125rem;margin-top:1rem}
dd{margin:0;overflow-wrap:anywhere;border-bottom:1px solid #d5d8de;padding-bottom:.75rem}
.note{margin:0;padding:.5rem 1.25rem;color:#4a4f59;font-size:1.125rem}
@media (forced-colors:active){.verdict svg{forced-color-adjust:none}}
"""
HEADERS: Final[Mapping[str, str]] = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    # The address holds the token.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def page(verdict: Verdict, language: Language) -> str:
    """HTML, to be sent with HEADERS. Raises KeyError for a state that is none of STATES."""
    state = STATES[verdict.state]
    word, title = _in(state.word, language), _in(_TITLE, language)
    rows = "".join(
        f"<dt>{_in(label, language)}</dt><dd{_IN_CHINESE.get(label, '')}>{escape(value)}</dd>"
        for label, value in _rows(verdict, language)
        if value
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{word} · {title}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{title}</h1><section class="verdict {state.look}">'
        f'<svg viewBox="0 0 64 64" aria-hidden="true">{SHAPES[state.look]}</svg>'
        f"<strong>{word}</strong><p>{_in(state.advice, language)}</p></section>"
        f'<dl>{rows}</dl><p class="note">{_in(_NOTE, language)}</p></main></body></html>'
    )


def _rows(verdict: Verdict, language: Language) -> Iterator[tuple[Phrase, str]]:
    if verdict.state != "unknown":
        yield _NAME, verdict.name
        yield _HOLDER, verdict.holder_masked
        yield _ISSUER, verdict.issuer
        yield _VALIDITY, _validity(verdict, language)
        yield _IDENTIFIER, verdict.identifier
        yield _REPLACED, verdict.replaced_by or ""
    yield _CHECKED, _time(verdict.checked_at, language)


def _validity(verdict: Verdict, language: Language) -> str:
    start, end = verdict.valid_from, verdict.valid_until
    if start is None:
        return ""
    if end is None:
        return f"from {start}" if language == "en" else f"自{_day(start)}起长期有效"
    return f"{start} to {end}" if language == "en" else f"{_day(start)}至{_day(end)}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _time(at: datetime, language: Language) -> str:
    local = at.astimezone(LEGAL_ZONE)
    if language == "en":
        return f"{local:%Y-%m-%d %H:%M} (Beijing time)"
    return f"{_day(local)} {local:%H:%M}（北京时间）"


def _in(phrase: Phrase, language: Language) -> str:
    return phrase.en if language == "en" else phrase.zh
