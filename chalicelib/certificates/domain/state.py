"""What is known of a certificate, and how it stands on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import reduce
from typing import NamedTuple, assert_never

from ...kernel.base import Frozen
from ...kernel.errors import Impossible, NotFound
from ...kernel.reasons import Reason
from . import events as e

# 行政许可法 art. 50: a renewal is asked for so many days before the last day.
RENEWAL_DAYS = timedelta(days=30)


class CertificateStatus(StrEnum):
    """证照状态, GB/T 36904."""

    VALID = "01"  # 有效
    SUSPENDED = "02"  # 暂扣
    REVOKED = "03"  # 撤销
    CANCELLED = "04"  # 注销
    EXPIRED = "05"  # 失效
    MOVED_OUT = "06"  # 办理转出
    WITHDRAWN = "07"  # 吊销


FINAL = frozenset(
    {
        CertificateStatus.REVOKED,
        CertificateStatus.CANCELLED,
        CertificateStatus.MOVED_OUT,
        CertificateStatus.WITHDRAWN,
    }
)


class Authorisation(NamedTuple):
    terms: e.UseAuthorised
    used: int = 0
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """`uses` are the ids of the uses there were; `renewal` is the one that was filed last."""

    created: e.CertificateCreated
    sealed: e.CertificateSealed | None = None
    renewal: e.RenewalFiled | None = None
    renewal_ended: e.RenewalEnded | None = None
    authorisations: tuple[Authorisation, ...] = ()
    uses: frozenset[str] = frozenset()

    @property
    def identifier(self) -> str:
        return self.created.identifier

    def authorisation(self, name: str) -> Authorisation | None:
        return next((one for one in self.authorisations if one.terms.authorisation == name), None)


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such certificate."""


@dataclass(frozen=True, slots=True)
class Issued:
    """In force, as far as its days go (01, or 05 by the calendar)."""

    record: Record


@dataclass(frozen=True, slots=True)
class Suspended:
    """暂扣."""

    record: Record
    why: e.CertificateSuspended


Ending = (
    e.CertificateRevoked | e.CertificateCancelled | e.CertificateMovedOut | e.CertificateWithdrawn
)


