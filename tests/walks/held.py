"""免提交 over HTTP: a citizen renews a licence and hands in nothing that the city has already."""

from time import monotonic, sleep
from typing import Any

from chalicelib.items.files.item_files import read_item

from ..stories.cases import ITEMS
from .certificates import PATIENCE
from .people import ZHANG, scan
from .walking import Walker

Json = dict[str, Any]
LICENCE: Json = {
    "item": read_item(ITEMS / "food-business-licence.yaml").code,
    "applicant": {**ZHANG, "phone": "13700000000"},
    "form": {
        "shop_name": "示例小吃店",
        "address": "湛江市赤坎区示例路 1 号",
        "business": "餐饮服务",
        "area": 36,
    },
}


def a_licence_is_not_handed_in_twice(walk: Walker) -> None:
    walk("citizen-zhang", "PUT", "/account", ZHANG)
    card = {**ZHANG, "document": scan(walk)}
    walk("clerk-chen", "POST", "/accounts/citizen-zhang/counter-check", card)
    identifier = _licensed(walk)
    path = f"/items/{LICENCE['item']}/held-materials"
    (held,) = walk("citizen-zhang", "GET", path, query={"variant": "renewal"}).json()["materials"]
    assert (held["material"], held["certificate"]) == ("licence", identifier)
    taken = {"id": held["material"], "certificate": held["certificate"]}
    body = {**LICENCE, "variant": "renewal", "materials": [taken]}
    renewal = walk("citizen-zhang", "POST", "/cases", body).json()
    found = walk("clerk-chen", "GET", f"/cases/{renewal['case_id']}").json()
    (material,) = found["materials"]
    assert (material["trust"], material["certificate"]) == ("A", identifier)
    stored = f"/cases/{renewal['case_id']}/documents/{material['sha256']}"
    assert walk("clerk-chen", "GET", stored).content.startswith(b"%PDF")


def _licensed(walk: Walker) -> str:
    """The identifier of a licence that has its file."""
    body = {**LICENCE, "variant": "new"}
    path = f"/cases/{walk('citizen-zhang', 'POST', '/cases', body).json()['case_id']}"
    walk("clerk-chen", "POST", f"{path}/accept", {})
    walk("clerk-market", "POST", f"{path}/finish-step", {"step": "handle-1"})
    walk("reviewer-market", "POST", f"{path}/finish-step", {"step": "review-1"})
    walk("head-market", "POST", f"{path}/grant", {})
    end = monotonic() + PATIENCE
    while monotonic() < end:
        page = walk("citizen-zhang", "GET", "/certificates", query={"as": "person"}).json()
        named = (one for one in page["items"] if one["case_id"] == path.rpartition("/")[2])
        if any(one["sealed"] for one in named):
            issued = walk("citizen-zhang", "GET", path).json()["certificate"]
            return str(issued["identifier"])
        sleep(0.1)
    raise AssertionError("no licence came of it")


STORIES = (a_licence_is_not_handed_in_twice,)
