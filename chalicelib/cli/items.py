"""`banjian items`: what an item manager does with service items."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
from rich.markup import escape

from ..clock.calendar import legal_day
from ..codes.divisions import COUNTRY
from ..items.application import drafts as item_drafts
from ..items.application import items, review
from ..items.application.diff import Change
from ..items.application.succession import Becoming, replace
from ..items.application.view import spans
from ..items.domain import item
from ..items.files.item_files import ItemFileError, read_draft, read_files
from ..kernel.actor import Actor, Channel, Role
from ..platform.platform import Caller, Platform
from . import items_reading
from .console import VAR, AsJson, Data, err, fail, opened, out, show_json, somebody

commands = typer.Typer(
    no_args_is_help=True, help="Write, publish, compare and withdraw service items."
)
By = Annotated[str, typer.Option("--by", help="Who does this.")]
# Where two people have a hand in it, each says who they are.
ByName = Annotated[str, typer.Option("--by", help="Who does this.", callback=somebody)]
DraftedBy = Annotated[
    str,
    typer.Option(
        "--drafted-by", help="Who wrote it: another person than publishes it.", callback=somebody
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="The difference was looked at: do not ask.")]
Code = Annotated[str, typer.Argument(help="The item's implementation code.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it is recorded for good.")]
Note = Annotated[str | None, typer.Option("--note", help="What changed; it is recorded for good.")]
File = Annotated[Path, typer.Argument(help="A YAML file, as docs/items.md describes it.")]
Files = Annotated[list[Path], typer.Argument(help="YAML files, as docs/items.md describes them.")]
FromDay = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="The first day of it; today, if not said."),
]


def _manager(account: str) -> Caller:
    # Whoever has the data has it of every division.
    actor = Actor(account=account, role=Role.ITEM_MANAGER, division=COUNTRY)
    return Caller(actor, uuid4().hex, Channel.INTERNAL)


# From a file


def validate(files: Files, *, as_json: AsJson = False) -> None:
    """Tell every mistake with its line and column; nothing is published. Exits with 1 if any is."""
    try:
        definitions, findings = read_files(files), []
    except ItemFileError as error:
        definitions, findings = [], error.findings
    if as_json:
        show_json(
            [
                {
                    "file": one.path,
                    "line": one.at.line,
                    "column": one.at.column,
                    "message": one.message,
                }
                for one in findings
            ]
        )
    else:
        for path, definition in zip(files, definitions, strict=False):
            told = f"[green]ok[/] {escape(str(path))}: {escape(definition.name)}"
            out.print(told, soft_wrap=True)
        for finding in findings:
            err.print(f"[red]{escape(str(finding))}[/]", soft_wrap=True)
    if findings:
        raise typer.Exit(1)


commands.command("validate")(validate)


@commands.command("publish")
def publish(  # noqa: PLR0913 - a command's options
    files: Files,
    *,
    drafted_by: DraftedBy,
    account: ByName,
    data: Data = VAR,
    note: Note = None,
    yes: Yes = False,
) -> None:
    """
    Publish items, or their next versions; what is published already stays as it is. What changes
    who may see, who may apply, how long it takes or who decides is shown first.
    """
    definitions = read_files(files)  # all of them, before any is published
    platform = opened(data)
    for definition in definitions:
        state = items.known(platform, definition.code)
        _look(definition.code, review.changes(state, definition), first=_is_first(state), yes=yes)
    for definition in definitions:
        done = items.publish(platform, _manager(account), definition, note, drafted_by)
        _told(platform, done.state)


def _is_first(state: item.State) -> bool:
    return isinstance(state, item.Absent | item.Drafted)


def _look(code: str, changes: list[Change], *, first: bool, yes: bool) -> None:
    """Show the difference where it weighs, and ask."""
    if first or not review.weighty(changes):
        return
    out.print(f"[bold]{code}[/] would change so:")
    items_reading.print_changes(changes)
    if not yes and not typer.confirm("Publish this?"):
        fail("nothing was published")


def _told(platform: Platform, state: item.State) -> None:
    """What is published now, and from when until when that is applied for."""
    if isinstance(state, item.Absent | item.Drafted):
        raise TypeError("it was published")
    definition, today = state.definition, legal_day(platform.now())
    told = f"{definition.code}  version {state.version}  {escape(definition.name)}"
    out.print(told, soft_wrap=True)
    last = spans(state.record)[-1]
    if last.since is not None and last.since > today:
        out.print(f"  it takes effect on {last.since}; until then an earlier version does")
    later = [one for one in spans(state.record)[:-1] if one.when(today) == "to_come"]
    for one in later:
        number = one.edition.number
        out.print(f"  [yellow]version {number} takes its place on {one.since}[/]")


# Drafts


@commands.command("draft")
def draft(file: File, *, account: ByName, data: Data = VAR) -> None:
    """Save a file as the draft of its item, as far as it is written; another draft is replaced."""
    content = read_draft(file)
    code = content.get("code")
    if not isinstance(code, str):
        fail(f"{file} does not say of which item: `code: ...`")
    item_drafts.save(opened(data), _manager(account), code, content)
    out.print(
        f"{code} has a draft; `banjian items publish-draft {code}` publishes it, by another person"
    )


@commands.command("publish-draft")
def publish_draft(
    code: Code,
    *,
    account: ByName,
    data: Data = VAR,
    note: Note = None,
    yes: Yes = False,
) -> None:
    """Publish the draft of an item, which another person saved; a difference is shown first."""
    platform, manager = opened(data), _manager(account)
    found = item_drafts.get(platform, manager.actor, code)
    if found.difference is not None:
        first = found.draft.based_on is None
        _look(code, found.changes, first=first, yes=yes)
    done = item_drafts.publish(platform, manager, code, note, found.difference)
    _told(platform, done.state)


@commands.command("discard-draft")
def discard_draft(code: Code, data: Data = VAR, account: By = "operator") -> None:
    """Give up the draft of an item."""
    item_drafts.discard(opened(data), _manager(account), code)
    out.print(f"{code} has no draft")


# Whether it takes cases


@commands.command("suspend")
def suspend(code: Code, why: Why, data: Data = VAR, account: By = "operator") -> None:
    """No new cases for the time being; those that were submitted go on."""
    items.suspend(opened(data), _manager(account), code, why)
    out.print(f"{code} takes no new cases until `banjian items resume {code}`")


@commands.command("resume")
def resume(code: Code, data: Data = VAR, account: By = "operator") -> None:
    """New cases again."""
    items.resume(opened(data), _manager(account), code)
    out.print(f"{code} takes new cases")


@commands.command("retire")
def retire(code: Code, why: Why, data: Data = VAR, account: By = "operator") -> None:
    """No new cases ever; those that were submitted go on."""
    items.retire(opened(data), _manager(account), code, why)
    out.print(f"{code} is retired")


@commands.command("split")
def split(  # noqa: PLR0913 - a command's options
    code: Code,
    *,
    into: Annotated[
        list[str], typer.Option("--into", help="A successor's code; give two or more.")
    ],
    why: Why,
    from_day: FromDay = None,
    data: Data = VAR,
    account: By = "operator",
) -> None:
    """New cases go to other items, published already. Said again, it completes what broke off."""
    becoming = Becoming("split", tuple(into), why, _day(from_day))
    _replace(opened(data), account, code, becoming)


@commands.command("merge")
def merge(  # noqa: PLR0913
    codes: Annotated[list[str], typer.Argument(help="The codes of the items to be merged.")],
    *,
    into: Annotated[str, typer.Option("--into", help="The code of the item that they become.")],
    why: Why,
    from_day: FromDay = None,
    data: Data = VAR,
    account: By = "operator",
) -> None:
    """New cases go to one item, published already. Said again, it completes what broke off."""
    platform = opened(data)
    for code in codes:
        _replace(platform, account, code, Becoming("merged", (into,), why, _day(from_day)))


def _replace(platform: Platform, account: str, code: str, becoming: Becoming) -> None:
    state = replace(platform, _manager(account), code, becoming).state
    if isinstance(state, item.Replaced):
        names = ", ".join(f"{one.code} {one.name}" for one in state.into)
        told = f"{code}: from {state.from_day} on new cases go to {escape(names)}"
        out.print(told, soft_wrap=True)


def _day(told: datetime | None) -> date | None:
    return None if told is None else told.date()


commands.command("list")(items_reading.list_items)
commands.command("drafts")(items_reading.list_drafts)
commands.command("show")(items_reading.show)
commands.command("versions")(items_reading.versions)
commands.command("diff")(items_reading.diff)
