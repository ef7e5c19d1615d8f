"""What an audit reads of a stack on AWS; it writes nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final, NamedTuple

from ..certificates.application.document_names import named
from ..documents.application.audited import discarded
from ..eventlog.audit import Seal, check
from ..eventlog.auditing.findings import Finding, Findings
from ..eventlog.auditing.reconciling import differences, reconcile
from ..eventlog.auditing.table import Table
from ..eventlog.auditing.verifying import (
    ALTERED,
    MISSING,
    Document,
    Documents,
    OnNamed,
    Place,
    Progress,
    Scanned,
    Telling,
    gather_report,
)
from ..eventlog.ports import Blobs, Damaged, Log, Signer
from ..eventlog.views.port import Views
from ..subjects import entries
from .auditing import shelf, signed
from .codec import CODEC

# Events that a function of Lambda seals in one run.
AT_ONCE: Final = 200_000


class Parts(NamedTuple):
    """Of the stack that the environment names; `streams` are the names of all, by a scan."""

    table: Table
    log: Log
    views: Views
    blobs: Blobs
    streams: Callable[[], Iterator[str]]
    signer: Callable[[], Signer]


@contextmanager
def opened(parts: Parts) -> Iterator[Place]:
    """What an audit reads."""
    table, log = parts.table, parts.log

    def scan(
        findings: Findings, sealed: Seal | None, progress: Progress, names: OnNamed
    ) -> Scanned:
        telling = Telling(log, named, names)
        report = check(telling, sealed, partial(progress, "log"))
        gather_report(findings, report)
        found = reconcile(table, log, 0, partial(progress, "table"))
        for one in (*found.findings, *_strangers(table, telling.streams, parts.streams())):
            findings.add(one)
        findings.found += found.found - len(found.findings)
        return Scanned(report.events, report.commits, report.streams, report.seal)

    yield Place(
        table=table,
        log=log,
        scan=scan,
        structure=tuple,
        integrity=tuple,
        reached=partial(_reached, parts.views),
        documents=Documents(
            named, partial(_wrong_blob, parts.blobs), partial(discarded, table, CODEC)
        ),
        shelf=shelf(None),
        signed=signed(lambda: parts.signer().public_key()),
        at_once=AT_ONCE,
    )


def _strangers(table: Table, known: set[str], streams: Iterator[str]) -> Iterator[Finding]:
    """Streams of the table of which the log has nothing, and that do not begin as they should."""
    for stream in streams:
        if stream not in known:
            yield from differences((), table.stored(stream))


def _reached(views: Views) -> list[tuple[str, int]]:
    return [(one[0], views.position(one[0])) for one in entries("CONSUMERS")]


def _wrong_blob(blobs: Blobs, one: Document) -> str:
    try:
        file = blobs.open(one.owner, one.sha256)
    except Damaged:
        return ALTERED
    if file is None:
        return MISSING
    file.close()
    return ""
