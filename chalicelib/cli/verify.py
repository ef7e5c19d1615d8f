"""`banjian verify`: is everything as it was appended, and is it the log that was sealed?"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import TaskID

from ..eventlog.audit import EITHER, BadSeal, Seal
from ..eventlog.auditing.findings import Finding
from ..eventlog.auditing.verifying import Place, Progress, Verdict, verify
from ..eventlog.ports import Damaged, StoreError
from . import seals
from .console import VAR, AsJson, Data, err, fail, on_aws, out, progress_bar, show_json

DIGEST = 32  # bytes
NOT_WHOLE, NOT_CHECKED = 1, 2


def verify_all(  # noqa: PLR0913, PLR0917 - one parameter an option
    data: Data = VAR,
    position: Annotated[int, typer.Option(help="Position of a seal that you kept.")] = 0,
    digest: Annotated[str, typer.Option(help="Digest of that seal, in hex.")] = "",
    seal: Annotated[
        Path | None,
        typer.Option(help="A signed seal that you kept: FILE, with FILE.sig beside it."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The public key that you kept; if not given, the platform's own."),
    ] = None,
    sign: Annotated[
        Path | None, typer.Option(help="Sign the seal; writes FILE, FILE.sig and FILE.pem.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Read everything, not only what is new since a seal.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """
    Check log, table, index, schema and documents: no gap, no edit, nothing removed or added, and no
    shorter than it was known. Goes on from the last seal (BANJIAN_SEALS); writes nothing. Ends with
    0 if all is whole, 1 if not, 2 if it could not be checked.
    """
    if sign:
        seals.free(sign)
    try:
        kept = _kept(data, position, digest, seal, key)
        with _place(data)() as place:
            verdict = _verified(place, kept, everything=everything, hidden=as_json)
    except Damaged as error:
        err.print(f"[red]not whole:[/] {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(NOT_WHOLE) from error
    except (StoreError, BadSeal, OSError) as error:
        err.print(f"[red]not checked:[/] {escape(str(error))}", soft_wrap=True)
        if not data.exists():
            err.print("Start a service on it first, or name the directory with --data.")
        raise typer.Exit(NOT_CHECKED) from error
    _show(verdict, as_json=as_json)
    if not verdict.clean:
        raise typer.Exit(NOT_WHOLE)  # and nothing is signed
    if sign:
        _sign(data, verdict.seal, sign, hidden=as_json)


def _kept(
    data: Path, position: int, digest: str, seal: Path | None, key: Path | None
) -> Seal | None:
    if seal is None:
        return Seal(position, _hex(digest), EITHER) if digest else None
    if digest:
        fail("one seal at a time: --seal, or --position with --digest")
    return seals.read(seal, key.read_bytes() if key else _own_key(data))


def _hex(digest: str) -> bytes:
    try:
        found = bytes.fromhex(digest)
    except ValueError:
        found = b""
    if len(found) != DIGEST:
        fail(f"{digest} is not a digest: it has {2 * DIGEST} hexadecimal digits")
    return found


def _own_key(data: Path) -> bytes:
    from .. import bootstrap

    return seals.pem(bootstrap.signer(data).public_key())


def _place(data: Path) -> Callable[[], AbstractContextManager[Place]]:
    from ..bootstrap import auditing, stack

    return stack.audited if on_aws(data) else partial(auditing.directory, data)


def _verified(place: Place, kept: Seal | None, *, everything: bool, hidden: bool) -> Verdict:
    with progress_bar(hidden=hidden) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        told: Progress = progress
        return verify(place, sealed=kept, whole=everything, progress=told)


def _sign(data: Path, seal: Seal, path: Path, *, hidden: bool) -> None:
    from .. import bootstrap

    signer = bootstrap.signer(data)
    seals.write(path, seal, signer, datetime.now(UTC))
    if not hidden:
        out.print(f"Signed with {signer.key_id}: {path}", soft_wrap=True)


def _show(verdict: Verdict, *, as_json: bool) -> None:
    if not as_json:
        _tell(verdict)
        return
    show_json(
        {
            "events": verdict.events,
            "commits": verdict.commits,
            "streams": verdict.streams,
            "documents": verdict.documents,
            "found": verdict.found,
            "faults": [one._asdict() for one in verdict.findings],
            "since": _since(verdict),
            "seal": _seal(verdict.seal),
        }
    )


def _seal(seal: Seal) -> dict[str, Any]:
    return {"position": seal.position, "digest": seal.digest.hex()}


def _since(verdict: Verdict) -> dict[str, Any] | None:
    kept = verdict.since
    return kept and {"name": kept.name, "at": kept.at, **_seal(kept.seal)}


def _tell(verdict: Verdict) -> None:
    since = verdict.since
    new = f" since the seal {since.name} (position {since.seal.position:,})" if since else ""
    out.print(
        f"{verdict.events:,} events in {verdict.commits:,} commits of {verdict.streams:,} streams, "
        f"{verdict.documents:,} documents{new}",
        soft_wrap=True,
    )
    for one in verdict.findings:
        out.print(f"[red]{_place_of(one)}: {escape(one.what)}[/] ({one.kind})", soft_wrap=True)
    whole = "[green]whole[/]" if verdict.clean else f"[red]not whole[/] ({verdict.found:,} found)"
    out.print(
        f"The log is {whole}. Seal: --position {verdict.seal.position} "
        f"--digest {verdict.seal.digest.hex()}",
        soft_wrap=True,
    )
    for line in dict.fromkeys(map(_advice, verdict.findings)):
        out.print(line, soft_wrap=True)


def _place_of(one: Finding) -> str:
    return escape(one.place or "log")


def _advice(one: Finding) -> str:
    if one.kind == "shorter":
        return (
            "What is missing at the end was there: put back what you have of it (docs/auditing.md, "
            '"If something is wrong"). If an older backup was put back on purpose, lay the later '
            "seals aside and remove views.db."
        )
    if one.file.startswith("documents:"):
        return "Put the document back from a backup, under the same name; nothing else is wrong."
    if one.file == "views.db":
        return "Views are made again from the log: stop the service, remove views.db, start it."
    return (
        "Stop the service and keep a copy of the whole directory as it is, as evidence; then "
        'restore the last backup that is whole (docs/auditing.md, "If something is wrong").'
    )
