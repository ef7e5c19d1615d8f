"""`banjian sign-in`: which account somebody has who signs in at an identity provider."""

from typing import Annotated

import typer

from ..people.application import account_names
from .console import VAR, AsJson, Data, fail, opened, out, show_json

commands = typer.Typer(no_args_is_help=True, help="Accounts of those whom a provider signs in.")
Issuer = Annotated[str, typer.Option(help="The issuer, as `iss` of its tokens.")]
Sub = Annotated[str, typer.Option(help="Who it is there, as `sub` of its tokens.")]


@commands.command("find")
def find(issuer: Issuer, sub: Sub, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Which account it is: for a person who asks, or to appoint somebody."""
    found = account_names.find(opened(data), issuer, sub)
    if found is None:
        fail("nobody of that issuer and subject has signed in yet")
    if as_json:
        show_json(found._asdict())
    else:
        out.print(found.account)


@commands.command("erase")
def erase(
    account: Annotated[str, typer.Argument(help="The account's name.")], data: Data = VAR
) -> None:
    """
    Take away what leads from the provider's subject to the account. The account stays, and nobody
    signs in to it any more: at the next token a new one is made.
    """
    opened(data).sign_ins.erase(account)
    out.print(f"Nothing leads to {account} any more")
