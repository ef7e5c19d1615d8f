"""`banjian token`: sign in as one of the demonstration's people."""

from datetime import timedelta
from typing import Annotated

import typer

from ..serving import signin
from .console import VAR, AsJson, Data, out, show_json, table

# The first of each role, by the name of the role.
SHORT = {
    "citizen": "citizen-zhang",
    "agent": "agent-li",
    "clerk": "clerk-chen",
    "reviewer": "reviewer-housing",
    "reviewer-2": "reviewer-environment",
    "approver": "approver-housing",
    "supervisor": "supervisor-zhou",
    "auditor": "auditor-zheng",
    "item-manager": "items-sun",
}


def token(
    who: Annotated[
        str | None, typer.Option("--as", help="An account, or a role: citizen, clerk, auditor…")
    ] = None,
    data: Data = VAR,
    hours: Annotated[int, typer.Option(min=1, max=720, help="How long it is good for.")] = 8,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a bearer token for one of the demonstration's people; without --as, list them."""
    if who is None:
        _list(as_json=as_json)
        return
    account = SHORT.get(who, who)
    issued = signin.issue(data, signin.persona(account), timedelta(hours=hours))
    if as_json:
        show_json({"as": account, "token": issued})
    else:
        print(issued)  # noqa: T201 - bare, for $(banjian token --as citizen)


def _list(*, as_json: bool) -> None:
    people = signin.PERSONAS.values()
    if as_json:
        show_json([one._asdict() for one in people])
        return
    made = table("--as", "name", "role", "acts for")
    for one in people:
        acts_for = one.department or one.entity or one.division or ""
        made.add_row(one.account, one.name, one.role, acts_for)
    out.print(made)
    out.print(f"Also by role: {', '.join(SHORT)}")
