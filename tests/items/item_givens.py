"""Service items for tests: a small one that may be published, and changes to it."""

from typing import Any

from chalicelib.items.domain.item import ItemDefinition

CODE = "1144080000000105493440105001000"
OTHER_CODE = "1144080000000105493440105002000"
AUTHORITY = CODE[:18]


def a_step(step: str = "approve", kind: str = "approve", **more: Any) -> dict[str, Any]:
    role = {"approve": "approver", "handle": "clerk"}.get(kind, "reviewer")
    plain = {"id": step, "name": step, "kind": kind, "role": role, "department": "440800-market"}
    return {**plain, **more}


def a_parallel_step(*departments: str, **more: Any) -> dict[str, Any]:
    reviewers = [{"department": one, "name": one} for one in departments]
    return a_step("together", "parallel", reviewers=reviewers, **more)


def an_item_file(**changes: Any) -> dict[str, Any]:
    """What a file says of an item: a licence with two steps, in 20 days, 10 promised."""
    return {
        "code": CODE,
        "name": "食品经营许可核发",
        "name_en": "Food business licence",
        "type": "permit",
        "level": "city",
        "department": "440800-market",
        "department_name": "市市场监督管理局",
        "division": "440800",
        "case_type": "promised",
        "applicants": ["company"],
        "channels": ["window", "web"],
        "real_name_level": 2,
        "legal_basis": ["《食品安全法》第三十五条"],
        "form": {"type": "object"},
        "limits": {"statutory": {"days": 20}, "promised": {"days": 10}},
        "steps": [a_step("review", "review"), a_step()],
        "separation_of_duties": True,
        **changes,
    }


def an_item(**changes: Any) -> ItemDefinition:
    return ItemDefinition.model_validate(an_item_file(**changes))
