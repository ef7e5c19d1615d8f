"""
签章: a certificate gets its file and its signature.

Apart from `certificates`, so that a face that cannot be printed holds up that certificate alone,
and only this consumer has to reach the key.
"""

from functools import partial

from ..application import certificate_issue, certificate_seal
from ..application.consumers import Subscriber
from ..application.envelope import Recorded
from ..application.platform import Platform
from ..domain.case.events import CaseVoided, CertificateIssued
from ..domain.certificate_events import CertificateCreated


def on_event(platform: Platform, event: Recorded) -> None:
    match event.data:
        case CertificateCreated() as created:
            certificate_seal.seal(platform, created.identifier)
        # Those of cases that `certificates` passed before certificates had streams of their own.
        case CertificateIssued():
            certificate_issue.enter(platform, event.stream.removeprefix("case-"))
        case CaseVoided() as voided:
            certificate_issue.case_voided(platform, event.stream.removeprefix("case-"), voided)
        case _:
            return


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("certificate_files", partial(on_event, platform))
