"""How each route is asked, about which things."""

import re
from collections.abc import Mapping
from typing import Final

import httpx

from chalicelib.kernel.actor import Role
from chalicelib.serving.signin import Persona

from .cases import CASES, DEPARTMENTS, DRAFTS, receipt
from .certificates import CERTIFICATES, ISSUED, PRINTED
from .citizens import (
    ACCOUNTS,
    CHECKED,
    COMPANIES,
    MANDATES,
    NEW_MANDATE,
    OPERATORS,
    OWN_ACCOUNT,
    WHO,
)
from .documents import LINKS, UPLOADS
from .items import MANAGED
from .people import FAR, Thing
from .ratings import RATED, RATINGS
from .samples import body
from .world import (
    FIRM,
    FORM,
    ONES_OWN,
    OPEN,
    PDF,
    PERSON,
    SECRET,
    WALK_IN,
    Json,
    Probe,
    Route,
    World,
    fixed,
)

# By the beginning of a path, the first that fits. A route that none fits is asked as it is.
PROBES: Final[Mapping[str, tuple[Probe, ...]]] = {
    "/cases/{case_id}": CASES,
    "/drafts/{case_id}": DRAFTS,
    "/ratings/{rating_id}": RATINGS,
    "/ratings": RATED,
    "/work": DEPARTMENTS,
    "/process-steps": DEPARTMENTS,
    "/progress": (Probe(Thing("a case by its receipt"), receipt),),
    "/certificates/{identifier}": CERTIFICATES,
    "/certificates": ISSUED,
    "/verify/{token}": PRINTED,
    "/documents/uploads/{upload_id}": UPLOADS,
    "/documents/links/{link}": LINKS,
    "/account/": OWN_ACCOUNT,
    "/accounts/{account}": ACCOUNTS,
    "/counter-checks": CHECKED,
    "/entities/{credit_code}/operators/{account}": OPERATORS,
    "/entities": COMPANIES,
    "/mandates/{mandate_id}": MANDATES,
    "/mandates": NEW_MANDATE,
    "/items/{code}/held-materials": fixed(code=OPEN),
    "/items/{code}/changes": fixed(**{"code": OPEN, "?": {"from": 1, "to": 1}}),
    "/items/{code}/eligibility": fixed(code=OPEN),
    "/items/{code}/version": fixed(code=OPEN, version=1),
    "/items/{code}/": MANAGED,
    "/items/{code}": fixed(code=OPEN),
    "/organisations": fixed(**{"?": {"division": FAR[:6]}}),
    "/code-sets/{name}": fixed(name="item-type"),
    "/docs/{file}": fixed(file="docs.css"),
}
# Values of members that a sample cannot guess, by operation.
KNOWN: Final[Mapping[str, Json]] = {
    "startStep": {"step": "handle-1"},
    "finishStep": {"step": "handle-1"},
    "transfer": {"to_department": "440802-civil", "to_division": "440802"},
    "correctMistake": {"field": "accepted_on", "now": "2026-01-05"},
    "submitCase": {"item": OPEN, "applicant": PERSON, "form": FORM, "insist": True},
    "saveDraft": {"item": OPEN, "applicant": PERSON, "form": FORM},
    "replaceDraft": {"item": OPEN, "applicant": PERSON, "form": FORM},
    "splitItem": {"into": [OPEN, SECRET]},
    "mergeItem": {"into": OPEN},
    "saveItemDraft": {"definition": {}},
    "submitDraft": {"item": OPEN, "applicant": PERSON, "form": FORM, "insist": True},
}
# What is given whole or not at all is asked for with a purpose.
_HANDLING: Final = {"reveal": "handling"}
PURPOSE: Final = {"getCaseDocument": _HANDLING, "linkCaseDocument": _HANDLING}
# Whoever applies does so for whom they may.
APPLYING: Final = frozenset({"submitCase", "saveDraft", "replaceDraft", "submitDraft"})


def probes(route: Route) -> tuple[Probe, ...]:
    for beginning, found in PROBES.items():
        if route.path.startswith(beginning):
            return found
    assert "{" not in route.path, f"{route.name}: name in PROBES what it is asked about"
    return fixed()


def parameters_of(world: World, probe: Probe) -> Json:
    """Of what is everybody's each route has its own."""
    if probe.thing is ONES_OWN:
        return probe.make(world)
    return world.parameters(probe.thing, probe.make)


def send(
    world: World, route: Route, probe: Probe, who: Persona | None, instead: Json | None = None
) -> httpx.Response:
    """With a body that fits, or with another one `instead`."""
    parameters = parameters_of(world, probe)
    path = re.sub(r"{(\w+)}", lambda name: str(parameters[name[1]]), route.path)
    sent: Json = {
        "params": parameters.get("?", PURPOSE.get(route.doc.name)),
        "headers": parameters.get("headers", {}),
    }
    if route.doc.body is not None:
        told = {**known(route, who), **parameters.get("body", {})}
        sent["json"] = body(route.doc.body, told) if instead is None else instead
    elif route.method in ("POST", "PUT") and not route.json:
        kind = parameters.get("type", "application/pdf")
        sent |= {"content": PDF, "headers": {"Content-Type": kind}}
    reply = world.ask(who, route.method, path, **sent)
    if reply.is_success and route.method != "GET":
        world.made.pop(probe.thing.label, None)
    return reply


def known(route: Route, who: Persona | None) -> Json:
    told = KNOWN.get(route.doc.name, {})
    if route.doc.name not in APPLYING or who is None:
        return told
    if who.role is Role.AGENT:
        return {**told, "applicant": {**FIRM, "id_number": who.entity}}
    # Who is proven to be one person does not apply as another.
    return {**told, "applicant": WHO.get(who.account, WALK_IN)}
