"""Progress without an account, over HTTP."""

from time import monotonic, sleep
from typing import Any

from chalicelib.items.files.item_files import read_item

from ..stories.cases import ITEMS
from .walking import Walker

Json = dict[str, Any]
PATIENCE = 15.0  # seconds for the view of the numbers
CARD: Json = {
    "item": read_item(ITEMS / "senior-card.yaml").code,
    "applicant": {"name": "张三", "id_number": "440802195503071232", "phone": "13700000000"},
    "form": {"born_on": "1955-03-07", "residence": "湛江市霞山区示例村3号"},
    "insist": True,
}


def progress_at_a_kiosk(walk: Walker) -> None:
    submitted: Json = walk("citizen-zhang", "POST", "/cases", CARD).json()
    path = f"/cases/{submitted['case_id']}/query-code"
    again: Json = walk("citizen-zhang", "GET", path).json()
    assert again == {"query_code": submitted["query_code"]}
    query = {"number": submitted["number"], "code": again["query_code"]}
    reply = walk(None, "POST", "/progress", query)
    end = monotonic() + PATIENCE
    while reply.status_code == 404 and monotonic() < end:
        sleep(1)
        reply = walk(None, "POST", "/progress", query)
    assert (reply.status_code, reply.json()["situation"]) == (200, "submitted")
    dictated = {"number": f"{query['number'][:6]}－{query['number'][6:]} ", "code": query["code"]}
    assert walk(None, "POST", "/progress", dictated).status_code == 200
    found = walk("citizen-zhang", "GET", "/cases", query={"number": submitted["number"]}).json()
    assert [one["case_id"] for one in found["items"]] == [submitted["case_id"]]
    there = {"id_number": CARD["applicant"]["id_number"], "purpose": "本人到窗口查询"}
    at_the_counter = walk("clerk-chen", "POST", "/cases/search", there).json()["items"]
    assert submitted["case_id"] in [one["case_id"] for one in at_the_counter]
    wrong = walk(None, "POST", "/progress", {**query, "code": "22222222"})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "not-found")


STORIES = (progress_at_a_kiosk,)
