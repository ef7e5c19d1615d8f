"""/items/{code}/held-materials: what an applicant need not hand in (免提交)."""

from typing import Any

from chalice.app import Response

from ...certificates.application import access as certificate_access
from ...certificates.application import lists as certificate_lists
from ...certificates.domain.certificate import Known
from ...items.application import items
from ...items.domain.definition import in_variant
from ...kernel.actor import APPLICANTS, Actor
from ...kernel.errors import NotAllowed
from ...people.application import entities
from ...web import paging
from ...web.operation import PARTS, OperationSpec
from ...web.request import ApiRequest
from ...web.route import operation, reply

_HELD = OperationSpec(
    "listHeldMaterials",
    "items",
    "HeldMaterials",
    query={
        "variant": {"type": "string", "description": "The variant (情形) that is applied for."},
        **PARTS,
    },
    problems=("item-closed", "invalid"),
)


@operation(_HELD)
def held(request: ApiRequest, code: str) -> Response:
    """
    免提交: by the id of the material, the certificate that the applicant has for it already.

    That is the caller, or the company that the caller acts for. Name it as `certificate` of
    the material.
    """
    offered = items.current(request.platform, code, request.today).definition
    definition = in_variant(offered, request.query("variant"))
    holder = _holder(request, request.actor)
    found = (
        {}
        if holder is None
        else certificate_lists.offered(request.platform, holder, definition, request.today)
    )
    listed, more = paging.part(
        request, f"held {holder} {code}", found.items(), lambda one: _told(*one)
    )
    return reply({"materials": listed, "next": more})


def _holder(request: ApiRequest, actor: Actor) -> str | None:
    """None while it is not proven who the account is: then it holds nothing that we know of."""
    if actor.role not in APPLICANTS:
        raise NotAllowed(
            "held-materials-for-applicants",
            "this tells applicants what they have; staff see the materials of a case",
        )
    if actor.entity is not None:
        entities.belonging(request.platform, actor, request.today)
        return f"entity:{actor.entity}"
    return certificate_access.person_of(request.platform, actor)


def _told(material: str, state: Known) -> dict[str, Any]:
    face = state.record.created.face
    return {
        "material": material,
        "certificate": state.record.identifier,
        "name": face.name,
        "issuer_name": face.issuer_name,
        "valid_until": None if face.valid_until is None else face.valid_until.isoformat(),
    }
