"""Documents are scanned: each once, and again when the scanner knows more."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from uuid import uuid4

from ...eventlog.ports import Unavailable
from ...eventlog.transact import read, transact
from ...kernel.actor import SYSTEM, Channel
from ...platform.platform import Caller, Platform
from ...platform.scanner import ScannerUnavailable
from ..domain import document
from .documents import Document, decider, stream


def scan(platform: Platform, one: Document, engine: str | None = None) -> document.Kept:
    """
    Scan a document, now or again, and record the verdict. `engine` is what the scanner calls
    itself, if that is known. Raises ScannerUnavailable, Unavailable, Damaged.
    """
    if platform.scanner is None:
        raise ScannerUnavailable("no scanner is set up: set BANJIAN_CLAMD")
    engine = engine or platform.scanner.engine()
    content = platform.blobs.get(one.owner, one.sha256)
    if content is None:
        raise Unavailable(f"document {one.id}: its content is gone; restore it from a backup")
    found = platform.scanner.scan(BytesIO(content))
    now = platform.now()
    command = document.RecordScan(
        at=now,
        by=SYSTEM,
        channel=Channel.SYSTEM,
        verdict=found.verdict,
        signature=found.signature,
        engine=engine,
    )
    request = Caller(SYSTEM, uuid4().hex, Channel.SYSTEM).request(now, "RecordScan", {"id": one.id})
    done = transact(
        platform.store,
        decider(platform),
        stream(one.id),
        request,
        lambda state: document.decide(command, state),
    )
    assert isinstance(done.state, document.Kept)  # noqa: S101 - or `decide` had refused
    return done.state


def on_received(platform: Platform, document_id: str) -> None:
    """Scan what waits for it; what has a verdict keeps it."""
    state = read(platform.store, decider(platform), stream(document_id)).state
    if isinstance(state, document.Kept) and state.scan == "pending":
        scan(platform, Document(document_id, state.received.owner, state.received.sha256))


def outdated(platform: Platform, documents: Iterable[Document], engine: str) -> Iterator[Document]:
    """Those that this engine, with these signatures, has not seen to their end."""
    for one in documents:
        state = read(platform.store, decider(platform), stream(one.id)).state
        if isinstance(state, document.Kept) and (
            state.scanned is None
            or state.scanned.engine != engine
            or state.scanned.verdict == "too_large"
        ):
            yield one
