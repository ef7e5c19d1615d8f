"""A service is rated badly, and what becomes of that, over HTTP."""

from typing import Any

from .walking import Walker

Json = dict[str, Any]


def rated_badly(walk: Walker, case_id: str) -> None:
    """The case stays at its version, and what it is asked says nothing of it."""
    path = f"/cases/{case_id}"
    before = walk("clerk-chen", "GET", path).json()
    rating: Json = {"rating": 4, "comment": "太慢"}
    rated: Json = walk("agent-li", "POST", f"{path}/rate", rating).json()
    assert walk("clerk-chen", "GET", path).json() == before
    again = walk("agent-li", "POST", f"{path}/rate", {"rating": 1}, fits=False)
    assert (again.status_code, again.json()["reason_code"]) == (409, "rated-already")
    one = f"/ratings/{rated['rating_id']}"
    early = walk("supervisor-zhou", "POST", f"{one}/answer", {"answer": "已整改"})
    assert early.json()["reason_code"] == "rating-not-verified"
    handler = walk("approver-housing", "GET", one)
    assert handler.status_code == 404
    found: Json = {"justified": True, "finding": "属实", "called_back": True}
    assert walk("deputy-housing", "POST", f"{one}/verify", found).status_code == 200
    answer: Json = {"answer": "谢谢您的意见", "remedy": "合并现场核查"}
    assert walk("deputy-housing", "POST", f"{one}/answer", answer).status_code == 200
    assert walk("agent-li", "POST", f"{one}/appeal", {"reason": "没有改"}).status_code == 200
    review: Json = {"upheld": True, "answer": "已督促落实"}
    assert walk("supervisor-zhou", "POST", f"{one}/review", review).status_code == 200
    told: Json = walk("agent-li", "GET", one).json()
    assert (told["state"], told["reviewed"]["upheld"]) == ("reviewed", True)
    at = f"{rated['rating_id']}@{told['version']}"
    for who in ("agent-li", "deputy-housing"):
        walk(who, "GET", "/ratings", query={"min_version": at})
    twice: Json = {"justified": True, "finding": "属实", "remedy": "合并"}
    otherwise = walk("supervisor-zhou", "POST", f"{path}/answer-rating", twice)
    assert otherwise.json()["reason_code"] == "rating-answered-otherwise"
