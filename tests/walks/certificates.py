"""Certificates over HTTP: issued, read, shown, used by others, taken away, made anew."""

from datetime import datetime
from time import monotonic, sleep
from typing import Any

from chalicelib.clock.calendar import legal_day

from .access import CARD
from .walking import Walker

Json = dict[str, Any]
PATIENCE = 20.0  # seconds for subscribers and the view
BASIS = "《中华人民共和国行政许可法》第六十九条第二款"


def granted(walk: Walker) -> str:
    """The identifier of a certificate that has its file."""
    case: Json = walk("citizen-zhang", "POST", "/cases", CARD).json()
    path = f"/cases/{case['case_id']}"
    walk("clerk-chen", "POST", f"{path}/accept", {})
    walk("clerk-civil", "POST", f"{path}/finish-step", {"step": "handle-1"})
    walk("head-civil", "POST", f"{path}/grant", {})
    end = monotonic() + PATIENCE
    while monotonic() < end:
        issued = walk("citizen-zhang", "GET", path).json()["certificate"]
        listed = {} if issued is None else _listed(walk, issued["identifier"])
        if listed.get("sealed"):
            return str(listed["identifier"])
        sleep(0.1)
    raise AssertionError("no certificate came of it")


def _listed(walk: Walker, identifier: str) -> Json:
    page: Json = walk("citizen-zhang", "GET", "/certificates").json()
    return next((one for one in page["items"] if one["identifier"] == identifier), {})


def shown_and_used(walk: Walker) -> None:
    path = f"/certificates/{granted(walk)}"
    assert walk("citizen-zhang", "GET", path).json()["status"] == "01"
    assert walk("citizen-zhang", "GET", f"{path}/file").content.startswith(b"%PDF")
    walk("head-civil", "GET", f"{path}/signature")
    shown: Json = walk("citizen-zhang", "POST", f"{path}/show", {}).json()
    check = f"/verify/{shown['token']}"
    assert walk(None, "GET", check).json()["holder_masked"] == "张*"
    assert walk(None, "GET", check).status_code == 404
    terms: Json = {
        "grantee": {"department": "440800-hall"},
        "purpose": "办理公共交通优待",
        "until": "2099-12-31",
        "count": 2,
    }
    assert walk("citizen-zhang", "POST", f"{path}/authorisations", terms).status_code == 422
    day = legal_day(datetime.fromisoformat(shown["expires_at"])).isoformat()
    given = walk("citizen-zhang", "POST", f"{path}/authorisations", {**terms, "until": day}).json()
    authorisation = f"{path}/authorisations/{given['authorisation']}"
    purpose = {"purpose": "核对优待资格"}
    assert walk("clerk-chen", "GET", f"{path}/file").status_code == 404
    assert walk("clerk-chen", "POST", f"{authorisation}/use", purpose).status_code == 200
    assert walk("clerk-chen", "GET", f"{path}/file").status_code == 200
    walk("citizen-zhang", "POST", f"{authorisation}/revoke", {"reason": "不再需要"})
    assert walk("clerk-chen", "POST", f"{authorisation}/use", purpose).status_code == 403


def taken_away_and_made_anew(walk: Walker) -> None:
    path = f"/certificates/{granted(walk)}"
    why: Json = {"reason": "有效期内涉嫌出借", "basis": "《优待证管理办法》第十条"}
    numbered = {**why, "document": "湛民扣〔2026〕1号"}
    assert walk("head-civil", "POST", f"{path}/suspend", numbered).json()["status"] == "02"
    assert walk("head-civil", "POST", f"{path}/restore", {"reason": "查无实据"}).is_success
    revised: Json = {"reason": "更正姓名", "holder_name": "张叁"}
    made = walk("head-civil", "POST", f"{path}/revise", revised).json()
    assert made["replaced_by"].split(".")[-2] == "002"
    newer = f"/certificates/{made['replaced_by']}"
    assert walk("head-civil", "POST", f"{newer}/revoke", {**numbered, "basis": BASIS}).is_success
    for command, body in (("cancel", why), ("move-out", why), ("withdraw", numbered)):
        other = f"/certificates/{granted(walk)}/{command}"
        assert walk("head-civil", "POST", other, body).is_success
    assert walk("head-civil", "POST", f"{path}/cancel", why).json()["code"] == "closed"


STORIES = (shown_and_used, taken_away_and_made_anew)
