"""
The guided case: a company opens an entertainment venue, from the hall window to the certificate.

It runs against the service over HTTP like any other client. The paper came to the hall some weeks
ago and is entered today, step by step with its true dates, so that the clock has something to tell.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_hex
from time import monotonic, sleep
from typing import Any

import httpx

from ..clock.calendar import LEGAL_ZONE, load_builtin
from . import signin
from .illustration import pdf

Json = dict[str, Any]
SignIn = Callable[[str], str]

WEEKS_AGO = timedelta(days=84)
AUDITOR = "auditor-zheng"  # whom the service tells how far its log has come
PATIENCE = 15.0  # seconds for what consumers make
COLUMNS = "{version:>4}  {type:<22} {who:<34} {when:<17} {due}"
HEADING = COLUMNS.format(version="v", type="event", who="who", when="happened", due="due date")


class Stopped(Exception):
    """The service refused a step of the tour; the message has what it said."""


class Unreachable(Exception):
    """Nothing answers where the service was said to listen."""


class Behind(Stopped):
    """A list has not come as far as the log."""


def _refused(asked: str, answer: httpx.Response) -> Stopped:
    """What is in front of a service may answer in its stead, and with no problem of ours."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    said = told if isinstance(told, dict) else {}
    kind = Behind if said.get("code") == "view-behind" else Stopped
    words = f"{said.get('title', '')} {said.get('detail', '')}".strip() or answer.reason_phrase
    return kind(f"{asked}: {answer.status_code} {words}")


