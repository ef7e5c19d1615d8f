"""制证: a case that was granted gets the certificate that its item produces."""

from functools import partial

from ..application import cases
from ..application.consumers import Subscriber
from ..application.envelope import Recorded
from ..application.platform import Caller, Platform
from ..domain.actor import SYSTEM, Channel
from ..domain.case.commands import IssueCertificate
from ..domain.case.events import CaseGranted
from ..domain.case.state import Decided
from ..domain.case.working import dossier_of
from ..domain.numbers import certificate_id

FIRST_VERSION = 1


def on_event(platform: Platform, event: Recorded) -> None:
    """The case itself keeps what was done: a second delivery issues nothing."""
    if not isinstance(event.data, CaseGranted):
        return
    case_id = event.stream.removeprefix("case-")
    state = cases.get(platform, SYSTEM, case_id).state
    dossier = dossier_of(state)
    kind = dossier.plan.certificate
    # A case that was voided meanwhile gets none.
    if kind is None or dossier.certificate is not None or not isinstance(state, Decided):
        return
    # The case number without its check character is unique, so it serves as the serial number.
    identifier = certificate_id(kind.type, kind.issuer, dossier.number[:-1], FIRST_VERSION)
    caller = Caller(SYSTEM, f"certificate-{event.version}", Channel.SYSTEM, event.occurred_at)
    command = IssueCertificate(
        at=event.occurred_at, by=SYSTEM, channel=Channel.SYSTEM, identifier=identifier
    )
    cases.execute(platform, caller, case_id, command)


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("certificates", partial(on_event, platform))
