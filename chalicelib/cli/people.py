"""`banjian registry` and `banjian sign-in`: people as the registry and their provider know them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ..clock.calendar import legal_day
from ..codes.parties import IdKind
from ..people.application import account_names
from ..people.application.registry_load import Checked, check, load
from ..people.application.registry_table import Library, TableRegistry
from ..platform.registry import Match
from .console import VAR, AsJson, Data, fail, opened, out, progress_bar, show_json

commands = typer.Typer(no_args_is_help=True, help="The registry of people and companies.")
People = Annotated[bool, typer.Option("--people", help="A person a line: name, id_number.")]
Companies = Annotated[
    bool, typer.Option("--companies", help="A company a line: credit_code, name, status ...")
]


@commands.command("load")
def load_file(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8, as docs/people.md describes it.")],
    data: Data = VAR,
    *,
    people: People = False,
    companies: Companies = False,
) -> None:
    """
    Load a whole library, in the place of what was there. Every line is looked at first; until the
    last one is in, the library that was there answers. Broken off, the same command goes on.
    """
    library = _library(people=people, companies=companies)
    registry = _registry(data)
    now = datetime.now(UTC)
    with progress_bar() as bar:
        looked = bar.add_task("looking at lines", total=None)
        checked = check(
            file, library, legal_day(now), lambda done: bar.update(looked, completed=done)
        )
        put = bar.add_task("loading", total=checked.rows)
        done = load(
            registry.table,
            registry.keys,
            checked,
            now,
            lambda count: bar.update(put, completed=count),
        )
    if not done.changed:
        out.print(f"{file} is what the registry has already; nothing changed")
        return
    _tell(checked, done.resumed)


def _tell(checked: Checked, resumed: int) -> None:
    went_on = f", going on after {resumed:,}" if resumed else ""
    out.print(f"{checked.rows:,} {checked.library} loaded{went_on}; they answer from now on")
    if checked.warnings:
        out.print(
            f"{checked.warnings:,} warnings: regions that the list does not have, or numbers of "
            "the first generation; they were loaded"
        )


def _library(*, people: bool, companies: bool) -> Library:
    if people == companies:
        fail("say which library the file is: --people or --companies")
    return Library.PEOPLE if people else Library.COMPANIES


def _registry(data: Path) -> TableRegistry:
    registry = opened(data).registry
    if not isinstance(registry, TableRegistry):
        fail("this platform asks another registry, which is not loaded here")
    return registry


@commands.command("check")
def look(
    number: Annotated[str, typer.Argument(help="A credit code; or, with --name, a person's id.")],
    data: Data = VAR,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    kind: Annotated[IdKind, typer.Option(help="What the id is.")] = IdKind.RESIDENT_ID,
    *,
    as_json: AsJson = False,
) -> None:
    """
    What the registry answers: is this company active, does this name have this id. Ends with 1 if
    it has no such company, or no such name with such an id.
    """
    registry = _registry(data)
    if name is not None:
        match = registry.match(kind, number, name).match
        show_json({"match": match}) if as_json else out.print(match)
        if match is not Match.MATCH:
            raise typer.Exit(1)
        return
    company = registry.company(number)
    if company is None:
        fail("the registry has no company with this credit code", "A person's id takes --name.")
    told = company.model_dump(mode="json")
    if as_json:
        show_json(told)
        return
    for field, value in told.items():
        out.print(f"{field:<16} {value}")


@commands.command("show")
def show(data: Data = VAR, *, as_json: AsJson = False) -> None:
    """What was loaded, and when."""
    table = _registry(data).table
    live = {str(one): table.live(one) for one in Library}
    if as_json:
        show_json({name: one and one._asdict() for name, one in live.items()})
        return
    for name, one in live.items():
        out.print(f"{name:<10} " + (f"{one.rows:,} of {one.loaded_at}" if one else "not loaded"))


# Who signs in at a provider

sign_ins = typer.Typer(no_args_is_help=True, help="Accounts of those whom a provider signs in.")
Issuer = Annotated[str, typer.Option(help="The issuer, as `iss` of its tokens.")]
Sub = Annotated[str, typer.Option(help="Who it is there, as `sub` of its tokens.")]


@sign_ins.command("find")
def find(issuer: Issuer, sub: Sub, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Which account it is: for a person who asks, or to appoint somebody."""
    found = account_names.find(opened(data), issuer, sub)
    if found is None:
        fail("nobody of that issuer and subject has signed in yet")
    if as_json:
        show_json(found._asdict())
    else:
        out.print(found.account)


@sign_ins.command("erase")
def erase(
    account: Annotated[str, typer.Argument(help="The account's name.")], data: Data = VAR
) -> None:
    """
    Take away what leads from the provider's subject to the account. The account stays, and nobody
    signs in to it any more: at the next token a new one is made.
    """
    opened(data).sign_ins.erase(account)
    out.print(f"Nothing leads to {account} any more")
