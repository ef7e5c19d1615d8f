"""授权用证: who may use a certificate, and each use; see certificate.py."""

from datetime import date, timedelta

from ...clock.calendar import legal_day
from ...kernel.errors import Closed, Contradiction, Invalid, NotAllowed, NotFound, OutOfOrder
from . import events as e
from .commands import Authorise, RevokeAuthorisation, Use
from .events import Event
from .state import Known, refusal, standing

LONGEST = timedelta(days=366)  # ours: nobody remembers an authorisation for longer
MOST_AUTHORISATIONS = 500  # ours: all of them are in the state
# Characters of all their purposes together: one reply tells them all (Lambda's has 6 MB).
MOST_PURPOSES = 200_000


def authorise(command: Authorise, state: Known) -> list[Event]:
    terms, on = command.terms, legal_day(command.at)
    found = state.record.authorisation(terms.authorisation)
    if found is not None:
        if found.terms == terms:
            return []
        raise Contradiction(
            "authorisation-given-otherwise", "this authorisation was given before, on other terms"
        )
    usable(state, on)
    if terms.until < max(terms.since, on):
        raise Invalid(
            "authorisation-ends-before-beginning",
            "the last day of the authorisation is over before it begins",
        )
    if terms.until - terms.since > LONGEST:
        raise Invalid(
            "authorisation-too-long", "an authorisation lasts a year at most; give another one then"
        )
    if len(state.record.authorisations) >= MOST_AUTHORISATIONS:
        raise Closed(
            "authorisations-too-many",
            "a certificate takes {most} authorisations at most",
            most=MOST_AUTHORISATIONS,
        )
    told = sum(len(one.terms.purpose) for one in state.record.authorisations)
    if told + len(terms.purpose) > MOST_PURPOSES:
        raise Closed(
            "authorisation-purposes-too-long",
            "the purposes of all authorisations have {most:,} characters together at most",
            most=MOST_PURPOSES,
        )
    return [terms]


def revoke_authorisation(command: RevokeAuthorisation, state: Known) -> list[Event]:
    found = state.record.authorisation(command.authorisation)
    if found is None:
        raise NotFound("no-such-authorisation", "there is no such authorisation")
    if found.revoked:
        return []
    return [e.AuthorisationRevoked(authorisation=command.authorisation, reason=command.reason)]


def use(command: Use, state: Known) -> list[Event]:
    used, on = command.used, legal_day(command.at)
    if used.use in state.record.uses:
        return []
    usable(state, on)
    if used.authorisation is not None:
        found = state.record.authorisation(used.authorisation)
        if found is None:
            raise NotFound("no-such-authorisation", "there is no such authorisation")
        why = refusal(found, on, used.case_id)
        if why is not None:
            raise NotAllowed.of(why)
    return [used]


def usable(state: Known, on: date) -> None:
    """Raises OutOfOrder, with how it stands, unless the certificate is valid on that day."""
    now = standing(state, on)
    if not now.begun:
        raise OutOfOrder(
            "certificate-valid-later",
            "it is valid from {on} on",
            on=state.record.created.face.valid_from,
        )
    if not now.usable:
        name = now.status.name.lower()
        if not now.reason:
            raise OutOfOrder(
                "certificate-not-valid",
                "it is not valid now but {status} ({name})",
                status=now.status,
                name=name,
            )
        raise OutOfOrder(
            "certificate-not-valid-because",
            "it is not valid now but {status} ({name}): {why}",
            status=now.status,
            name=name,
            why=now.reason,
        )
