"""An item with questions, small enough to see through: a venue, by its size and its kitchen."""

from typing import Any

from chalicelib.items.domain.item import ItemDefinition

from .item_givens import an_item

Json = dict[str, Any]


def yes(question: str) -> Json:
    return {"answer": question, "equals": True}


def no(question: str) -> Json:
    return {"answer": question, "equals": False}


def a_question(name: str, kind: str = "yes_no", **more: Any) -> Json:
    return {"id": name, "kind": kind, "ask": f"{name}？", "ask_en": f"{name}?", **more}


def a_choice(name: str, *values: str, **more: Any) -> Json:
    options = [{"value": one, "name": one, "name_en": one} for one in values]
    return a_question(name, "choice", options=options, **more)


def a_refusal(when: Json, reason: str = "不符合条件") -> Json:
    return {
        "when": when,
        "reason": reason,
        "reason_en": f"not: {reason}",
        "basis": "《某法》第二条",
    }


def a_variant(name: str, when: Json | None = None, **more: Any) -> Json:
    return {"id": name, "name": name, "name_en": name, "when": when, **more}


MATERIALS = [
    {"id": "application", "name": "申请表"},
    {"id": "plan", "name": "平面图", "may_come_from": "114408000000010549001"},
    {"id": "kitchen", "name": "厨房布局", "required": False},
]
AREA = a_question("area", "number", minimum=0)
COOKS = a_question("cooks")
GAS = a_question("gas", when=yes("cooks"))
TOO_SMALL = a_refusal({"answer": "area", "less_than": 200}, "面积不足")
WITH_KITCHEN = a_variant("kitchen", yes("cooks"), materials=["application", "plan", "kitchen"])
WITHOUT = a_variant("plain", no("cooks"), materials=["application"], optional=["plan"])


def a_venue(**changes: Any) -> ItemDefinition:
    return an_item(
        **{
            "materials": MATERIALS,
            "questions": [AREA, COOKS, GAS],
            "refusals": [TOO_SMALL, a_refusal(yes("gas"), "不得使用燃气")],
            "variants": [WITH_KITCHEN, WITHOUT],
            **changes,
        }
    )
