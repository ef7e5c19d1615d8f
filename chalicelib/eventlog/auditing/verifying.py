"""
The whole audit of a place: log, table, index, schema, documents, and what others know of the log.

With a seal to go on from it costs what is new since then, whatever came before; without one, or if
the whole is asked for, everything is read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ..audit import CHAINED, NOTHING, Report, Seal, check
from ..ports import Commit, Damaged, Log
from . import shelf as shelves
from .findings import Finding, Findings, Kind, unreadable
from .reconciling import reconcile
from .shelf import Check, Kept, Shelf
from .table import Table

Progress = Callable[[str, int, int], None]


class Document(NamedTuple):
    """A content that an event names."""

    owner: str
    sha256: str


class Named(NamedTuple):
    """A commit that names documents."""

    stream: str
    version: int
    position: int
    documents: Sequence[Document]


class Scanned(NamedTuple):
    """How much was read, and the seal of it."""

    events: int
    commits: int
    streams: int
    seal: Seal


OnNamed = Callable[[Named], None]
# What reads everything that a table and a log have, and holds it against a seal, if there is one.
Scan = Callable[[Findings, Seal | None, Progress, OnNamed], Scanned]


# The documents that a body names.
NamedIn = Callable[[bytes], Sequence[Document]]


class Documents(NamedTuple):
    """
    `named` tells what a body names. `wrong` tells what is wrong with the content that is kept, ""
    for nothing; `discarded` whether one that is not there went as it should.
    """

    named: NamedIn
    wrong: Callable[[Document], str]
    discarded: Callable[[Document], bool]


class Place(NamedTuple):
    """
    What is audited, and read only. `structure` costs little, `integrity` reads everything;
    `reached` are the checkpoints of what follows the log, by name. `at_once` is how many events
    one run may seal, 0 for any number; `readers` how many streams are read at a time: of a file one
    by one, of a table many, for that is waiting.
    """

    table: Table
    log: Log
    scan: Scan
    structure: Callable[[], Iterable[Finding]]
    integrity: Callable[[], Iterable[Finding]]
    reached: Callable[[], Iterable[tuple[str, int]]]
    documents: Documents
    shelf: Shelf
    signed: Check
    at_once: int = 0
    readers: int = 16


class Verdict(NamedTuple):
    """
    `findings` are the first of the `found` ones; `since` is the seal that it went on from, None
    where everything was read; `documents` were looked at; `seal` is of the log as it is.
    """

    findings: tuple[Finding, ...]
    found: int
    events: int
    commits: int
    streams: int
    documents: int
    since: Kept | None
    seal: Seal

    @property
    def clean(self) -> bool:
        return self.found == 0


def nobody(_what: str, _done: int, _total: int) -> None:
    """Nobody looks on."""


def verify(
    place: Place,
    *,
    sealed: Seal | None = None,
    whole: bool = False,
    progress: Progress = nobody,
) -> Verdict:
    """
    `sealed` is a seal that somebody kept, which the log is held against too. Raises Unavailable for
    what cannot be reached; what cannot be read is a finding.
    """
    findings, named = Findings(), dict[Document, Named]()
    findings.gather(place.structure())
    since = None if whole else _since(place, sealed, findings)

    def names(commit: Named) -> None:
        for one in commit.documents:
            named.setdefault(one, commit)

    try:
        scanned = _scanned(place, since, sealed, findings, progress, names)
    except Damaged as error:
        findings.add(unreadable(error))
        scanned = Scanned(0, 0, 0, NOTHING)
    _known(place, since, findings)
    findings.gather(_documents(place, named, progress))
    return Verdict(
        tuple(findings.first), findings.found, *scanned[:3], len(named), since, scanned.seal
    )


def _since(place: Place, sealed: Seal | None, findings: Findings) -> Kept | None:
    """The seal to go on from; None if there is none, or what was kept is older than that."""
    for name, why in shelves.bad(place.shelf, place.signed):
        findings.add(Finding("overwritten", "", 0, 0, f"is no seal of ours: {why}", name))
    found = shelves.last(place.shelf, place.signed)
    if found is None or found.seal.form != CHAINED:
        return None
    if sealed is not None and (sealed.position < found.seal.position or sealed.form != CHAINED):
        return None
    return found


def _scanned(  # noqa: PLR0913, PLR0917 - from where, against what, and who is told
    place: Place,
    since: Kept | None,
    sealed: Seal | None,
    findings: Findings,
    progress: Progress,
    names: OnNamed,
) -> Scanned:
    if since is None:
        # Beside one another: one computes, the other mostly reads.
        with ThreadPoolExecutor(1) as pool:
            integrity = pool.submit(lambda: list(place.integrity()))
            scanned = place.scan(findings, sealed, progress, names)
            findings.gather(integrity.result())
        return scanned
    return continued(place, since.seal, sealed, findings, progress, names)


def continued(  # noqa: PLR0913, PLR0917 - as above
    place: Place,
    since: Seal,
    sealed: Seal | None,
    findings: Findings,
    progress: Progress = nobody,
    names: OnNamed = lambda _named: None,
) -> Scanned:
    """What is new behind a seal: the log by itself, and against the table."""
    telling = Telling(place.log, place.documents.named, names)
    report = check(telling, sealed, lambda at, head: progress("log", at, head), since)
    gather_report(findings, report)
    if place.log.head() >= since.position:
        found = reconcile(
            place.table,
            place.log,
            since.position,
            lambda at, head: progress("table", at, head),
            at_once=place.readers,
        )
        for one in found.findings:
            findings.add(one)
        findings.found += found.found - len(found.findings)
    return Scanned(report.events, report.commits, report.streams, report.seal)


class Telling:
    """A log that tells of each commit that is read; `streams` are their names."""

    def __init__(self, log: Log, named: NamedIn, names: OnNamed) -> None:
        self._log, self._named, self._names = log, named, names
        self.streams: set[str] = set()

    def read(self, after: int, limit: int, /) -> list[Commit]:
        found = list(self._log.read(after, limit))
        for one in found:
            self.streams.add(one.stream)
            documents = self._named(one.body) if NAMES in one.body else ()
            if documents:
                self._names(Named(one.stream, one.version, one.position or 0, documents))
        return found

    def head(self) -> int:
        return self._log.head()

    def place(self, stream: str, version: int, /) -> int | None:
        return self._log.place(stream, version)


# Whatever names a document has this in its body.
NAMES = b'"sha256"'


def gather_report(findings: Findings, report: Report) -> None:
    """What `audit.check` found."""
    for one in report.faults:
        findings.add(Finding(_kind(one.what), one.stream, one.version, one.position, one.what))
    findings.found += report.found - len(report.faults)


def _kind(what: str) -> Kind:
    if "once reached" in what:
        return "shorter"
    if "missing" in what or "follows version" in what:
        return "removed"
    return "added" if "overlaps" in what else "overwritten"


def _known(place: Place, since: Kept | None, findings: Findings) -> None:
    """What others know of the log's length."""
    head = place.log.head()
    if since is not None and since.seal.position > head:
        what = shorter(head, f"a seal of {since.at:%Y-%m-%d %H:%M} is of", since.seal.position)
        findings.add(Finding("shorter", "", 0, head, what, since.name))
    elif since is None:
        longest = max(
            (int(one[:15]) for one in place.shelf.names() if one[:15].isdigit()), default=0
        )
        if longest > head:
            what = shorter(head, "there is a seal of", longest)
            findings.add(Finding("shorter", "", 0, head, what, place.shelf.place))
    for name, position in place.reached():
        if position > head:
            what = shorter(head, f"{name} has read", position)
            findings.add(Finding("shorter", "", 0, head, what, "views.db"))


def shorter(head: int, who: str, position: int) -> str:
    return (
        f"the log ends at position {head:,}, and {who} {position:,}: {position - head:,} are gone"
    )


def _documents(place: Place, named: dict[Document, Named], progress: Progress) -> Iterator[Finding]:
    for number, (one, by) in enumerate(named.items(), 1):
        what = place.documents.wrong(one)
        if what and not (what == MISSING and place.documents.discarded(one)):
            kind: Kind = "removed" if what == MISSING else "overwritten"
            yield Finding(
                kind, by.stream, by.version, by.position, what, f"documents: {one.sha256}"
            )
        progress("documents", number, len(named))


MISSING = "a document that it names is not there"
ALTERED = "a document that it names is not what was handed in"
