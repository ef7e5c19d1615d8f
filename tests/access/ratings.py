"""A bad rating of a case, and how far it has come."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from chalicelib.kernel.actor import Role

from .cases import CASES, DEPARTMENTS
from .people import CIVIL
from .world import Json, Probe, World, person

_HANDS: Final = frozenset({"hall", "civil", "civil-head"})


def _rated(case: Probe) -> Callable[[World], Json]:
    """Denied by those of `_HANDS`, and rated badly."""

    def make(world: World) -> Json:
        world.made.pop(case.thing.label, None)
        case_id = world.parameters(case.thing, case.make)["case_id"]
        path = f"/cases/{case_id}"
        world.done(person("civil"), "POST", f"{path}/finish-step", json={"step": "handle-1"})
        remedies = {"reconsideration": "复议", "litigation": "诉讼"}
        denial = {"reasons": "不符合条件", "remedies": remedies}
        world.done(person("civil-head"), "POST", f"{path}/deny", json=denial)
        world.made.pop(case.thing.label)
        rated = world.done(person("zhang"), "POST", f"{path}/rate", json={"rating": 5})
        return {"rating_id": rated["rating_id"]}

    return make


def _probe(case: Probe, label: str) -> Probe:
    desks = case.thing.desks | {(Role.APPROVER, CIVIL)}
    thing = replace(case.thing, label=label, hands=_HANDS, desks=desks)
    return Probe(thing, _rated(case))


RATINGS: Final = (
    _probe(CASES[0], "a rating of zhang's case"),
    _probe(CASES[-1], "a rating of zhang's confidential case"),
)
# Applicants get their own, whatever they ask for.
RATED: Final = tuple(
    one._replace(thing=replace(one.thing, label=f"rated: {one.thing.label}", owner="*"))
    for one in DEPARTMENTS
)
