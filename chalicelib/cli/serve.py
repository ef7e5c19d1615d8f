"""`banjian serve` and `banjian demo`: run everything with one command, and walk through a case."""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from ..serving import demo as guided
from ..serving import service, signin
from .console import VAR, Data, err, fail, out
from .tokens import SHORT, local_sign_in

EXAMPLES = Path("examples") / "items"

Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")]
Url = Annotated[str, typer.Option(help="Where the service listens.")]


def serve(  # noqa: PLR0913, PLR0917 - one parameter an option
    data: Data = VAR,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Requests served at a time.")] = 16,
    items: Annotated[Path, typer.Option(help="Service items to publish at the start.")] = EXAMPLES,
    log_file: Annotated[
        str, typer.Option(help="Where the log goes; - is standard output. BANJIAN_LOG_FILE.")
    ] = "",
    metrics: Annotated[
        str, typer.Option(help="HOST:PORT that Prometheus is answered at. BANJIAN_METRICS.")
    ] = "",
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the data first.")] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="No guided case.")] = False,
) -> None:
    """Start the service; publish the example items; run the guided case; keep serving."""
    _watched(log_file, metrics)
    if fresh:
        _delete(data)
    if port:
        os.environ.setdefault("BANJIAN_PUBLIC_URL", f"http://{host}:{port}")
    running = service.Service(data)
    stop = Event()

    def ready(url: str) -> None:
        _welcome(url, data, running.publish(items))
        if not no_demo:
            # Beside the server, which has to answer it.
            Thread(target=_guide, args=(url, data, stop), daemon=True).start()
        else:
            out.print("Serving; Ctrl-C stops it.")

    try:
        running.serve(host, port, threads=threads, ready=ready, stop=stop)
    except OSError as error:
        fail(
            f"cannot listen on {host}:{port}: {error.strerror}",
            "Is another Banjian running? Choose another port with --port.",
        )


def _watched(log_file: str, metrics: str) -> None:
    """Settings of both processes, so that they are told by the environment."""
    from .. import bootstrap

    for name, value in (("BANJIAN_LOG_FILE", log_file), ("BANJIAN_METRICS", metrics)):
        if value:
            os.environ[name] = value
    out.stderr = bootstrap.writes_lines()


def _delete(data: Path) -> None:
    if not data.exists():
        return
    if not (data / "events.db").exists() and any(data.iterdir()):
        fail(f"{data} holds something, but no Banjian data; --fresh will not delete it")
    shutil.rmtree(data)


def _welcome(url: str, data: Path, published: int) -> None:
    out.rule("[bold]Banjian 办件")
    out.print(f"Serving [bold]{url}[/]   data in [bold]{data}[/]   {published} items published")
    out.print("Sign in as one of these, in another terminal:")
    for name, account in SHORT.items():
        person = signin.PERSONAS[account]
        acts_for = person.department or person.entity or ""
        out.print(f"  .venv/bin/banjian token --as {name:<13} {person.name}  {acts_for}")
    out.print(f"The interface, to read and to try: [bold]{url}/docs[/]")
    header = '"Authorization: Bearer $(.venv/bin/banjian token --as citizen)"'
    out.print(f"  curl -H {header} {url}/cases", soft_wrap=True)


def _guide(url: str, data: Path, stop: Event) -> None:
    try:
        _walk(url, data)
        out.print("Serving; Ctrl-C stops it.")
    except Exception as error:  # noqa: BLE001 - the service goes on, whatever became of the tour
        if not stop.is_set():
            err.print(f"[red]The guided case stopped:[/] {error}")


def _walk(url: str, data: Path) -> None:
    def sign_in(account: str) -> str:
        return signin.issue(data, signin.persona(account), timedelta(hours=1))

    for line in guided.walk(url, sign_in):
        out.print(line, soft_wrap=True)


def demo(data: Data = VAR, url: Url = "http://127.0.0.1:8000") -> None:
    """Run the guided case against a service that is running on this data."""
    local_sign_in(data)
    try:
        _walk(url, data)
    except guided.Unreachable as error:
        fail(
            f"no service answers at {url}: {error}",
            "Start one in another terminal (`banjian serve`), or say where it listens with --url.",
        )
    except guided.Stopped as error:
        fail(f"the guided case stopped: {error}")
