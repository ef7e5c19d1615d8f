"""Whose matter it is, as streams, views and certificates name people: without their ids."""

from ..domain.case.parts import Applicant, IdKind
from .platform import Platform


def reference(platform: Platform, id_kind: IdKind, id_number: str) -> str:
    """
    26 hex digits that stand for the person with this id, the same wherever it is met. Nobody gets
    back to the id without the platform's secret: ids are few enough to try them all.
    """
    return platform.keyed("person", id_kind, id_number.strip().upper()).hex()[:26]


def holder(platform: Platform, applicant: Applicant) -> str:
    """`entity:{unified social credit code}` or `person:{reference}`."""
    if applicant.entity is not None:
        return f"entity:{applicant.entity}"
    return f"person:{reference(platform, applicant.id_kind, applicant.id_number)}"
