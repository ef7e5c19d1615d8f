"""A certificate as one document: what the service and `banjian certificate show` tell of it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ...codes.masking import dumped
from ...eventlog.envelope import Recorded
from ..domain import certificate
from ..domain.certificate import Authorisation, Known
from ..domain.events import CertificateUsed
from .signing import sealed_of

Json = dict[str, Any]
MOST_USES = 100


def describe(state: Known, today: date, *, private: bool, mask: bool = False) -> Json:
    """
    JSON of the certificate as it stands; `private` with what its holder lets others do, `mask`
    without who that is.
    """
    record, now = state.record, certificate.standing(state, today)
    created = record.created
    told = created.model_dump(mode="json", exclude={"type", "confidential", "account"})
    face = {**told["face"], **dumped(created.face, mask=mask)}
    return {
        **told,
        "face": face,
        "status": now.status,
        "usable": now.usable,
        "until": None if now.until is None else now.until.isoformat(),
        "extended": now.extended,
        "reason": now.reason,
        "replaced_by": now.replaced_by,
        "renewal": None if record.renewal is None else record.renewal.case_id,
        "sha256": None if record.sealed is None else record.sealed.sha256,
        "authorisations": list(map(_authorisation, record.authorisations)) if private else None,
    }


def _authorisation(one: Authorisation) -> Json:
    terms = one.terms.model_dump(mode="json", exclude={"type"})
    return {**terms, "used": one.used, "revoked": one.revoked}


def uses(history: Iterable[Recorded]) -> list[Json]:
    """Of its history the latest MOST_USES uses, the newest first: for its holder to see."""
    used = [one for one in history if isinstance(one.data, CertificateUsed)]
    return [_use(one, one.data) for one in reversed(used[-MOST_USES:])]  # type: ignore[arg-type]


def _use(one: Recorded, used: CertificateUsed) -> Json:
    """Staff as their department: whoever it was, the department answers for it."""
    told = used.model_dump(mode="json", exclude={"type"})
    by = one.actor.model_dump(mode="json", include={"role", "department", "entity"})
    return {**told, **by, "at": one.occurred_at.isoformat()}


def signature(state: Known) -> Json:
    """What proves the file: see docs/signatures.md. Raises NotFound while it is being made."""
    sealed = sealed_of(state)
    told = sealed.model_dump(mode="json", exclude={"type"})
    return {"identifier": state.record.identifier, **told}
