"""`banjian organisations`: the departments of a division, from a file, by two people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.markup import escape

from ..eventlog.envelope import Recorded
from ..eventlog.feed import Feed
from ..items.application.diff import Change, differences
from ..kernel.actor import Actor, Channel, Role
from ..organisations.application import registry
from ..organisations.application.drafting import drafted
from ..organisations.domain.registry import PublishOrganisations
from ..organisations.files.registry_file import RegistryFile, nameless, read_file, written
from ..platform import duties
from ..platform.platform import Caller, Platform
from .console import (
    VAR,
    AsJson,
    Data,
    err,
    fail,
    opened,
    out,
    show_json,
    show_table,
    somebody,
    table,
)
from .items_reading import print_changes

commands = typer.Typer(no_args_is_help=True, help="The registry of departments (机构目录).")
File = Annotated[Path, typer.Argument(help="YAML, as docs/organisations.md describes it.")]
DraftedBy = Annotated[str, typer.Option("--drafted-by", help="Who wrote it.", callback=somebody)]
By = Annotated[
    str,
    typer.Option(
        "--by", help="Who looked at it and publishes it: another person.", callback=somebody
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="The difference was looked at: do not ask.")]
Division = Annotated[str, typer.Option("--division", help="Six digits of GB/T 2260.")]


@commands.command("check")
def check(file: File) -> None:
    """Tell every mistake in a file; nothing is published. Exits with 1 if there is any."""
    found = read_file(file)
    out.print(f"[green]ok[/] {escape(str(file))}: {len(found.departments)} departments")
    _warn(found)


def _warn(found: RegistryFile) -> None:
    for code in nameless(found.departments):
        err.print(f"[yellow]{escape(code)} has its code for a name[/]", soft_wrap=True)


@commands.command("diff")
def diff(
    file: File,
    data: Data = VAR,
    *,
    as_json: AsJson = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if there is a difference.")
    ] = False,
) -> None:
    """What the file would change in what the division has published last."""
    changes = _changes(opened(data), read_file(file))
    if as_json:
        show_json([one.plain for one in changes])
    else:
        print_changes(changes)
    if changes and exit_code:
        raise typer.Exit(1)


def _changes(platform: Platform, found: RegistryFile) -> list[Change]:
    before = registry.get(platform, found.division).departments
    return differences(_plain(before), _plain(found.departments))


def _plain(departments: tuple[Any, ...]) -> dict[str, Any]:
    return {one.code: one.model_dump(mode="json", exclude_none=True) for one in departments}


@commands.command("publish")
def publish(  # noqa: PLR0913 - a command's options
    file: File,
    *,
    drafted_by: DraftedBy,
    account: By,
    data: Data = VAR,
    note: Annotated[str | None, typer.Option("--note", help="What changed.")] = None,
    yes: Yes = False,
) -> None:
    """Publish a division's departments; codes that it does not have are refused from then on."""
    found, platform = read_file(file), opened(data)
    caller = _caller(platform, account)
    _caller(platform, drafted_by)
    changes = _changes(platform, found)
    if not changes:
        out.print("published so already; nothing changed")
        return
    print_changes(changes)
    _warn(found)
    if not yes and not typer.confirm("Publish this?"):
        fail("nothing was published")
    command = PublishOrganisations(
        **caller.about(platform.now()), **dict(found), drafted_by=drafted_by, note=note
    )
    version = registry.publish(platform, caller, command).version
    count = len(found.departments)
    out.print(f"{found.division}: version {version}, {count} departments; read within seconds")


def _caller(platform: Platform, account: str) -> Caller:
    actor = Actor(account=account, role=Role.SYSTEM_ADMINISTRATOR)
    duties.check(platform, actor)
    return Caller(actor, uuid4().hex, Channel.INTERNAL)


@commands.command("draft")
def draft(
    division: Division,
    data: Data = VAR,
    output: Annotated[
        Path | None, typer.Option("--output", help="A file, which must not be there yet.")
    ] = None,
) -> None:
    """Write the file from what items, cases and imports name so far, for people to complete."""
    departments = drafted(_events(opened(data)), division)
    if not departments:
        fail(f"nothing names a department of {division} yet")
    text = written(division, departments)
    if output is None:
        out.print(text, markup=False, soft_wrap=True, end="")
        return
    with output.open("x", encoding="utf-8") as file:
        file.write(text)
    out.print(f"{len(departments)} departments in {escape(str(output))}: write in their names, and")
    out.print("which are counters; then `banjian organisations check` it")


def _events(platform: Platform) -> Iterator[Recorded]:
    """All of the log, from the beginning; what this release cannot read is passed over."""
    feed, position = Feed(platform.source), 0
    while batch := feed.after(position):
        for one in batch:
            yield from (event for event in one.events if isinstance(event, Recorded))
            position = one.commit.last_position


@commands.command("list")
def list_departments(division: Division, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """What a division has published last."""
    found = registry.get(opened(data), division)
    if as_json:
        show_json([one.model_dump(mode="json") for one in found.departments])
        return
    made = table("code", "name", "parent", "counter", "from", "until")
    for one in found.departments:
        days = (str(one.valid_from or ""), str(one.valid_until or ""))
        counter = "counter" if one.counter else ""
        made.add_row(one.code, escape(one.name), one.parent or "", counter, *days)
    empty = (
        f"{division} has published no departments: its codes are taken as they come. "
        f"Begin with: banjian organisations draft --division {division}"
    )
    show_table(made, found.departments, empty)
