"""Cases, drafts and departments' lists, and how each case comes to be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from chalicelib.kernel.actor import Role
from chalicelib.serving.illustration import pdf
from chalicelib.serving.signin import COMPANY_CODE

from .people import CIVIL, FAR, HALL, SCHOOLS, SECTION, Thing
from .world import FIRM, FORM, OPEN, PERSON, SECRET, WALK_IN, Json, Probe, World, person

_DESKS: Final = frozenset({(Role.CLERK, HALL), (Role.CLERK, CIVIL)})
_HANDLED: Final = Thing(
    "",
    division="440800",
    departments=frozenset({HALL, CIVIL}),
    charge=CIVIL,
    window=HALL,
    desks=_DESKS,
    steps=frozenset({(Role.CLERK, CIVIL)}),
    approval=frozenset({(Role.APPROVER, CIVIL)}),
)


def _submission(account: str, item: str, applicant: Json) -> Callable[[World], Json]:
    def make(world: World) -> Json:
        who = person(account)
        sent = {"content": pdf(account), "headers": {"Content-Type": "application/pdf"}}
        digest = world.done(who, "POST", "/documents", **sent)["sha256"]
        material = {"id": "identity", "sha256": digest, "media_type": "application/pdf"}
        material["title"] = f"{applicant['name']}的身份证"
        whole = {"item": item, "applicant": applicant, "form": FORM, "materials": [material]}
        case = world.done(who, "POST", "/cases", json={**whole, "insist": True})
        world.done(person("hall"), "POST", f"/cases/{case['case_id']}/accept", json={})
        return {"case_id": case["case_id"], "digest": digest}

    return make


def _draft(account: str, applicant: Json) -> Callable[[World], Json]:
    def make(world: World) -> Json:
        whole = {"item": OPEN, "applicant": applicant, "form": FORM}
        made = world.done(person(account), "POST", "/drafts", json=whole)
        return {"case_id": made["case_id"]}

    return make


def _case(label: str, make: Callable[[World], Json], **about: Any) -> Probe:
    return Probe(replace(_HANDLED, label=label, **about), make)


CASES: Final = (
    _case("zhang's case", _submission("zhang", OPEN, PERSON), owner="zhang"),
    _case("the company's case", _submission("li", OPEN, FIRM), entity=COMPANY_CODE),
    _case("a case from another window", _submission("schools", OPEN, WALK_IN), owner="schools"),
    _case(
        "zhang's confidential case",
        _submission("zhang", SECRET, PERSON),
        owner="zhang",
        confidential=True,
    ),
)
DRAFTS: Final = (
    Probe(Thing("zhang's draft", owner="zhang"), _draft("zhang", PERSON)),
    Probe(Thing("the company's draft", entity=COMPANY_CODE), _draft("li", FIRM)),
    Probe(Thing("a draft of another window", owner="schools"), _draft("schools", WALK_IN)),
)


def _department(code: str) -> Probe:
    thing = Thing(f"the list of {code}", division=code[:6], departments=frozenset({code}))
    return Probe(thing, lambda _: {"?": {"department": code}})


DEPARTMENTS: Final = tuple(_department(one) for one in (CIVIL, SECTION, SCHOOLS, FAR))


def receipt(world: World) -> Json:
    """What is printed on it: the number and the query code."""
    whole = {"item": OPEN, "applicant": PERSON, "form": FORM, "insist": True}
    case = world.done(person("zhang"), "POST", "/cases", json=whole)
    world.catch_up()
    return {"body": {"number": case["number"], "code": case["query_code"]}}
