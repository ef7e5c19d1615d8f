"""`banjian sequencer`: what puts commits into the log on AWS, what it parked, what it missed."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated

import typer

from ..eventlog.retries import Chosen
from ..eventlog.sequencing.ports import Parked, Sequencer
from ..eventlog.sequencing.retries import all_parked, heal, resequence, retry, retry_all, streams_of
from .console import (
    AsJson,
    ErrorText,
    Prefix,
    Since,
    fail,
    moment,
    out,
    progress_bar,
    show_json,
    show_table,
    table,
)

commands = typer.Typer(
    help="On AWS: what puts commits into the log, what it parked, and what it missed.",
    invoke_without_command=True,
)


def _sequencer() -> Sequencer:
    from .. import bootstrap

    if not bootstrap.on_aws():
        fail(
            "an embedded platform has no sequencer: its log is written with each commit",
            "For a stack on AWS, say `. build/STAGE/environment` first.",
        )
    return bootstrap.sequencer()


@commands.callback()
def overview(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Without a command: where the log ends, what waits to be merged, and what is parked."""
    if context.invoked_subcommand is not None:
        return
    its = _sequencer()
    health, parked = heal(its), list(all_parked(its))
    if as_json:
        show_json({**health._asdict(), "streams": [one._asdict() for one in parked]})
        return
    out.print(f"The log ends at {health.position:,}; {health.unmerged:,} events are not merged.")
    made = table("stream", "version", "reason", "detail", "since")
    for one in parked:
        since = f"{one.at:%Y-%m-%d %H:%M}"
        made.add_row(one.stream, f"{one.version:,}", one.reason, one.detail, since)
    show_table(made, parked, "Nothing is parked: every commit that came is in the log.")


@commands.command("retry")
def retry_parked(  # noqa: PLR0913 - what it can be told
    stream: Annotated[str | None, typer.Argument(help="A stream's name.")] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every stream that waits, or those of the filters.")
    ] = False,
    prefix: Prefix = "",
    error: ErrorText = "",
    since: Since = None,
    gone: Annotated[
        bool,
        typer.Option(help="What was parked may be missing: it was no commit, and is removed."),
    ] = False,
) -> None:
    """Read parked streams again, from the events' table; those that are whole now go on."""
    its = _sequencer()
    if every and stream is None:
        _retry_all(its, Chosen(prefix, error, moment(since)), gone=gone)
        return
    if stream is None or every or prefix or error or since:
        fail("which streams?", "Name one; or say --all, and which of them.")
    if not any(True for _ in all_parked(its, stream)):
        fail(f"nothing of {stream} is parked", "`banjian sequencer` lists what is.")
    if not retry(its, stream, gone=gone):
        fail(
            f"{stream} still waits",
            "Restore its items in the events' table, then try again; or, if what was parked was "
            "put there by somebody and has been removed, say --gone.",
        )
    out.print(f"{stream} is in the log up to its end")


def _retry_all(its: Sequencer, chosen: Chosen, *, gone: bool) -> None:
    def fits(one: Parked) -> bool:
        return chosen.has(one.stream, one.at, one.reason, one.detail)

    done = waiting = failed = 0
    with progress_bar() as bar:
        task = bar.add_task("streams", total=sum(1 for _ in streams_of(its, fits)))
        for tried in retry_all(its, fits, gone=gone):
            done += tried.goes_on
            failed += tried.failure is not None
            waiting += not tried.goes_on and tried.failure is None
            bar.advance(task)
    out.print(f"{done:,} streams go on; {waiting:,} still wait; {failed:,} could not be tried")
    if failed:
        fail("some could not be tried", "The log above says why.")


@commands.command("resequence")
def read_again(
    streams: Annotated[list[str] | None, typer.Argument(help="Streams' names.")] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every stream of the table: reads all of its keys.")
    ] = False,
) -> None:
    """Bring into the log what the table has and the log has not, after records were lost."""
    from .. import bootstrap

    named = streams or []
    if bool(named) == every:
        fail("which streams?", "Name them, or say --all.")
    its = _sequencer()
    before = its.ledger.heads().log
    resequence(its, _counted(chain(named, bootstrap.streams() if every else ())))
    out.print(f"The log went on from {before:,} to {its.ledger.heads().log:,}.")


@commands.command("reconcile")
def compare_anew() -> None:
    """Compare the events' table with the log, from where both were equal last, as each night."""
    from ..bootstrap import functions

    _sequencer()
    found = functions.compare(lambda: False)
    if found.found:
        fail(
            f"{found.found:,} differences behind position {found.until:,}, which are logged above",
            "Put the table's items back as the log has them.",
        )
    out.print(f"Table and log are equal up to {found.until:,}.")


def _counted(streams: Iterable[str]) -> Iterator[str]:
    with progress_bar() as bar:
        task = bar.add_task("streams", total=None)
        for stream in streams:
            yield stream
            bar.advance(task)
