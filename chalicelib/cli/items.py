"""`banjian items`: publish service items from YAML, and list them."""

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from ..application import items
from ..application.platform import Caller
from ..domain.actor import Actor, Channel, Role
from ..embedded.item_files import read_item
from ..projections import item_catalogue
from .console import VAR, AsJson, Data, opened, out, show_json, show_table, table

commands = typer.Typer(no_args_is_help=True, help="Publish and list service items.")
By = Annotated[str, typer.Option("--by", help="Who does this.")]
Code = Annotated[str, typer.Argument(help="The item's implementation code.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it is recorded for good.")]
Files = Annotated[list[Path], typer.Argument(help="YAML files, as docs/items.md describes them.")]


@commands.command("publish")
def publish(
    files: Files,
    data: Data = VAR,
    account: By = "operator",
) -> None:
    """Publish items, or their next versions; what is published already stays as it is."""
    platform = opened(data)
    definitions = [read_item(file) for file in files]  # all of them, before any is published
    for definition in definitions:
        done = items.publish(platform, _manager(account), definition)
        version = getattr(done.state, "version", "?")
        out.print(f"{definition.code}  version {version}  {definition.name}")


def _manager(account: str) -> Caller:
    actor = Actor(account=account, role=Role.ITEM_MANAGER)
    return Caller(actor, uuid4().hex, Channel.INTERNAL)


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


@commands.command("check")
def check(files: Files) -> None:
    """Read items and tell every mistake with its line; nothing is published."""
    for file in files:
        out.print(f"{file}: {read_item(file).name}")


@commands.command("list")
def list_items(data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Every published item."""
    platform = opened(data)
    rows, after = [], None
    while True:
        page = platform.views.page(item_catalogue.NAME, "items", "published", after=after)
        rows += page.rows
        after = page.cursor
        if after is None:
            break
    if as_json:
        show_json(rows)
        return
    made = table("code", "v", "name", "department", "promised")
    for row in rows:
        promised = f"{row['promised_days']} {row['unit']}"
        made.add_row(row["code"], str(row["version"]), row["name"], row["department"], promised)
    show_table(made, rows, "No item is published. Publish one: banjian items publish FILE")
