"""What the view `held_certificates` is asked for: it is advice, and never in anybody's way."""

import logging
from collections.abc import Iterator
from datetime import date
from typing import Final

from ...eventlog.views.port import ViewsError
from ...items.domain.item import ItemDefinition
from ...platform.platform import Platform
from ..domain import certificate
from ..domain.certificate import Known
from . import certificates

NAME: Final = "held_certificates"
OWN: Final = "own"
BY_TYPE: Final = "type"
DEPARTMENT: Final = "department"
# Of one type; whoever has had more is offered the newest.
LOOKED_AT: Final = 20

log = logging.getLogger(__name__)


def typed(holder: str, kind: str) -> str:
    return f"{holder} {kind}"


def held(platform: Platform, holder: str, kind: str, on: date) -> list[Known]:
    """
    Usable certificates of a type (GB/T 36904), the newest first; [] if the view cannot be read.
    """
    return list(_held(platform, holder, kind, on))


def _held(platform: Platform, holder: str, kind: str, on: date) -> Iterator[Known]:
    try:
        page = platform.views.page(
            NAME, BY_TYPE, typed(holder, kind), limit=LOOKED_AT, descending=True
        )
    except ViewsError:
        log.exception("held certificates cannot be looked for")
        return
    for row in page.rows:
        state = certificates.state_of(platform, row["identifier"])
        if isinstance(state, Known) and usable(state, on):
            yield state


def usable(state: Known, on: date) -> bool:
    return certificate.standing(state, on).usable and state.record.sealed is not None


def offered(
    platform: Platform, holder: str, definition: ItemDefinition, on: date
) -> dict[str, Known]:
    """免提交: by the id of the material, the certificate that the holder has for it already."""
    found = {
        one.id: held(platform, holder, one.may_come_from, on)
        for one in definition.materials
        if one.may_come_from is not None
    }
    return {name: states[0] for name, states in found.items() if states}