@dataclass
class Tour:
    """The state of the tour: the connection, the tokens, the day of the story, the last version."""

    client: httpx.Client
    sign_in: SignIn
    day: date
    run: str = field(default_factory=lambda: token_hex(4))
    case_id: str = ""
    version: int = 0
    sent: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def request(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        if who not in self.tokens:
            self.tokens[who] = self.sign_in(who)
        self.sent += 1
        headers = {
            "Authorization": f"Bearer {self.tokens[who]}",
            "Idempotency-Key": f"guided-{self.run}-{self.sent}",
            **options.pop("headers", {}),
        }
        try:
            answer = self.client.request(method, path, headers=headers, **options)
        except httpx.TransportError as error:
            raise Unreachable(str(error)) from error
        if answer.is_error:
            raise _refused(f"{method} {path}", answer)
        return answer

    def get(self, who: str, path: str) -> Json:
        found: Json = self.request(who, "GET", path).json()
        return found

    def listed(self, who: str, path: str) -> list[Json]:
        """Rows of a list with all that the log has now: the consumers may have only just begun."""
        head, end = self.get(AUDITOR, "/health")["position"], monotonic() + PATIENCE
        while True:
            try:
                rows: list[Json] = self.get(who, f"{path}&min_position={head}")["items"]
            except Behind:
                if monotonic() > end:
                    raise
            else:
                return rows

    def do(self, who: str, command: str, body: Json | None = None, *, today: bool = False) -> None:
        happened = {} if today else {"occurred_at": self.noon.isoformat()}
        path = f"/cases/{self.case_id}/{command}"
        self.request(who, "POST", path, json={**happened, **(body or {})})

    @property
    def noon(self) -> datetime:
        return datetime.combine(self.day, time(11, 30), LEGAL_ZONE)

    def later(self, days: int) -> None:
        """So many working days later in the story."""
        calendar = load_builtin()
        for _ in range(days):
            self.day = calendar.next_working(self.day + timedelta(days=1))


def walk(url: str, sign_in: SignIn) -> Iterator[str]:
    """
    Walk one case through the service at `url`, and tell each step. What an earlier start of the
    service has walked to its end is not walked again. Raises Stopped, httpx.HTTPError.
    """
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        today = datetime.now(UTC).astimezone(LEGAL_ZONE).date()
        tour = Tour(client, sign_in, load_builtin().next_working(today - WEEKS_AGO))
        done = tour.listed("agent-li", "/ratings?limit=20")
        if done:
            yield f"The guided case is there already: {done[0]['number']}"
        else:
            yield from _tell(tour)


def _tell(tour: Tour) -> Iterator[str]:
    yield "[bold]The guided case[/]: a company asks to open an entertainment venue"
    for title, step in STORY:
        yield f"[bold cyan]{title}[/]"
        step(tour)
        yield from _new_events(tour)
    described = tour.get("agent-li", f"/cases/{tour.case_id}")
    yield f"[bold]How the due date of {described['number']} came about[/]"
    for line in described["clock"]["statutory"]["lines"]:
        yield f"      {line}"
    yield f"Look again: .venv/bin/banjian case show {described['number']}"
    yield f"      and: .venv/bin/banjian certificate show {described['certificate']['identifier']}"


def _new_events(tour: Tour) -> Iterator[str]:
    """What the step recorded: each event with its version, who, and the due date after the step."""
    described = tour.get("auditor-zheng", f"/cases/{tour.case_id}")
    clock = described["clock"]["statutory"] or {}
    stands = "the clock stands" if clock else "the clock has not started"
    due = f"due {clock['due']}" if clock.get("due") else stands
    history = tour.get("auditor-zheng", f"/cases/{tour.case_id}/events")["events"]
    fresh = [event for event in history if event["version"] > tour.version]
    for event in fresh:
        happened = datetime.fromisoformat(event["occurred_at"]).astimezone(LEGAL_ZONE)
        yield "    " + COLUMNS.format(
            version=f"v{event['version']}",
            type=event["type"],
            who=_who(event["actor"]),
            when=f"{happened:%Y-%m-%d %H:%M}",
            due=due if event is fresh[-1] else "",
        )
    tour.version = described["version"]


def _who(actor: Json) -> str:
    person = signin.PERSONAS.get(actor["account"])
    name = person.name if person else actor["account"]
    where = actor.get("department") or actor.get("entity") or ""
    return f"{name} {actor['role']} {where}".strip()


def _materials(tour: Tour, *ids: str) -> list[Json]:
    """Hand in an illustrative document for each material; the hall scans what came on paper."""
    return [
        {
            "id": one,
            "sha256": tour.request(
                "clerk-chen",
                "POST",
                "/documents",
                content=pdf(f"Illustrative document: {one}"),
                headers={"Content-Type": "application/pdf"},
            ).json()["sha256"],
            "title": one,
            "trust": "B",
        }
        for one in ids
    ]


def _item(tour: Tour) -> Json:
    for row in tour.listed("agent-li", "/items?limit=100&department=440800-housing"):
        definition = tour.get("agent-li", f"/items/{row['code']}")
        if definition["joint"]:
            return definition
    raise Stopped("no item with joint handling is published; publish examples/items")


def _submit(tour: Tour) -> None:
    definition = _item(tour)
    ids = [one["id"] for one in definition["materials"] if one["required"]]
    submission = {
        "occurred_at": tour.noon.isoformat(),
        "channel": "window",
        "item": definition["code"],
        "applicant": {
            "kind": "company",
            "name": signin.COMPANY,
            "id_kind": "credit_code",
            "id_number": signin.COMPANY_CODE,
            "phone": "13800138000",
        },
        "form": FORM,
        "materials": _materials(tour, *(one for one in ids if one != LACKING)),
        "mandate": "授权李四办理 (written mandate handed in at the window)",
        # A tour that was broken off has left a case that is open still.
        "insist": True,
    }
    created = tour.request("clerk-chen", "POST", "/cases", json=submission).json()
    tour.case_id = created["case_id"]


def _check(tour: Tour) -> None:
    tour.later(1)
    tour.do("clerk-chen", "pass-pre-check", {"opinion": "形式审查通过"})
    tour.do("clerk-chen", "receive")


def _ask(tour: Tour) -> None:
    tour.later(1)
    missing = [{"material": LACKING, "reason": "缺少噪声与油烟污染防治措施说明"}]
    tour.do("clerk-chen", "request-supplement", {"missing": missing})


def _supplement(tour: Tour) -> None:
    tour.later(3)
    tour.do("clerk-chen", "submit-supplement", {"materials": _materials(tour, LACKING)})


def _accept(tour: Tour) -> None:
    tour.later(1)
    tour.do("clerk-chen", "accept")


def _handle(tour: Tour) -> None:
    tour.later(2)
    tour.do("clerk-housing", "start-step", {"step": "handle-1"})
    tour.later(1)
    tour.do(
        "clerk-housing", "finish-step", {"step": "handle-1", "opinion": "材料齐全, 建议并联审查"}
    )


def _suspend(tour: Tour) -> None:
    tour.later(1)
    tour.do(
        "reviewer-housing",
        "suspend",
        {
            "procedure": "expert_review",
            "reason": "特殊消防设计需要专家评审",
            "expected_days": 10,
        },
    )


def _resume(tour: Tour) -> None:
    tour.later(6)
    tour.do("reviewer-housing", "resume", {"result": "专家评审通过"})


def _review_together(tour: Tour) -> None:
    opinions = (
        (
            "reviewer-environment",
            "440800-environment",
            "agreed_with_conditions",
            "夜间噪声不超过 50 分贝",
        ),
        ("reviewer-fire", "440800-fire", "agreed", "消防安全检查合格"),
        ("reviewer-housing", "440800-housing", "agreed", "消防设计审查合格"),
    )
    for who, department, outcome, opinion in opinions:
        tour.later(1)
        step = f"joint-review-1:{department}"
        tour.do(who, "start-step", {"step": step})
        tour.do(who, "finish-step", {"step": step, "outcome": outcome, "opinion": opinion})


def _transfer(tour: Tour) -> None:
    tour.later(1)
    tour.do(
        "clerk-housing",
        "transfer",
        {
            "to_department": "440800-environment",
            "to_division": "440800",
            "reason": "以噪声防治为主, 转由生态环境局主办",
        },
    )


def _review(tour: Tour) -> None:
    tour.later(1)
    step = _waiting(tour)
    tour.do("reviewer-environment", "start-step", {"step": step})
    tour.do("reviewer-environment", "finish-step", {"step": step, "opinion": "同意, 报批"})


def _waiting(tour: Tour) -> str:
    steps = tour.get("auditor-zheng", f"/cases/{tour.case_id}")["steps"]
    return str(next(one["step"] for one in steps if one["outcome"] is None))


def _grant(tour: Tour) -> None:
    tour.later(1)
    tour.do("approver-environment", "grant", {"conditions": "夜间噪声不超过 50 分贝"})


def _certificate(tour: Tour) -> None:
    """A subscriber makes it, as soon as it has seen the grant."""
    end = monotonic() + PATIENCE
    while tour.get("agent-li", f"/cases/{tour.case_id}")["certificate"] is None:
        if monotonic() > end:
            raise Stopped(f"no certificate after {PATIENCE:.0f} s: `banjian consumers` tells why")
        sleep(0.05)


def _deliver(tour: Tour) -> None:
    tour.later(2)
    tour.do("clerk-chen", "deliver", {"method": "pick_up", "recipient": "李四"})


def _rate(tour: Tour) -> None:
    tour.do("agent-li", "rate", {"rating": 1, "comment": "一次补正, 很清楚"}, today=True)


LACKING = "noise-report"
FORM = {
    "venue_name": "示例欢乐空间",
    "address": "湛江市赤坎区示例路 1 号",
    "business": "综合娱乐",
    "floor_area": 1200,
    "floors": "2-3",
    "capacity": 300,
    "catering": True,
    "contact_phone": "13800138000",
}
STORY: tuple[tuple[str, Callable[[Tour], None]], ...] = (
    ("1  Submission at the hall window, with materials (申报)", _submit),
    ("2  Pre-check and receipt (预审, 收件)", _check),
    ("3  One notice of what is missing (一次性补正告知)", _ask),
    ("4  The supplement comes in (补正)", _supplement),
    ("5  Acceptance: the clock starts (受理)", _accept),
    ("6  Handling (承办)", _handle),
    ("7  Suspension for an expert review (特别程序)", _suspend),
    ("8  Resumption: the due date moves", _resume),
    ("9  Parallel review by three departments (并联审批)", _review_together),
    ("10 Transfer to another department (转办)", _transfer),
    ("11 Review (审核)", _review),
    ("12 Approval (批准, 办结)", _grant),
    ("13 Certificate (制证)", _certificate),
    ("14 Delivery (送达)", _deliver),
    ("15 Rating (好差评)", _rate),
)
