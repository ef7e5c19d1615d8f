"""`banjian backup` and `banjian restore`: a copy of everything, and the way back from it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from . import migrate
from .console import VAR, AsJson, Data, err, fail, out, progress_bar, show_json

To = Annotated[
    Path,
    typer.Argument(help="An empty directory, or a backup of this data to be brought up to date."),
]
From = Annotated[Path | None, typer.Argument(metavar="[FROM]", help="A backup.")]
SHOWN = 10


def backup(to: To, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """
    Copy everything that cannot be made again, while the service runs: the events, who has which
    account, the registry, quotas, documents and keys. A backup that is there is brought up to date;
    until that is done, it counts as it was.
    """
    from ..bootstrap import backups

    if not (data / "events.db").is_file():
        fail(f"there is no Banjian data in {data}", "Name the directory with --data.")
    with progress_bar(hidden=as_json) as bar:
        made = backups.back_up(data, to, _Shown(bar))
    manifest = made.manifest
    if as_json:
        told = {"position": manifest.end.position, "log": manifest.end.log}
        counts = {"documents": manifest.documents, "copied": made.copied, "bytes": manifest.bytes}
        show_json({**told, **counts, "damaged": list(made.damaged)})
    else:
        out.print(
            f"Backed up to {to}: {manifest.end.position:,} events, {manifest.documents:,} documents"
            f" ({made.copied:,} of them new), {manifest.bytes / 1e6:,.1f} MB",
            soft_wrap=True,
        )
    for one in made.damaged[:SHOWN]:
        err.print(f"[red]damaged:[/] {one}", soft_wrap=True)
    if made.damaged:
        fail(
            f"{len(made.damaged):,} documents are not what their names say, and are left out",
            "All else is backed up. Restore them from an earlier backup.",
        )


def restore(  # noqa: PLR0913, PLR0917 - one parameter an option
    backed_up: From = None,
    data: Data = VAR,
    from_bucket: Annotated[
        str, typer.Option(help="Of a stack on AWS: the bucket of segments and documents.")
    ] = "",
    from_log_table: Annotated[str, typer.Option(help="And the table of its log.")] = "",
    to: Annotated[str, typer.Option(help="Where that is copied to: `aws`, or a directory.")] = "",
    from_sign_ins_table: Annotated[
        str, typer.Option(help="The table of who has which account; without it everybody has none.")
    ] = "",
    until: migrate.Until = None,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Put a backup (FROM) in the place of what is in the directory --data, which is set aside; the
    service must not run. Or copy the log of a stack on AWS (--from-bucket), as it is or as it was
    at a moment, into another stack or a directory.
    """
    if backed_up is not None and not from_bucket:
        _restore(backed_up, data, until, as_json=as_json)
    elif backed_up is None and from_bucket and from_log_table and to:
        source = (from_bucket, from_log_table, from_sign_ins_table)
        migrate.restore(*source, to, until, as_json=as_json)
    else:
        fail(
            "what is to be restored?",
            "A backup: banjian restore FROM --data DIR; or a stack on AWS: banjian restore "
            "--from-bucket BUCKET --from-log-table TABLE --to DIR",
        )


def _restore(backed_up: Path, data: Path, until: datetime | None, *, as_json: bool) -> None:
    from ..bootstrap import backups

    if until is not None:
        fail("a backup is restored as it is", "Take one that was made by then.")
    with progress_bar(hidden=as_json) as bar:
        done = backups.restore(backed_up, data, _Shown(bar))
    manifest = done.manifest
    if as_json:
        told = {"position": manifest.end.position, "documents": manifest.documents}
        aside = None if done.aside is None else str(done.aside)
        show_json(
            {**told, "aside": aside, "passed_over": done.passed_over, "missing": done.missing}
        )
        return
    out.print(
        f"Restored to {data}, as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: "
        f"{manifest.end.position:,} events, which are whole, and {manifest.documents:,} documents",
        soft_wrap=True,
    )
    if done.aside is not None:
        out.print(f"What was there lies in {done.aside}", soft_wrap=True)
    if done.missing:
        out.print(f"{done.missing:,} documents had been given up, or lost, before that backup")
    out.print("Case numbers go on in a new block: receipts that were given since keep theirs.")


class _Shown:
    """A bar for each thing that is done."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total)
        self._bar.update(self._tasks[what], completed=done, total=total)
