"""A certificate that a case has led to, and what its holder lets others do with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from chalicelib.certificates.application import showings
from chalicelib.kernel.actor import Role

from .cases import CASES, DEPARTMENTS
from .citizens import until
from .people import CIVIL, SCHOOLS, Thing
from .world import Json, Probe, World, person

_OF_ZHANG: Final = Thing(
    "zhang's certificate",
    owner="zhang",
    division="440800",
    departments=frozenset({CIVIL}),
    charge=CIVIL,
    named=SCHOOLS,
)


def _of(case: Probe) -> Callable[[World], Json]:
    return lambda world: _certificate(world, case)


def _certificate(world: World, case: Probe) -> Json:
    """The case is handled to its end, and the certificate made."""
    world.made.pop(case.thing.label, None)
    path = f"/cases/{world.parameters(case.thing, case.make)['case_id']}"
    finished = {"step": "handle-1"}
    world.done(person("civil"), "POST", f"{path}/finish-step", json=finished)
    world.done(person("civil-head"), "POST", f"{path}/grant", json={})
    world.made.pop(case.thing.label)
    world.catch_up()
    concluded = world.done(person("zhang"), "GET", path)
    identifier = concluded["certificate"]["identifier"]
    given = {
        "grantee": {"department": SCHOOLS},
        "purpose": "入学报名",
        "until": until(world),
    }
    authorised = f"/certificates/{identifier}/authorisations"
    made = world.done(person("zhang"), "POST", authorised, json=given)
    return {
        "identifier": identifier,
        "authorisation": made["authorisation"],
        "body": {**given, "reason": "变更"},
    }


def _printed(world: World) -> Json:
    its = world.parameters(_OF_ZHANG, _of(CASES[0]))
    return {"token": showings.printed(world.platform, its["identifier"])}


CERTIFICATES: Final = (
    Probe(_OF_ZHANG, _of(CASES[0])),
    Probe(
        replace(
            _OF_ZHANG,
            label="zhang's confidential certificate",
            confidential=True,
            desks=CASES[-1].thing.desks | {(Role.APPROVER, CIVIL)},
        ),
        _of(CASES[-1]),
    ),
)
# Applicants get their own, whatever they ask for.
ISSUED: Final = tuple(
    one._replace(thing=replace(one.thing, label=f"issued: {one.thing.label}", owner="*"))
    for one in DEPARTMENTS
)
PRINTED: Final = (Probe(Thing("what is printed on it"), _printed),)
