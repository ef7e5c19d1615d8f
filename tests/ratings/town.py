"""A case that several people handled, over HTTP, and everything that they can ask."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx

from chalicelib.kernel.actor import Role
from chalicelib.serving import signin, wsgi
from chalicelib.serving.signin import Persona

from ..city import SENIOR_CARD, City
from ..proven import came_to_a_counter

Json = dict[str, Any]
WIDE: Final = ", ".join(
    f"{limit}.{who}=off"
    for limit in ("usual", "sign-in", "query", "query-code", "verification")
    for who in ("account", "address", "number")
)
HALL, CIVIL = "440800-hall", "440800-civil"
ITEM, ZHANG_ID = SENIOR_CARD["item"], SENIOR_CARD["applicant"]["id_number"]


def _staff(account: str, role: Role, department: str) -> Persona:
    return Persona(account, account, role, department, department[:6])


ZHANG: Final = Persona("citizen-zhang", "张三", Role.APPLICANT, level=3)
WINDOW: Final = _staff("window", Role.CLERK, HALL)
CLERK: Final = _staff("clerk", Role.CLERK, CIVIL)
HEAD: Final = _staff("head", Role.APPROVER, CIVIL)
HANDLED: Final = (WINDOW, CLERK, HEAD)
# Who handled it as a clerk, and comes back in another role.
PROMOTED: Final = (
    _staff("clerk", Role.APPROVER, CIVIL),
    Persona("clerk", "clerk", Role.SUPERVISOR, None, "440800"),
    Persona("head", "head", Role.SUPERVISOR, None, "440800"),
)
DEPUTY: Final = _staff("deputy", Role.APPROVER, CIVIL)
OVERSEER: Final = Persona("overseer", "overseer", Role.SUPERVISOR, None, "440800")
SECOND: Final = Persona("second", "second", Role.SUPERVISOR, None, "440000")
AUDITOR: Final = Persona("auditor", "auditor", Role.AUDITOR, None, "000000")
STRANGER: Final = Persona("citizen-wang", "王五", Role.APPLICANT, level=3)


@dataclass
class Town:
    city: City
    numbers: Iterator[int] = field(default_factory=count)
    tokens: dict[Persona, str] = field(default_factory=dict)

    def ask(self, who: Persona | None, method: str, path: str, body: Any = None) -> httpx.Response:
        import app

        headers = {"Accept-Language": "en", "Idempotency-Key": f"town-{next(self.numbers):08d}"}
        if who is not None:
            if who not in self.tokens:
                self.tokens[who] = signin.issue(self.city.data, who)
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        transport = httpx.WSGITransport(app=wsgi.wsgi(app.app))
        with httpx.Client(transport=transport, base_url="http://town") as http:
            return http.request(method, path, json=body, headers=headers)

    def done(self, who: Persona, path: str, body: Any = None) -> Json:
        reply = self.ask(who, "POST", path, body or {})
        assert reply.is_success, f"{who.account} {path}: {reply.text}"
        answered: Json = reply.json()
        return answered

    def get(self, who: Persona, path: str) -> Json:
        reply = self.ask(who, "GET", path)
        assert reply.is_success, f"{who.account} {path}: {reply.text}"
        answered: Json = reply.json()
        return answered

    def decided(self, how: str = "grant", *, delivered: bool = True) -> str:
        whom = SENIOR_CARD["applicant"]
        came_to_a_counter(self.city.platform, ZHANG.account, whom["name"], whom["id_number"])
        case_id: str = self.done(ZHANG, "/cases", {**SENIOR_CARD, "insist": True})["case_id"]
        path = f"/cases/{case_id}"
        self.done(WINDOW, f"{path}/accept")
        self.done(CLERK, f"{path}/finish-step", {"step": "handle-1", "opinion": "属实"})
        remedies = {"reconsideration": "复议", "litigation": "诉讼"}
        denial = {"reasons": "不符合条件", "remedies": remedies}
        self.done(HEAD, f"{path}/{how}", denial if how == "deny" else {"opinion": "同意"})
        self.city.catch_up()
        if delivered:
            self.done(WINDOW, f"{path}/deliver", {"method": "pick_up", "recipient": "张三"})
        self.city.catch_up()
        return case_id

    def rate(self, case_id: str, rating: int = 5, comment: str | None = "态度恶劣") -> str:
        body = {"rating": rating, "comment": comment}
        rated = self.done(ZHANG, f"/cases/{case_id}/rate", body)
        self.city.catch_up()
        name: str = rated["rating_id"]
        return name


def everything(
    case_id: str, number: str, rating_id: str, certificate: str
) -> list[tuple[str, str, Any]]:
    """Every GET route about the case, every list in every way, and what is refused to staff."""
    import app

    known = {
        "case_id": case_id,
        "rating_id": rating_id,
        "identifier": certificate,
        "code": ITEM,
        "version": "1",
        "digest": "0" * 64,
        "account": "citizen-zhang",
        "name": "rating",
        "file": "docs.css",
    }
    # Not those of whoever watches the service, who is told how far the log has come at all.
    watched = ("/health", "/ready")
    routes = [one for one, ways in app.app.routes.items() if "GET" in ways and one not in watched]
    asked: list[tuple[str, str, Any]] = [("GET", _named(one, known), None) for one in routes]
    lists = ("/work", "/process-steps", "/certificates", "/ratings")
    pages = ("limit=1", f"department={CIVIL}", f"department={HALL}")
    asked += [("GET", f"{listed}?{more}", None) for listed in lists for more in pages]
    states = ("rated", "verified", "answered", "appealed", "reviewed")
    asked += [("GET", f"/ratings?state={one}&department={CIVIL}", None) for one in states]
    steps = f"/process-steps?item={ITEM}&department={CIVIL}&state="
    asked += [("GET", f"{steps}{one}", None) for one in ("waiting", "working", "finished")]
    asked += [("GET", f"/cases?number={number}", None)]
    path, one = f"/cases/{case_id}", f"/ratings/{rating_id}"
    answer = {"justified": True, "finding": "属实", "remedy": "致歉"}
    verify = {"justified": True, "finding": "属实", "called_back": True}
    return [
        *asked,
        ("POST", "/cases/search", {"id_number": ZHANG_ID, "purpose": "本人到窗口查询"}),
        ("POST", f"{path}/rate", {"rating": 1}),
        ("POST", f"{path}/answer-rating", answer),
        ("POST", f"{path}/start-step", {"step": "rating-1"}),
        ("POST", f"{path}/finish-step", {"step": "rating-1", "outcome": "passed"}),
        ("POST", f"{path}/deliver", {"method": "post", "recipient": "李四"}),
        ("POST", f"{one}/verify", verify),
        ("POST", f"{one}/answer", {"answer": "致歉", "remedy": "培训"}),
        ("POST", f"{one}/appeal", {"reason": "不服"}),
        ("POST", f"{one}/review", {"upheld": True, "answer": "是"}),
    ]


def _named(path: str, known: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda name: known.get(name[1], "none"), path)


def answers(town: Town, who: Persona | None, asked: list[tuple[str, str, Any]]) -> dict[str, str]:
    """What comes back of each, status, ETag and body, but for the number of the request."""
    told = {}
    for method, path, body in asked:
        reply = town.ask(who, method, path, body)
        shown = re.sub(r'"request_id": ?"[^"]*"', "", reply.text)
        told[f"{method} {path} {json.dumps(body, ensure_ascii=False)}"] = (
            f"{reply.status_code} {reply.headers.get('ETag')} {shown}"
        )
    return told
