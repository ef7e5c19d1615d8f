"""Whose matter it is, as streams, views and certificates name people: without their ids."""

from ...codes.ids import canonical
from ...codes.parties import Applicant, IdKind
from ...kernel.keyed import Keyed


def reference(platform: Keyed, id_kind: IdKind, id_number: str) -> str:
    """
    26 hex digits that stand for the person with this id, the same wherever it is met, however it
    was written. Nobody gets back to the id without the platform's secret: ids are few enough to try
    them all.
    """
    return platform.keyed("person", id_kind, canonical(id_kind, id_number)).hex()[:26]


def holder(platform: Keyed, applicant: Applicant) -> str:
    """`entity:{unified social credit code}` or `person:{reference}`."""
    if applicant.entity is not None:
        return f"entity:{applicant.entity}"
    return of_id(platform, applicant.id_kind, applicant.id_number)


def of_id(platform: Keyed, id_kind: IdKind, id_number: str) -> str:
    """As `holder`, of who is known by an id alone; a credit code is a company's."""
    if id_kind is IdKind.CREDIT_CODE:
        return f"entity:{canonical(id_kind, id_number)}"
    return f"person:{reference(platform, id_kind, id_number)}"
