"""`banjian documents`: what was handed in, what a scanner says of it, and what was given up."""

from collections import Counter
from typing import Annotated

import typer
from rich.markup import escape

from ..cases.application import documents as case_documents
from ..cases.projections import case_numbers
from ..clock.calendar import LEGAL_ZONE
from ..documents.application import documents, malware_scan
from ..documents.application.documents import Document
from ..documents.domain import document
from ..eventlog.ports import StoreError
from ..eventlog.transact import read
from ..kernel.actor import SYSTEM
from ..kernel.errors import NotFound
from ..platform.platform import Platform
from ..platform.scanner import ScannerUnavailable
from .console import VAR, AsJson, Data, err, fail, opened, out, progress_bar, show_json, table

commands = typer.Typer(
    no_args_is_help=True,
    help="Documents: show them, scan them for malware, sweep given-up uploads.",
)
Which = Annotated[
    str, typer.Argument(help="A document's id (`upload_id` of a reply), a case number or case id.")
]
Some = Annotated[
    list[str] | None, typer.Argument(help="Documents' ids; every one, if none is said.")
]
Again = Annotated[
    bool, typer.Option("--again", help="Also what these very signatures have found clean or not.")
]


@commands.command("show")
def show(which: Which, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """One document; or those of a case, with every version."""
    platform = opened(data)
    state = _state(platform, which)
    if isinstance(state, document.Absent):
        _show_case(platform, which, as_json=as_json)
        return
    told = _described(which, state)
    if as_json:
        show_json(told)
        return
    for name, value in told.items():
        out.print(f"[bold]{name}[/]  {escape(str(value))}", soft_wrap=True)


@commands.command("scan")
def scan(
    some: Some = None, data: Data = VAR, *, again: Again = False, as_json: AsJson = False
) -> None:
    """
    Scan what the scanner, as it is now, has not seen: run it after its signatures were updated.
    Exits with 1 if something is infected, too large, or could not be scanned.
    """
    platform = opened(data)
    if platform.scanner is None:
        fail("no scanner is set up", "Set BANJIAN_CLAMD to host:port or unix:/path of a clamd.")
    try:
        engine = platform.scanner.engine()
    except ScannerUnavailable as error:
        fail(str(error), "Is clamd running, and is BANJIAN_CLAMD its address?")
    found = _told(platform, some) if some else documents.every(platform)
    wanted = found if again or some else malware_scan.outdated(platform, found, engine)
    counts: Counter[str] = Counter()
    with progress_bar(hidden=as_json) as bar:
        task = bar.add_task("scanning", total=None)
        for one in wanted:
            counts[_scanned(platform, one, engine)] += 1
            bar.advance(task)
    if as_json:
        show_json(
            {"engine": engine, "clean": 0, "infected": 0, "too_large": 0, "failed": 0, **counts}
        )
    else:
        out.print(
            f"{counts['clean']:,} clean, {counts['infected']:,} infected, "
            f"{counts['too_large']:,} too large, {counts['failed']:,} not scanned, "
            f"by {escape(engine)}",
            soft_wrap=True,
        )
    if counts.total() > counts["clean"]:
        raise typer.Exit(1)


@commands.command("sweep")
def sweep(data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Drop the parts of uploads that were not completed in a day; the service does so hourly."""
    swept = documents.sweep(opened(data))
    if as_json:
        show_json({"swept": swept})
    else:
        out.print(f"{swept:,} parts dropped")


def _state(platform: Platform, which: str) -> document.State:
    return read(platform.store, documents.decider(platform), documents.stream(which)).state


def _told(platform: Platform, some: list[str]) -> list[Document]:
    found = []
    for which in some:
        state = _state(platform, which)
        if not isinstance(state, document.Kept):
            fail(f"there is no document {which}", "Name it by the `upload_id` of a reply.")
        found.append(Document(which, state.received.owner, state.received.sha256))
    return found


def _scanned(platform: Platform, one: Document, engine: str) -> str:
    try:
        state = malware_scan.scan(platform, one, engine)
    except (ScannerUnavailable, StoreError) as error:
        err.print(f"[red]{one.id}[/] {escape(str(error))}", soft_wrap=True)
        return "failed"
    if state.scan == "infected" and state.scanned:
        err.print(f"[red]{one.id}[/] {escape(str(state.scanned.signature))}", soft_wrap=True)
    if state.scan == "too_large":
        err.print(f"[red]{one.id}[/] over the scanner's limit (StreamMaxLength)", soft_wrap=True)
    return state.scan


def _described(which: str, state: document.State) -> dict[str, object]:
    match state:
        case document.Kept(received, _, scanned):
            its = scanned.model_dump(exclude={"type"}) if scanned else {}
            told = received.model_dump(mode="json", exclude={"type", "awaits_scan"})
            return {"id": which, "state": "received", **told, "scan": state.scan, **its}
        case document.Uploading(begun, attempts) | document.Refused(begun, _, attempts):
            name = type(state).__name__.lower()
            why = {"reason": state.reason} if isinstance(state, document.Refused) else {}
            told = begun.model_dump(mode="json", exclude={"type"})
            return {"id": which, "state": name, **told, "attempts": attempts, **why}
        case document.Absent():
            return {}


def _show_case(platform: Platform, which: str, *, as_json: bool) -> None:
    row = platform.views.get(case_numbers.NAME, which)
    case_id = row["case_id"] if row else which
    try:
        found = case_documents.versions(platform, SYSTEM, case_id)
    except NotFound:
        fail(
            f"there is no document and no case {which}", "A case number is found once views are up."
        )
    rows = [
        {
            "material": one.material.id,
            "version": one.version,
            "current": one.current,
            "id": documents.document_id(one.material.owner, one.material.sha256),
            "media_type": one.media_type,
            "size": one.material.size,
            "by": one.by.account,
            "at": one.at.isoformat(),
            "scan": one.scan,
            "signature": one.signature,
        }
        for one in found
    ]
    if as_json:
        show_json(rows)
        return
    made = table("material", "document", "handed in", "by", "scan")
    made.columns[1].no_wrap = True  # it is to be copied
    for one in found:
        version = f"{one.material.id} {one.version}{'' if one.current else ' (replaced)'}"
        made.add_row(
            version,
            documents.document_id(one.material.owner, one.material.sha256),
            f"{one.at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}",
            one.by.account,
            escape(f"{one.scan} {one.signature or ''}".strip()),
        )
    out.print(made if rows else "the case has no documents")
