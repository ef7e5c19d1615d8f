"""
Certificates by who holds them, by account, and by the department that issued them.

What lapses by the calendar lapses without an event: a row has the days, and `listed` says what is
true on one. Advice only: whether a certificate is good is read from its own stream.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from ...codes.numbers import parse_certificate_id
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ...kernel.base import Frozen
from ..application.lists import BY_TYPE, DEPARTMENT, NAME, OWN, typed
from ..domain import certificate
from ..domain import events as e
from ..domain.certificate import CertificateStatus

_STATUS: Mapping[type[Frozen], CertificateStatus] = {
    e.CertificateSuspended: CertificateStatus.SUSPENDED,
    **certificate.STATUS,
}


EVENTS: frozenset[type] = frozenset(
    {
        e.CertificateCreated,
        e.CertificateSealed,
        e.CertificateReplaced,
        e.CertificateRestored,
        e.RenewalFiled,
        e.RenewalEnded,
        *_STATUS,
    }
)


def key(event: Recorded) -> str | None:
    prefix = f"{certificate.CATEGORY}-"
    return event.stream.removeprefix(prefix) if event.stream.startswith(prefix) else None


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case e.CertificateCreated() as created:
            return _card(created)
        case _ if row is None:
            return None
        case e.CertificateSealed():
            return {**row, "sealed": True}
        case e.CertificateReplaced() as replaced:
            gone = {"status": CertificateStatus.EXPIRED, "replaced_by": replaced.by}
            return {**row, **gone, "before": row["status"]}
        case e.CertificateRestored():
            suspended = row["replaced_by"] and row.get("before") == CertificateStatus.SUSPENDED
            status = CertificateStatus.SUSPENDED if suspended else CertificateStatus.VALID
            return {**row, "status": status, "replaced_by": None}
        case e.RenewalFiled() as filed:
            return {**row, "renewing": filed.in_time}
        case e.RenewalEnded() as ended:
            return row if ended.granted else {**row, "renewing": False}
        case data:
            found = _STATUS.get(type(data))
            return row if found is None else {**row, "status": found}


def _card(created: e.CertificateCreated) -> Row:
    face = created.face
    return {
        "identifier": created.identifier,
        "type": parse_certificate_id(created.identifier).type,
        "name": face.name,
        "issuer_name": face.issuer_name,
        "department": created.department,
        "division": created.division,
        "confidential": created.confidential,
        "case_id": created.case_id,
        "item": created.item.code,
        "holder": created.holder,
        "account": created.account,
        "issued_on": created.issued_on.isoformat(),
        "valid_from": face.valid_from.isoformat(),
        "valid_until": None if face.valid_until is None else face.valid_until.isoformat(),
        "status": CertificateStatus.VALID,
        "replaced_by": None,
        "renewing": False,
        "sealed": False,
    }


def entries(row: Row) -> Iterable[Entry]:
    """The newest last."""
    sort = f"{row['issued_on']} {row['identifier']}"
    yield Entry(OWN, row["holder"], sort)
    if row["account"] is not None:
        yield Entry(OWN, f"account:{row['account']}", sort)
    yield Entry(BY_TYPE, typed(row["holder"], row["type"]), sort)
    yield Entry(DEPARTMENT, row["department"], sort)


_OURS = frozenset({"holder", "account", "renewing", "confidential", "before"})


def listed(row: Row, on: date) -> Row:
    """What a list shows of it on that day."""
    over = row["valid_until"] is not None and row["valid_until"] < on.isoformat()
    lapsed = (
        over
        and not row["renewing"]
        and row["status"] in (CertificateStatus.VALID, CertificateStatus.SUSPENDED)
    )
    told = {name: value for name, value in row.items() if name not in _OURS}
    return {**told, "status": CertificateStatus.EXPIRED if lapsed else row["status"]}


PROJECTION = Projection(NAME, "2", key, evolve, entries, by_stream=True, events=EVENTS)
