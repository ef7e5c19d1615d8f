"""Cases that go through the service over HTTP, so that every command is given once."""

from datetime import UTC, datetime, time, timedelta
from time import monotonic, sleep
from typing import Any

from chalicelib.clock.calendar import LEGAL_ZONE, load_builtin
from chalicelib.items.files.item_files import read_item
from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf

from ..stories.cases import ITEMS, REMEDIES, VENUE_FORM, VENUE_MATERIALS
from . import access as walks_access
from . import ratings as walks_ratings
from .walking import Walker

Json = dict[str, Any]
PATIENCE = 15.0  # seconds for the certificate, which a subscriber makes


class Story:
    """A case that the hall enters some weeks later, with the days on which things happened."""

    def __init__(self, walk: Walker) -> None:
        self.walk = walk
        today = datetime.now(UTC).astimezone(LEGAL_ZONE).date()
        self.day = load_builtin().next_working(today - timedelta(days=84))
        self.case_id = ""

    def later(self, days: int = 1) -> "Story":
        for _ in range(days):
            self.day = load_builtin().next_working(self.day + timedelta(days=1))
        return self

    @property
    def happened(self) -> Json:
        return {"occurred_at": datetime.combine(self.day, time(11), LEGAL_ZONE).isoformat()}

    def submit(self, who: str, body: Json, path: str = "/cases") -> Json:
        reply: Json = self.walk(who, "POST", path, body).json()
        self.case_id = reply["case_id"]
        self.read(who)
        return reply

    def do(self, who: str, command: str, *, today: bool = False, **fields: Any) -> Json:
        """A command as the staff enter it afterwards, or `today`; the case is read after each."""
        body = fields if today else {**self.happened, **fields}
        reply: Json = self.walk(who, "POST", f"/cases/{self.case_id}/{command}", body).json()
        self.read(who)
        return reply

    def read(self, who: str) -> Json:
        found: Json = self.walk(who, "GET", f"/cases/{self.case_id}").json()
        return found

    def refused(self, who: str, command: str, status: int, code: str, **fields: Any) -> None:
        path = f"/cases/{self.case_id}/{command}"
        reply = self.walk(who, "POST", path, fields, fits=False)
        assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text

    def upload(self, who: str, *ids: str) -> list[Json]:
        return [upload(self.walk, who, one) for one in ids]


def upload(walk: Walker, who: str, name: str) -> Json:
    sent = {"Content-Type": "application/pdf"}
    reply = walk(who, "POST", "/documents", headers=sent, content=pdf(f"{name} {who}"))
    return {"id": name, "sha256": reply.json()["sha256"], "media_type": "application/pdf"}


def venue(story: Story, who: str) -> Json:
    return {
        "item": read_item(ITEMS / "entertainment-venue-joint.yaml").code,
        "applicant": {
            "kind": "company",
            "name": signin.COMPANY,
            "id_kind": "credit_code",
            "id_number": signin.COMPANY_CODE,
        },
        "form": VENUE_FORM,
        "materials": story.upload(who, *VENUE_MATERIALS),
    }


def citizen(item: str, form: Json) -> Json:
    """The same people apply again and again here, and mean to."""
    return {
        "insist": True,
        "item": read_item(ITEMS / f"{item}.yaml").code,
        "applicant": {"name": "张三", "id_number": "440802195503071232", "phone": "13700000000"},
        "form": form,
    }


CARD = ("senior-card", {"born_on": "1955-03-07", "residence": "湛江市霞山区示例村3号"})
PROOF = (
    "social-insurance-proof",
    {"insurance": ["养老保险"], "from_month": "2025-01", "to_month": "2025-12"},
)


