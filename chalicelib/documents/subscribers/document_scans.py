"""病毒查验: what was received is scanned; its own stream keeps the verdict, so twice is once."""

from functools import partial

from ...eventlog.consumers import Subscriber
from ...eventlog.envelope import Recorded
from ...platform.platform import Platform
from ..application import malware_scan
from ..domain.document import CATEGORY, DocumentReceived

# A restart of clamd takes longer; then the event is parked, and retried with what is parked.
ATTEMPTS, PAUSE = 4, 0.5
EVENTS = frozenset({DocumentReceived})


def on_event(platform: Platform, event: Recorded) -> None:
    """Raises ScannerUnavailable: the event is parked then, and the document stays held back."""
    if isinstance(event.data, DocumentReceived) and event.data.awaits_scan:
        malware_scan.on_received(platform, event.stream.removeprefix(f"{CATEGORY}-"))


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("document_scans", partial(on_event, platform), ATTEMPTS, PAUSE, EVENTS)
