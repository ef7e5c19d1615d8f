"""Pages: bounded in bytes whatever is on them, and all of them together are the list."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest

from chalicelib.eventlog.views.port import Cursor, Page, Row
from chalicelib.web import paging

from ..cases.test_cases import code
from ..city import SENIOR_CARD, City

LAMBDA = 6_291_556  # bytes of a reply
Told = dict[str, Any]


def walked(ask: Callable[[str], httpx.Response], name: str) -> list[Told]:
    """All of a list, page by page; no page is larger than Lambda could answer, or empty."""
    found: list[Told] = []
    cursor = ""
    while True:
        reply = ask(f"&cursor={cursor}" if cursor else "")
        assert reply.status_code == 200, reply.text
        assert len(reply.content) < 1_600_000 < LAMBDA
        page = reply.json()
        assert page[name] or page["next"] is None
        found += page[name]
        cursor = page["next"] or ""
        if not cursor:
            return found


# A history


def large_case(city: City, saves: int) -> str:
    """A draft of 210 KB saved over and over, and submitted: issue 10's history of 8.4 MB."""
    case_id = str(city.post("citizen-zhang", "/drafts", SENIOR_CARD).json()["case_id"])
    for n in range(saves):
        form = {**SENIOR_CARD["form"], "remark": f"{n}{'办' * 70_000}"}
        with city.as_("citizen-zhang") as http:
            headers = {"Idempotency-Key": f"large-{n:05d}"}
            body = {**SENIOR_CARD, "form": form}
            answer = http.put(f"/drafts/{case_id}", json=body, headers=headers)
            assert answer.status_code == 200, answer.text
    answer = city.post("citizen-zhang", f"/drafts/{case_id}/submit", SENIOR_CARD)
    assert answer.status_code == 201, answer.text
    return case_id


def test_the_longest_history_that_a_draft_can_make_is_given_in_pages(city: City):
    path = f"/cases/{large_case(city, 18)}/events"
    found = walked(lambda cursor: city.get("auditor-zheng", f"{path}?limit=1000{cursor}"), "events")
    assert [one["version"] for one in found] == list(range(1, len(found) + 1))
    assert [one["type"] for one in found].count("CaseDrafted") == 19


def test_who_knows_of_no_pages_gets_a_short_history_whole(city: City):
    path = f"/cases/{city.submit()['case_id']}/events"
    told = city.get("auditor-zheng", path).json()
    assert (len(told["events"]), told["next"]) == (2, None)
    found = walked(lambda cursor: city.get("auditor-zheng", f"{path}?limit=1{cursor}"), "events")
    assert found == told["events"]


def test_a_cursor_of_one_history_is_good_for_no_other(city: City):
    first, second = (
        f"/cases/{city.submit(insist=True)['case_id']}/events?limit=1" for _ in range(2)
    )
    cursor = city.get("auditor-zheng", first).json()["next"]
    assert city.get("auditor-zheng", f"{first}&cursor={cursor}").status_code == 200
    wrong = city.get("auditor-zheng", f"{second}&cursor={cursor}")
    assert code(wrong) == (400, "bad-parameter")
    for nonsense in ("x", "0.W10", ""):
        answer = city.get("auditor-zheng", f"{first}&cursor={nonsense}")
        assert code(answer) == (400, "bad-parameter")


def test_what_comes_while_one_reads_is_on_the_last_page(city: City):
    case_id = str(city.submit()["case_id"])
    path = f"/cases/{case_id}/events?limit=1"
    page = city.get("auditor-zheng", path).json()
    city.post("clerk-chen", f"/cases/{case_id}/accept")
    found = page["events"]
    while page["next"]:
        page = city.get("auditor-zheng", f"{path}&cursor={page['next']}").json()
        found += page["events"]
    whole = city.get("auditor-zheng", f"/cases/{case_id}/events").json()["events"]
    assert found == whole
    assert all(one["version"] < other["version"] for one, other in pairwise(found))