def a_venue_from_submission_to_archive(walk: Walker) -> None:
    story = Story(walk)
    story.submit("clerk-chen", {**venue(story, "clerk-chen"), **story.happened})
    story.do("clerk-chen", "pass-pre-check", opinion="材料齐全")
    story.do("clerk-chen", "receive")
    missing = [{"material": "floor-plan", "reason": "没有标明疏散通道"}]
    story.later().do("clerk-chen", "request-supplement", missing=missing)
    plan = story.upload("clerk-chen", "floor-plan")
    story.later().do("clerk-chen", "submit-supplement", materials=plan)
    story.later().do("clerk-chen", "accept")
    story.later().do("clerk-housing", "start-step", step="handle-1")
    story.do("clerk-housing", "finish-step", step="handle-1", opinion="已现场核查")
    hearing: Json = {"procedure": "hearing", "reason": "利害关系人申请", "expected_days": 5}
    story.later().do("clerk-housing", "suspend", **hearing)
    story.later(2).do("clerk-housing", "resume", result="听证会已举行")
    reviewed(story)
    extended(story)
    correction: Json = {"mistake": 1, "field": "applicant.phone", "now": "13900000000"}
    story.do("approver-housing", "correct-mistake", reason="来电更正", **correction)
    story.later().do("approver-housing", "grant", conditions="核定人数180人", opinion="同意")
    delivered_and_rated(story)


def reviewed(story: Story) -> None:
    story.later().do(
        "reviewer-environment",
        "transfer",
        to_department="440802-environment",
        to_division="440802",
        reason="由赤坎分局审查",
    )
    step = "joint-review-1:440800-"
    story.do("reviewer-fire", "finish-step", step=f"{step}fire", outcome="agreed")
    story.do("reviewer-housing", "finish-step", step=f"{step}housing", outcome="agreed")
    story.do(
        "reviewer-chikan",
        "finish-step",
        step=f"{step}environment>1",
        outcome="agreed_with_conditions",
        opinion="加装隔声门",
    )


def extended(story: Story) -> None:
    asked: Json = {"days": 5, "reason": "整改需要复核"}
    story.later().do("reviewer-housing", "request-extension", **asked)
    story.do("approver-housing", "refuse-extension", reason="期限足够")
    story.later().do("reviewer-housing", "request-extension", **asked)
    story.later().do("approver-housing", "grant-extension")
    story.later().do("reviewer-housing", "finish-step", step="review-1", opinion="拟同意")


def delivered_and_rated(story: Story) -> None:
    end = monotonic() + PATIENCE
    while story.read("agent-li")["certificate"] is None and monotonic() < end:
        sleep(0.05)
    story.do("clerk-chen", "deliver", method="pick_up", recipient="李四", today=True)
    walks_ratings.rated_badly(story.walk, story.case_id)
    story.do("clerk-chen", "archive", today=True)
    assert story.read("auditor-zheng")["state"] == "archived"


def a_draft_that_is_returned_and_refused(walk: Walker) -> None:
    story = Story(walk)
    body = venue(story, "agent-li")
    story.submit("agent-li", {**body, "materials": []}, "/drafts")
    path = f"/drafts/{story.case_id}"
    assert walk("agent-li", "PUT", path, body).status_code == 200
    story.submit("agent-li", body, f"{path}/submit")
    story.do("clerk-chen", "return-submission", reason="图纸不清晰", today=True)
    again: Json = {"form": body["form"], "materials": story.upload("agent-li", "floor-plan")}
    story.do("agent-li", "resubmit", **again, today=True)
    refusal: Json = {"reason": "不属于受理范围", "remedies": REMEDIES}
    story.do("clerk-chen", "refuse-acceptance", **refusal, today=True)
    assert story.read("agent-li")["result"] == "refused"


def a_draft_that_is_discarded(walk: Walker) -> None:
    saved = walk("citizen-zhang", "POST", "/drafts", citizen(*CARD)).json()
    query: Json = {"min_position": saved["position"]}
    listed = walk("citizen-zhang", "GET", "/drafts", query=query).json()["items"]
    assert saved["case_id"] in {one["case_id"] for one in listed}
    path = f"/drafts/{saved['case_id']}"
    assert walk("citizen-zhang", "DELETE", path).json()["state"] == "discarded"
    assert walk("citizen-zhang", "DELETE", path, fits=False).status_code == 404


