"""病毒查验: what was received is scanned; its own stream keeps the verdict, so twice is once."""

from functools import partial

from ...eventlog.consumers import Subscriber
from ...eventlog.envelope import Recorded
from ...platform.platform import Platform
from ..application import malware_scan
from ..domain.document import CATEGORY, DocumentReceived

# A restart of clamd takes longer; then the consumer waits, and tries again.
ATTEMPTS, PAUSE = 4, 0.5
EVENTS = frozenset({DocumentReceived})


def on_event(platform: Platform, event: Recorded) -> bool:
    """Whether it was scanned. Raises ScannerUnavailable: the document stays held back."""
    if not isinstance(event.data, DocumentReceived) or not event.data.awaits_scan:
        return False
    return malware_scan.on_received(platform, event.stream.removeprefix(f"{CATEGORY}-"))


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("document_scans", partial(on_event, platform), ATTEMPTS, PAUSE, EVENTS)
