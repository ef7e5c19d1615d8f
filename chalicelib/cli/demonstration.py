"""
`banjian token` and `banjian demo`: sign in as one of the demonstration's people, and walk through a
case; and what a service that shows the demonstration tells whoever started it.
"""

from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from ..kernel.actor import Role
from ..serving import demo as guided
from ..serving import signin
from ..serving.item_directory import Published
from .console import VAR, AsJson, Data, err, fail, keep_private, out, show_json, table

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


def token(  # noqa: PLR0913 - one parameter an option
    who: Annotated[
        str | None, typer.Option("--as", help="An account, or a role: citizen, clerk, auditor…")
    ] = None,
    data: Data = VAR,
    role: Annotated[Role | None, typer.Option(help="Of the staff of a department.")] = None,
    department: Annotated[
        str | None, typer.Option(help="Which department, as 440800-civil; with --role.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=720, help="How long it is good for.")] = 8,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a bearer token for one of the demonstration's people; without --as, list them."""
    person = _person(who, role, department)
    if person is None:
        _list(as_json=as_json)
        return
    local_sign_in(data)
    issued = signin.issue(data, person, timedelta(hours=hours))
    if as_json:
        show_json({"as": person.account, "token": issued})
    else:
        print(issued)  # noqa: T201 - bare, for $(banjian token --as citizen)


def _person(who: str | None, role: Role | None, department: str | None) -> signin.Persona | None:
    if role is not None and department is not None:
        return signin.staff(role, department)
    if role is not None or department is not None:
        fail(
            "--role and --department go together",
            "For instance: --role approver --department 440800-civil",
        )
    return None if who is None else signin.persona(SHORT.get(who, who))


def local_sign_in(data: Path) -> None:
    """Only a service makes its key: one that was made here would be good for no service."""
    if not (data / signin.KEY_FILE).is_file():
        fail(
            f"nobody signs in locally in {data}: it has no {signin.KEY_FILE}",
            "Start a service on it first (`banjian serve --data DIR`), or name it with --data.",
        )
    keep_private(data)


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


# The guided case

STOPS = "Serving; Ctrl-C stops it."
Url = Annotated[str, typer.Option(help="Where the service listens.")]


def demo(data: Data = VAR, url: Url = "http://127.0.0.1:8000") -> None:
    """Run the guided case against a service that is running on this data."""
    local_sign_in(data)
    try:
        _walk(url, data)
    except guided.Unreachable as error:
        fail(
            f"no service answers at {url}: {error}",
            "Start one in another terminal (`banjian serve --demo`), or say where it listens with "
            "--url.",
        )
    except guided.Stopped as error:
        fail(f"the guided case stopped: {error}")


def welcome(url: str, published: Published) -> None:
    """How to try what the demonstration has."""
    out.print(f"The demonstration: {published.new + published.already} items published.")
    out.print("Sign in as one of these, in another terminal:")
    for name, account in SHORT.items():
        person = signin.PERSONAS[account]
        acts_for = person.department or person.entity or ""
        out.print(f"  .venv/bin/banjian token --as {name:<13} {person.name}  {acts_for}")
    header = '"Authorization: Bearer $(.venv/bin/banjian token --as citizen)"'
    out.print(f"  curl -H {header} {url}/cases", soft_wrap=True)


def guide(url: str, data: Path, stop: Event) -> None:
    """Walk the guided case, beside the server, which has to answer it."""
    Thread(target=_guide, args=(url, data, stop), daemon=True).start()


def _guide(url: str, data: Path, stop: Event) -> None:
    try:
        _walk(url, data)
        out.print(STOPS)
    except Exception as error:  # noqa: BLE001 - the service goes on, whatever became of the tour
        if not stop.is_set():
            err.print(f"[red]The guided case stopped:[/] {error}")


def _walk(url: str, data: Path) -> None:
    def sign_in(account: str) -> str:
        return signin.issue(data, signin.persona(account), timedelta(hours=1))

    for line in guided.walk(url, sign_in):
        out.print(line, soft_wrap=True)
