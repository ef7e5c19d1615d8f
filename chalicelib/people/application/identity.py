"""Whose matter it is, as streams, views and certificates name people: without their ids."""

import logging
from datetime import date

from ...codes.ids import canonical, check_id, numbered_as
from ...codes.parties import Applicant, IdKind
from ...kernel.errors import Invalid
from ...kernel.keyed import Keyed

# What an id is at least and at most, of whatever kind.
SHORTEST, LONGEST = 4, 40

log = logging.getLogger(__name__)


def reference(platform: Keyed, id_kind: IdKind, id_number: str) -> str:
    """
    26 hex digits that stand for the person with this id, the same wherever it is met, however it
    was written. Nobody gets back to the id without the platform's secret: ids are few enough to try
    them all.
    """
    return platform.keyed("person", numbered_as(id_kind), canonical(id_kind, id_number)).hex()[:26]


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


def told(platform: Keyed, id_kind: str, id_number: str, today: date) -> str | None:
    """
    The reference of a person as an identity provider tells of them; None for an id that is none.
    Neither the id nor what is wrong with it goes into the log.
    """
    try:
        kind = IdKind(id_kind)
        check_id(kind, id_number, today)
    except (ValueError, Invalid):
        kind = None
    number = "" if kind is None else canonical(kind, id_number)
    if kind in (None, IdKind.CREDIT_CODE) or not SHORTEST <= len(number) <= LONGEST:
        log.warning("a token names a person by an id that is none")
        return None
    return reference(platform, kind, id_number)
