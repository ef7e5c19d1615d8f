"""What the commands share: where the data is, how output looks, how a mistake is told."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from re import fullmatch
from typing import Annotated, Any, NoReturn

import click
import typer
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ..platform.platform import Platform

# Without emoji: in file.yaml:100:7 there is one.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

Data = Annotated[
    Path,
    typer.Option("--data", envvar="BANJIAN_DATA", help="The directory that everything is kept in."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")]
VAR = Path("var")
# What the software itself is called where it does something, or nobody says who they are.
NOBODY = frozenset({"banjian", "console", "examples", "operator", "system"})


def somebody(name: str) -> str:
    """
    The account of a person who answers for something that takes two. Raises BadParameter for what
    is no account name, and for nobody's.
    """
    told = name.strip()
    if not fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}", told):
        raise typer.BadParameter(
            "1 to 64 letters, digits and . _ : @ - make an account name, a letter or digit first"
        )
    if told.casefold() in NOBODY:
        raise typer.BadParameter(f"{told} is nobody: say who you are, for it is recorded for good")
    return told


def fail(message: str, hint: str = "") -> NoReturn:
    err.print(f"[red]error:[/] {message}", soft_wrap=True)
    if hint:
        err.print(hint, soft_wrap=True)
    raise typer.Exit(1)


def on_aws(data: Path) -> bool:
    """Whether the environment names a stack, and nobody named a directory, be it the usual one."""
    from .. import bootstrap

    context = click.get_current_context(silent=True)
    source = context.get_parameter_source("data") if context else None
    named = source not in (None, ParameterSource.DEFAULT) or data != VAR
    return bootstrap.on_aws() and not named


def opened(data: Path) -> Platform:
    """
    The platform in `data`, which must be there already. If none was named: the one on AWS that the
    environment names (`. build/STAGE/environment`).
    """
    from .. import bootstrap

    if on_aws(data):
        return bootstrap.aws()
    if not (data / "events.db").is_file():
        fail(
            f"there is no Banjian data in {data}",
            "Start a service on it first (`banjian serve --data DIR`), or name it with --data.",
        )
    return bootstrap.embedded(data)


def show_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def table(*columns: str, title: str | None = None) -> Table:
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def show_table(made: Table, rows: Sequence[Any], empty: str) -> None:
    """The table, or the sentence that says why there is none."""
    out.print(made if rows else empty)


@contextmanager
def progress_bar(*, hidden: bool = False) -> Iterator[Progress]:
    """A progress bar on standard error, where it does not mix with what is printed."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=hidden) as progress:
        yield progress
