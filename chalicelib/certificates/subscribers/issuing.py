"""
制证: a case that was granted gets the certificate that its item produces, and the certificate its
own stream.

First the case says that it has issued one, then the stream is made: who dies between the two finds
the case's event again. What was done already is done once, whatever is delivered again.
"""

from functools import partial

from ...cases.application import cases
from ...cases.domain import events as e
from ...cases.domain.commands import IssueCertificate
from ...cases.domain.state import Decided, certificate_of
from ...eventlog.consumers import Subscriber
from ...eventlog.envelope import Recorded
from ...kernel.actor import SYSTEM, Channel
from ...platform.platform import Caller, Platform
from ..application import issue as certificate_issue
from ..domain.events import CertificateCreated

EVENTS = frozenset(
    {
        e.CaseGranted,
        e.CertificateIssued,
        e.CaseSubmitted,
        e.CaseResubmitted,
        e.SupplementSubmitted,
        e.CaseConcluded,
        e.CaseVoided,
        CertificateCreated,
    }
)


def on_event(platform: Platform, event: Recorded) -> bool:
    """Whether a certificate was issued: most others find that there is nothing to record."""
    case_id = event.stream.removeprefix("case-")
    match event.data:
        case e.CaseGranted():
            issued = issue(platform, event)
            certificate_issue.enter(platform, case_id)
            return issued
        case e.CertificateIssued():  # also one that the staff issued
            certificate_issue.enter(platform, case_id)
        case e.CaseSubmitted() | e.CaseResubmitted() | e.SupplementSubmitted():
            certificate_issue.renewal_filed(platform, case_id)
        case e.CaseConcluded() as concluded:
            certificate_issue.renewal_ended(platform, case_id, concluded)
        case e.CaseVoided() as voided:
            certificate_issue.case_voided(platform, case_id, voided)
        case CertificateCreated() as created:
            certificate_issue.follow(platform, created)
        case _:
            pass
    return False


def issue(platform: Platform, event: Recorded) -> bool:
    """Whether it did. The case itself keeps what was done: a second delivery issues nothing."""
    case_id = event.stream.removeprefix("case-")
    state = cases.get(platform, SYSTEM, case_id).state
    # A case that was voided meanwhile gets none.
    if not isinstance(state, Decided):
        return False
    kind = state.application.plan.certificate
    if kind is None or certificate_of(state) is not None:
        return False
    identifier = certificate_issue.next_identifier(platform, state.application, kind)
    caller = Caller(SYSTEM, f"certificate-{event.version}", Channel.SYSTEM, event.occurred_at)
    command = IssueCertificate(
        at=event.occurred_at, by=SYSTEM, channel=Channel.SYSTEM, identifier=identifier
    )
    return not cases.execute(platform, caller, case_id, command).repeated


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("certificates", partial(on_event, platform), events=EVENTS)
