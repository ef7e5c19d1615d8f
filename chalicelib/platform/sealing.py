"""
定时封存: every hour what is new in the log is audited, and sealed.

A seal says which log it was, up to a position; kept apart from the log it shows later that
something before it was changed, cut off or made anew. Nothing is sealed that is not whole: what is
wrong is told in the log, line by line, and counted.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from ..eventlog.audit import CHAINED, NOTHING, Seal, statement
from ..eventlog.auditing import shelf as shelves
from ..eventlog.auditing.findings import Finding, Findings, unreadable
from ..eventlog.auditing.verifying import Place, continued, nobody, shorter
from ..eventlog.moving.moving import Prefix
from ..eventlog.ports import Damaged
from .platform import Platform
from .signatures import pem

log: Final = logging.getLogger(__name__)
# A seal is told whatever else is not: a line of a log that is kept elsewhere is a seal, too.
log.setLevel(logging.INFO)
# Schedules are not to the second.
EARLY: Final = timedelta(seconds=30)
# Shelves beside whose log this process has looked through the file, and what it has sealed there.
_looked: set[str] = set()
_made: dict[str, tuple[Seal, datetime]] = {}


def on_schedule(platform: Platform) -> None:
    """Seal, if it is time. Raises StoreError, OSError."""
    if platform.audited is not None:
        with platform.audited() as place:
            seal(platform, place)


def seal(platform: Platform, place: Place) -> Seal | None:
    """The new seal; None if it is not time, there is nothing new, or something is wrong."""
    since, at = _last(place)
    findings, head = Findings(), place.log.head()
    new = head != since.position
    pause = timedelta(minutes=platform.seal_minutes) - EARLY
    due = at is None or platform.now() - at >= pause
    behind = place.at_once and head - since.position > place.at_once
    first = place.shelf.place not in _looked
    # After a stop that was none, the file is looked through before anything else is known of it.
    if not first and not (new and (due or behind)):
        return None
    if new:
        platform.signer().public_key()  # who cannot sign need not read all first, to try again soon
    findings.gather(place.structure())
    findings.gather(place.integrity())
    _looked.add(place.shelf.place)
    if not new or not (due or behind):
        _tell(platform, findings)
        return None
    return _sealed(platform, place, since, head, findings)


def _last(place: Place) -> tuple[Seal, datetime | None]:
    """The seal to go on from, and when it was made; where none are kept, that of this process."""
    kept = shelves.last(place.shelf, place.signed)
    if kept is not None:
        return (kept.seal if kept.seal.form == CHAINED else NOTHING), kept.at
    return _made.get(place.shelf.place, (NOTHING, None))


def _sealed(
    platform: Platform, place: Place, since: Seal, head: int, findings: Findings
) -> Seal | None:
    if head < since.position:
        findings.add(
            Finding("shorter", "", 0, head, shorter(head, "there is a seal of", since.position))
        )
    try:
        made = _audited(place, since, head, findings)
    except Damaged as error:
        findings.add(unreadable(error))
        made = since
    _tell(platform, findings)
    if findings.found or made.position <= since.position:
        return None
    _keep(platform, place, made)
    return made


def _audited(place: Place, since: Seal, head: int, findings: Findings) -> Seal:
    if since == NOTHING and not place.at_once:
        return place.scan(findings, None, nobody, lambda _named: None).seal
    end = min(head, since.position + (place.at_once or head))
    part = place._replace(log=Prefix(place.log, end))
    return continued(part, since, None, findings).seal


def _keep(platform: Platform, place: Place, made: Seal) -> None:
    signer, at = platform.signer(), platform.now()
    text, name = statement(made, at, signer.key_id), shelves.name_of(made, at)
    log.info("sealed the log at position %d, digest %s", made.position, made.digest.hex())
    place.shelf.put(name + shelves.SIGNATURE, signer.sign(text))
    place.shelf.put(name + shelves.KEY, pem(signer.public_key()))
    place.shelf.put(name + shelves.SUFFIX, text)  # last: where it is, the rest is
    if isinstance(place.shelf, shelves.NoShelf):
        _made[place.shelf.place] = made, at


def _tell(platform: Platform, findings: Findings) -> None:
    platform.telemetry.count("AuditFindings", findings.found)
    for one in findings.first:
        log.error("%s: %s (%s): nothing is sealed", one.place, one.what, one.kind)