@dataclass(frozen=True, slots=True)
class Ended:
    """For good: 03, 04, 06 or 07."""

    record: Record
    why: Ending


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another one has its place. `suspended` is what it was until then."""

    record: Record
    why: e.CertificateReplaced
    suspended: e.CertificateSuspended | None = None


Known = Issued | Suspended | Ended | Replaced
State = Absent | Known
initial: State = Absent()

STATUS: Mapping[type[Frozen], CertificateStatus] = {
    e.CertificateRevoked: CertificateStatus.REVOKED,
    e.CertificateCancelled: CertificateStatus.CANCELLED,
    e.CertificateMovedOut: CertificateStatus.MOVED_OUT,
    e.CertificateWithdrawn: CertificateStatus.WITHDRAWN,
}


def known(state: State) -> Known:
    """Raises NotFound."""
    if isinstance(state, Absent):
        raise NotFound(
            "certificate-not-seen", "there is no such certificate, or it is not yours to see"
        )
    return state


Moving = e.CertificateSuspended | e.CertificateRestored | e.CertificateReplaced | Ending
Growing = (
    e.CertificateSealed
    | e.RenewalFiled
    | e.RenewalEnded
    | e.UseAuthorised
    | e.AuthorisationRevoked
    | e.CertificateUsed
)


def evolve(state: State, event: e.Event) -> State:
    """Raises Impossible."""
    match event:
        case e.CertificateCreated():
            if not isinstance(state, Absent):
                raise Impossible(state, event)
            return Issued(Record(event))
        case _ if isinstance(state, Absent):
            raise Impossible(state, event)
        case (
            e.CertificateSealed()
            | e.RenewalFiled()
            | e.RenewalEnded()
            | e.UseAuthorised()
            | e.AuthorisationRevoked()
            | e.CertificateUsed()
        ):
            return replace(state, record=_grown(state.record, event))
        case _:
            return _moved(state, event)


def _moved(state: Known, event: Moving) -> State:
    if isinstance(state, Ended):
        raise Impossible(state, event)
    match event:
        case e.CertificateSuspended():
            return Suspended(state.record, event)
        case e.CertificateRestored():
            why = state.suspended if isinstance(state, Replaced) else None
            return Issued(state.record) if why is None else Suspended(state.record, why)
        case e.CertificateReplaced():
            suspended = state.why if isinstance(state, Suspended) else None
            return Replaced(state.record, event, suspended)
        case (
            e.CertificateRevoked()
            | e.CertificateCancelled()
            | e.CertificateMovedOut()
            | e.CertificateWithdrawn()
        ):
            return Ended(state.record, event)
        case _:
            assert_never(event)


def _grown(record: Record, event: Growing) -> Record:
    match event:
        case e.CertificateSealed():
            return replace(record, sealed=event)
        case e.RenewalFiled():
            return replace(record, renewal=event, renewal_ended=None)
        case e.RenewalEnded():
            return replace(record, renewal_ended=event)
        case e.UseAuthorised():
            return replace(record, authorisations=(*record.authorisations, Authorisation(event)))
        case e.AuthorisationRevoked():
            return _changed(record, event.authorisation, revoked=True)
        case e.CertificateUsed():
            counted = _counted(record, event.authorisation)
            return replace(counted, uses=counted.uses | {event.use})
        case _:
            assert_never(event)


def _counted(record: Record, name: str | None) -> Record:
    found = None if name is None else record.authorisation(name)
    return record if found is None else _changed(record, found.terms.authorisation, more=1)


def _changed(record: Record, name: str, *, more: int = 0, revoked: bool = False) -> Record:
    changed = tuple(
        one._replace(used=one.used + more, revoked=one.revoked or revoked)
        if one.terms.authorisation == name
        else one
        for one in record.authorisations
    )
    return replace(record, authorisations=changed)


def fold(events: Iterable[e.Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# On a day


class Standing(NamedTuple):
    """
    How a certificate stands. `begun` is False before its first day; `until` is the last day that it
    is known to be valid, None without end or while its renewal is open (`extended`).
    """

    status: CertificateStatus
    begun: bool
    until: date | None
    extended: bool = False
    reason: str | None = None
    replaced_by: str | None = None

    @property
    def usable(self) -> bool:
        return self.status is CertificateStatus.VALID and self.begun


def standing(state: Known, on: date) -> Standing:
    """What is true on that day by what was recorded: it lapses without an event."""
    record = state.record
    face = record.created.face
    begun = face.valid_from <= on
    until = face.valid_until
    match state:
        case Ended(why=why):
            return Standing(STATUS[type(why)], begun, until, reason=why.reason)
        case Replaced(why=why):
            return Standing(
                CertificateStatus.EXPIRED, begun, until, reason=why.reason, replaced_by=why.by
            )
        case _:
            return _by_calendar(state, on, begun=begun)


def _by_calendar(state: Issued | Suspended, on: date, *, begun: bool) -> Standing:
    until, extended = _until(state.record, on)
    if until is not None and until < on:
        return Standing(CertificateStatus.EXPIRED, begun, until)
    if isinstance(state, Suspended):
        return Standing(CertificateStatus.SUSPENDED, begun, until, extended, state.why.reason)
    return Standing(CertificateStatus.VALID, begun, until, extended)


def _until(record: Record, on: date) -> tuple[date | None, bool]:
    """
    A renewal that was filed in time and has no answer counts as granted (行政许可法 art. 50). Once
    refused, it ends on that day, if its own last day is over.
    """
    own, renewal, ended = record.created.face.valid_until, record.renewal, record.renewal_ended
    if own is None or renewal is None or not renewal.in_time:
        return own, False
    if ended is None or ended.granted:  # until the new certificate takes its place
        return (None, True) if own < on else (own, False)
    return max(own, ended.on), own < on <= ended.on


def in_time(until: date | None, filed_on: date) -> bool:
    return until is not None and filed_on <= until - RENEWAL_DAYS


def refusal(authorisation: Authorisation, on: date, case_id: str | None) -> Reason | None:
    """Why the authorisation does not allow one more use on that day, or None."""
    terms = authorisation.terms
    if authorisation.revoked:
        return Reason(
            "authorisation-revoked",
            "the holder has revoked the authorisation; ask for another one",
        )
    if on < terms.since:
        return Reason(
            "authorisation-not-begun", "the authorisation begins on {since}", since=terms.since
        )
    if on > terms.until:
        return Reason(
            "authorisation-ended",
            "the authorisation ended on {until}; ask the holder for another one",
            until=terms.until,
        )
    if authorisation.used >= terms.count:
        return Reason(
            "authorisation-used-up",
            "all {count} uses of the authorisation are used up",
            count=terms.count,
        )
    if terms.case_id not in (None, case_id):
        return Reason("authorisation-of-another-case", "the authorisation is for another case")
    return None
