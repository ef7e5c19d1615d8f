"""
`banjian migrate`, and `banjian restore` of a stack: a log and its documents, copied without
renumbering.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import TaskID

from ..certificates.application.moving_documents import copy_documents
from ..clock.calendar import LEGAL_ZONE
from ..eventlog.belonging import Misplaced
from ..eventlog.moving.moving import Destination, OtherHistory, Place, Progress, move, prefix
from ..platform.sign_ins import copied
from .console import VAR, AsJson, Data, err, fail, keep_private, out, progress_bar, show_json

To = Annotated[
    str,
    typer.Option(
        help="`aws`, the stack that the environment names (BANJIAN_EVENTS_TABLE and so on), or a "
        "directory for an embedded platform. It must be empty, or hold a part of the copy."
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
        help="Only what was recorded by then (inclusive).",
    ),
]
SHOWN = 10


def migrate(
    data: Data = VAR, to: To = "aws", until: Until = None, *, as_json: AsJson = False
) -> None:
    """
    Copy an embedded platform: every stream, version, hash and position, and the documents. Stop
    the service first. Run it again at any time: it goes on where it was interrupted.
    """
    from .. import bootstrap

    if not (data / "events.db").is_file():
        fail(f"there is no Banjian data in {data}", "Name the directory with --data.")

    keep_private(data)
    _target_is_private(to)

    def accounts() -> int:
        return copied(bootstrap.sign_ins(str(data)), bootstrap.sign_ins(to))

    source = bootstrap.kept(data)
    target = bootstrap.destination(to, source.secret)
    _copy(source, target, until, data, accounts, as_json=as_json)


def restore(  # noqa: PLR0913 - from where, to where, how much of it
    from_bucket: str,
    from_log_table: str,
    from_sign_ins_table: str,
    to: str,
    until: datetime | None,
    *,
    as_json: bool,
) -> None:
    """
    Copy the log of a stack on AWS, as it is or as it was at a moment, into another stack or a
    directory. Run it again at any time: it goes on where it was interrupted.
    """
    from .. import bootstrap

    _target_is_private(to)

    def accounts() -> int:
        if not from_sign_ins_table:
            return 0
        return copied(bootstrap.sign_ins_table(from_sign_ins_table), bootstrap.sign_ins(to))

    source, target = bootstrap.stored(from_bucket, from_log_table), bootstrap.destination(to)
    _copy(source, target, until, None, accounts, as_json=as_json)


def _target_is_private(to: str) -> None:
    if to != "aws":
        keep_private(Path(to))


def _copy(  # noqa: PLR0913 - from where, to where, how much of it, and how it is told
    source: Place,
    to: Destination,
    until: datetime | None,
    data: Path | None,
    accounts: Callable[[], int],
    *,
    as_json: bool,
) -> None:
    _same_secret(source, to, data)
    _continue(source, to)
    # First: whoever signs in there before these rows are begins anew, and that stays.
    accounts()
    with progress_bar(hidden=as_json) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        _run(source, to, until, progress, as_json=as_json)


def _continue(source: Place, to: Destination) -> None:
    if source.log_id:
        try:
            to.continue_as(source.log_id)
        except Misplaced as error:
            raise OtherHistory(str(error)) from error


def _run(
    source: Place, to: Destination, until: datetime | None, progress: Progress, *, as_json: bool
) -> None:
    log = prefix(source.log, until and _aware(until))
    # Documents first: an event that is in the copy must not name one that is not.
    documents = copy_documents(log, source.blobs, to.blobs, progress)
    moved = move(log, to.target, progress)
    seal = {"position": moved.seal.position, "digest": moved.seal.digest.hex()}
    if as_json:
        lost = [one._asdict() for one in documents.lost]
        show_json(
            {**moved._asdict(), "seal": seal, "documents": {**documents._asdict(), "lost": lost}}
        )
    else:
        out.print(
            f"{moved.copied:,} events copied, {moved.already:,} were there; {documents.copied:,} "
            f"documents copied, {documents.already:,} were there"
        )
        out.print(
            f"Both logs are equal. Seal: --position {seal['position']} --digest {seal['digest']}",
            soft_wrap=True,
        )
    for one in documents.lost[:SHOWN]:
        err.print(f"[red]lost:[/] document {one.sha256} of {one.owner}", soft_wrap=True)
    if documents.lost:
        fail(
            f"{len(documents.lost):,} documents that cases name are not in the source, or damaged",
            "The log is copied. Put them back there from a backup, and run this again.",
        )


def _same_secret(source: Place, to: Destination, data: Path | None) -> None:
    if data is not None and source.secret != to.secret:
        fail(
            "the target has another secret: query codes that citizens were given would not work",
            "Store the one you have where BANJIAN_SECRET names it, such as\n"
            "  aws ssm put-parameter --type SecureString --name NAME \\\n"
            f'    --value "base64:$(base64 -w 0 {data / "secret.key"})"\n'
            "or copy secret.key into the new directory.",
        )


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=LEGAL_ZONE)
