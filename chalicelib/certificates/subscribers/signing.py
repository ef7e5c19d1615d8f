"""
签章: a certificate gets its file and its signature.

Apart from `certificates`, so that a face that cannot be printed holds up that certificate alone,
and only this consumer has to reach the key.
"""

from functools import partial

from ...cases.domain.events import CaseVoided, CertificateIssued
from ...eventlog.consumers import Subscriber
from ...eventlog.envelope import Recorded
from ...platform.platform import Platform
from ..application import issue as certificate_issue
from ..application import signing as certificate_seal
from ..domain.events import CertificateCreated

EVENTS = frozenset({CertificateCreated, CertificateIssued, CaseVoided})


def on_event(platform: Platform, event: Recorded) -> bool:
    """Whether something was signed."""
    match event.data:
        case CertificateCreated() as created:
            return certificate_seal.seal(platform, created.identifier)
        # Those of cases that `certificates` passed before certificates had streams of their own.
        case CertificateIssued():
            certificate_issue.enter(platform, event.stream.removeprefix("case-"))
        case CaseVoided() as voided:
            certificate_issue.case_voided(platform, event.stream.removeprefix("case-"), voided)
        case _:
            pass
    return False


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("certificate_files", partial(on_event, platform), events=EVENTS)
