"""`banjian demo`, and what a service that shows the demonstration tells whoever started it."""

from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from ..serving import demo as guided
from ..serving import signin
from ..serving.item_directory import Published
from .console import VAR, Data, err, fail, out
from .tokens import SHORT, local_sign_in

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