def a_supplement_that_never_came(walk: Walker) -> None:
    story = Story(walk)
    story.submit("clerk-chen", {**citizen(*CARD), **story.happened})
    missing = [{"material": "identity", "reason": "身份证已过有效期"}]
    story.later().do("clerk-chen", "request-supplement", missing=missing)
    story.do("clerk-chen", "lapse-supplement", today=True)


def a_card_denied_and_voided(walk: Walker) -> None:
    story = Story(walk)
    story.submit("citizen-zhang", citizen(*CARD))
    story.do("clerk-chen", "accept", today=True)
    story.do("clerk-civil", "finish-step", step="handle-1", opinion="户籍不符", today=True)
    denial: Json = {"reasons": "不是常住老年人", "remedies": REMEDIES}
    story.do("head-civil", "deny", **denial, today=True)
    story.do("citizen-zhang", "rate", rating=5, comment="没有说明理由", today=True)
    answer: Json = {"justified": True, "finding": "属实", "remedy": "已书面说明理由"}
    story.do("supervisor-zhou", "answer-rating", **answer, today=True)
    story.do("head-civil", "void", reason="重复申报", today=True)


def a_clerk_who_is_recused(walk: Walker) -> None:
    story = Story(walk)
    story.submit("citizen-zhang", citizen(*CARD))
    story.do("clerk-chen", "accept", today=True)
    story.do("clerk-civil", "start-step", step="handle-1", today=True)
    asked: Json = {"account": "clerk-civil", "reason": "与经办人有债务纠纷"}
    story.do("citizen-zhang", "request-recusal", **asked, today=True)
    refused: Json = {"account": "clerk-civil", "reason": "无事实依据"}
    story.do("head-civil", "refuse-recusal", **refused, today=True)
    story.do("clerk-civil", "recuse", reason="可能影响公正办理", today=True)
    story.refused("clerk-civil", "start-step", 403, "not-allowed", step="handle-1>1")


def a_proof_done_at_once(walk: Walker) -> None:
    story = Story(walk)
    story.submit("citizen-zhang", citizen(*PROOF))
    story.do("clerk-chen", "grant-at-once", today=True)


def a_case_withdrawn(walk: Walker) -> None:
    story = Story(walk)
    story.submit("citizen-zhang", citizen(*CARD))
    story.do("citizen-zhang", "withdraw", reason="不再需要", today=True)
    story.refused("citizen-zhang", "withdraw", 409, "closed", reason="另一个理由")


def everything_that_can_be_read(walk: Walker) -> None:
    story = Story(walk)
    material = upload(walk, "citizen-zhang", "identity")
    new = {"sha256": "0" * 64, "size": 1 << 20, "media_type": "application/pdf"}
    walk("citizen-zhang", "POST", "/documents/uploads", new)
    story.submit("citizen-zhang", {**citizen(*CARD), "materials": [material]})
    path, item = f"/cases/{story.case_id}", citizen(*CARD)["item"]
    walk("citizen-zhang", "GET", f"{path}/documents/{material['sha256']}")
    walk("auditor-zheng", "GET", f"{path}/events")
    for who, listed in (
        ("citizen-zhang", "cases"),
        ("clerk-chen", "work"),
        ("clerk-chen", "items"),
    ):
        walk(who, "GET", f"/{listed}")
    walk("clerk-chen", "GET", "/process-steps")
    walk(None, "GET", f"/items/{item}")
    walk(None, "GET", f"/items/{item}/versions/1")
    walk("auditor-zheng", "GET", "/health")


STORIES = (
    a_venue_from_submission_to_archive,
    a_draft_that_is_returned_and_refused,
    a_draft_that_is_discarded,
    a_supplement_that_never_came,
    a_card_denied_and_voided,
    a_clerk_who_is_recused,
    a_proof_done_at_once,
    a_case_withdrawn,
    everything_that_can_be_read,
    *walks_access.STORIES,
)
