"""The service's own description, and what is refused: one walk that meets each kind of refusal."""

from time import monotonic

from chalicelib import bootstrap
from chalicelib.web.docs import PARTS

from .cases import CARD, PATIENCE, PROOF, Json, Story, citizen
from .walking import Walker


def the_interface_describes_itself(walk: Walker) -> None:
    document = walk(None, "GET", "/openapi.json").json()
    assert document["paths"].keys() >= {"/openapi.json", "/docs", "/docs/{file}"}
    assert walk(None, "GET", "/ready").json() == {"status": "ready", "details": None}
    assert walk("auditor-zheng", "GET", "/ready").json()["details"]["position"] > 0
    watchman, silent = bootstrap.watchman(), bootstrap.Pulse(3600.0, {}, ())
    before, watchman.pulse = watchman.pulse, lambda: silent
    try:
        told = walk(None, "GET", "/ready").json()
    finally:
        watchman.pulse = before
    assert (told["code"], told["failing"], told["details"]) == ("not-ready", ["consumers"], None)
    for path in ("/openapi.json", "/docs", *(f"/docs/{name}" for name in PARTS)):
        tag = {"If-None-Match": walk(None, "GET", path).headers["ETag"]}
        assert walk(None, "GET", path, headers=tag).status_code == 304


def what_is_refused(walk: Walker) -> None:
    story = Story(walk)
    story.submit("citizen-zhang", citizen(*CARD))
    refused = story.refused
    refused("citizen-zhang", "accept", 403, "not-allowed")
    refused("citizen-wang", "withdraw", 404, "not-found", reason="不是我的")
    refused("clerk-chen", "deliver", 409, "out-of-order", method="post", recipient="张三")
    story.do("clerk-chen", "request-supplement", missing=[_line("identity")], today=True)
    refused("clerk-chen", "request-supplement", 422, "unlawful", missing=[_line("photo")])
    refused("citizen-zhang", "submit-supplement", 422, "invalid", materials=[])
    path = f"/cases/{story.case_id}/withdraw"
    stale = {"If-Match": '"1"'}
    reply = walk("citizen-zhang", "POST", path, {"reason": "迟了"}, headers=stale)
    assert (reply.status_code, reply.json()["code"]) == (412, "precondition-failed")


def what_contradicts_the_record(walk: Walker) -> None:
    story = Story(walk)
    story.submit("citizen-zhang", citizen(*PROOF))
    story.do("clerk-chen", "return-submission", reason="图纸不清晰", today=True)
    story.refused("clerk-chen", "return-submission", 409, "contradiction", reason="少一页")


def what_is_there_already(walk: Walker) -> None:
    story = Story(walk)
    submitted = story.submit("citizen-zhang", citizen(*CARD))
    walk("citizen-zhang", "GET", "/cases", query={"min_position": submitted["position"]})
    again = {**citizen(*CARD), "insist": False}
    end = monotonic() + PATIENCE
    while (reply := walk("citizen-zhang", "POST", "/cases", again)).status_code == 201:
        assert monotonic() < end  # the view of open cases comes a moment later
    assert (reply.status_code, reply.json()["code"]) == (409, "duplicate-case")


def an_auditor_who_would_administer(walk: Walker) -> None:
    walk("auditor-zheng", "GET", "/process-steps")
    reply = walk("auditor-zheng as administrator", "GET", "/process-steps", fits=False)
    assert (reply.status_code, reply.json()["code"]) == (403, "duties-not-separated")


def _line(material: str) -> Json:
    return {"material": material, "reason": "缺少"}


STORIES = (
    the_interface_describes_itself,
    what_is_refused,
    what_contradicts_the_record,
    what_is_there_already,
    an_auditor_who_would_administer,
)