# What else is held as a whole

WHOLE = [
    ("/items/{item}/versions", "versions"),
    ("/items/{item}/changes?from=1&to=2", "changes"),
    ("/code-sets", "items"),
    ("/code-sets/gd-message", "values"),
]


@pytest.mark.parametrize(("path", "name"), WHOLE, ids=[one[0] for one in WHOLE])
def test_its_pages_together_are_the_whole(city: City, path: str, name: str):
    path = path.format(item=SENIOR_CARD["item"])
    if "changes" in path:
        path = path.replace("to=2", "to=1")  # nothing differs: one page, and it may be empty
    join = "&" if "?" in path else "?"
    whole = city.get(None, path).json()
    assert whole["next"] is None
    found = walked(lambda cursor: city.get(None, f"{path}{join}limit=1{cursor}"), name)
    assert found == whole[name]


def test_the_documents_of_a_case_come_in_pages(city: City):
    materials = []
    for n in range(5):
        from chalicelib.serving.illustration import pdf

        with city.as_("citizen-zhang") as http:
            headers = {"Content-Type": "application/pdf"}
            kept = http.post("/documents", content=pdf(f"plan {n}"), headers=headers).json()
        materials.append({"id": f"plan-{n}", "sha256": kept["sha256"]})
    path = f"/cases/{city.submit(materials=materials)['case_id']}/documents"
    whole = city.get("clerk-chen", path).json()
    assert (len(whole["documents"]), whole["next"]) == (5, None)
    found = walked(lambda cursor: city.get("clerk-chen", f"{path}?limit=2{cursor}"), "documents")
    assert found == whole["documents"]


# Rows of views

ROW = 300_000  # bytes; a row may have 380,000


class Rows:
    """A view of large rows, of which every third is nobody's to see."""

    def __init__(self, count: int) -> None:
        self.rows = [{"id": n, "text": "x" * ROW, "hidden": n % 3 == 1} for n in range(count)]

    def fetch(self, after: Cursor | None, limit: int) -> Page:
        start = 0 if after is None else int(after.key) + 1
        some = self.rows[start : start + limit]
        more = start + limit < len(self.rows)
        return Page(some, Cursor("", str(start + len(some) - 1)) if more else None)


class Request:
    """As much of one as a page asks."""

    def __init__(self, city: City, limit: int, cursor: str | None) -> None:
        self.platform, self.limit, self._cursor = city.platform, limit, cursor

    def query(self, _name: str) -> str | None:
        return self._cursor

    def may_wait(self, _seen: object) -> None:
        pass

    def wait_for(self, *_: object) -> None:
        pass


def seen(row: Row) -> bool:
    return not row["hidden"]


def even(row: Row) -> Row | None:
    return row if row["id"] % 2 == 0 else None


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize("shown", [None, seen])
@pytest.mark.parametrize("told", [paging._as_it_is, even])
def test_a_page_of_large_rows_is_cut_and_goes_on_where_it_was_cut(
    city: City, limit: int, shown: Any, told: Any
):
    view = Rows(20)
    listing = paging.Listing("view", str, lambda _: 0, "large", view.fetch, shown, told)
    found: list[int] = []
    cursor = None
    while True:
        page = paging.page(Request(city, limit, cursor), listing)  # type: ignore[arg-type]
        assert sum(len(one["text"]) for one in page["items"]) <= paging.MOST_BYTES + ROW
        found += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    wanted = [row for row in view.rows if (shown is None or shown(row)) and told(row) is not None]
    assert found == [row["id"] for row in wanted]


def test_one_row_that_is_larger_than_a_page_is_a_page():
    large = [{"text": "x" * 2_000_000}] * 3
    assert paging.fits(large) == 1
    assert paging.fits([]) == 0
    assert paging.fits([{"a": 1}] * 5) == 5
