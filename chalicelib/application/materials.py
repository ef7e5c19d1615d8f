"""Materials as they are handed in: documents that were put before."""

from ..domain import case
from ..domain.actor import APPLICANTS, Actor
from ..domain.base import Code, Frozen, Line, Sha256
from ..domain.case.parts import Material, Trust
from ..domain.case.state import Absent, Drafted, Imported
from ..domain.errors import Invalid
from .platform import Platform


class HandedIn(Frozen):
    """A material as the caller names it: the document was put before, under its SHA-256."""

    id: Code
    sha256: Sha256
    media_type: str = "application/octet-stream"
    title: Line | None = None
    trust: Trust = Trust.UPLOADED


def materials(
    platform: Platform, actor: Actor, handed_in: tuple[HandedIn, ...]
) -> tuple[Material, ...]:
    """What was handed in, with sizes; raises Invalid for a document that this account never put."""
    return tuple(_material(platform, actor, one) for one in handed_in)


def _material(platform: Platform, actor: Actor, one: HandedIn) -> Material:
    if actor.role in APPLICANTS and one.trust in (Trust.ISSUED, Trust.VERIFIED):
        raise Invalid(f"material {one.id}: trust A and B are not for the applicant to give")
    size = platform.blobs.size(actor.account, one.sha256)
    if size is None:
        raise Invalid(f"material {one.id}: you have uploaded no document {one.sha256[:12]}…")
    return Material(**one.model_dump(), size=size, owner=actor.account)


def material(state: case.State, digest: str) -> Material | None:
    """The material of a case that is the document `digest`."""
    held = () if isinstance(state, Absent | Drafted | Imported) else state.dossier.materials
    return next((one for one in held if one.sha256 == digest), None)
