"""`banjian serve`: run everything with one command."""

import os
import shutil
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from ..eventlog.belonging import Misplaced
from ..eventlog.ports import Damaged
from ..platform.platform import Platform
from ..serving import demonstration as examples
from ..serving import item_directory, service, starting
from . import demonstration
from .console import VAR, Data, err, fail, keep_private, out

# Nobody signs in under that name: whoever starts the service has drafted what it publishes.
DRAFTED_BY = "console"
DEMONSTRATION = "The demonstration"

Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Where to listen. Beyond this machine a provider must sign people in: BANJIAN_ISSUER.",
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="0 takes a free one.")]
Threads = Annotated[
    int, typer.Option(min=1, max=256, metavar="N", help="Requests at work at a time.")
]
Items = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Publish the service items of DIR (YAML); what is published already is left.",
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Delete the data first.")]
Demo = Annotated[
    bool,
    typer.Option(
        "--demo",
        rich_help_panel=DEMONSTRATION,
        help="Publish invented items, departments and people, and walk a case through.",
    ),
]
PublicDemo = Annotated[
    bool,
    typer.Option(
        "--public-demo",
        rich_help_panel=DEMONSTRATION,
        help="The same, on an address that others can reach.",
    ),
]
NoDemo = Annotated[
    bool,
    typer.Option(
        "--no-demo",
        rich_help_panel=DEMONSTRATION,
        help="What holds anyway: for unit files that say it.",
    ),
]


def serve(  # noqa: PLR0913, PLR0917 - one parameter an option
    data: Data = VAR,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    threads: Threads = 16,
    items: Items = None,
    log_file: Annotated[
        str, typer.Option(help="Where the log goes; - is standard output. BANJIAN_LOG_FILE.")
    ] = "",
    metrics: Annotated[
        str, typer.Option(help="HOST:PORT that Prometheus is answered at. BANJIAN_METRICS.")
    ] = "",
    *,
    fresh: Fresh = False,
    demo: Demo = False,
    public_demo: PublicDemo = False,
    no_demo: NoDemo = False,
) -> None:
    """
    Serve the data in a directory over HTTP, until Ctrl-C or SIGTERM.

    Every setting (docs/operating.md) is read first; what is wrong is told, and
    nothing starts. Nothing is published but what --items or --demo name.
    """
    _watched(log_file, metrics)
    _note_no_demo(no_demo=no_demo, demo=demo or public_demo)
    start = starting.begin(starting.Asked(host, demo, public_demo), os.environ)
    definitions = item_directory.read(items) if items else ()
    if fresh:
        _delete(data)
    keep_private(data)
    if port and not os.environ.get("BANJIAN_PUBLIC_URL"):
        os.environ["BANJIAN_PUBLIC_URL"] = starting.url_of(start.address, port)
    running = service.Service(data, local_sign_in=start.local_sign_in)
    stop = Event()

    def ready(url: str) -> None:
        # Requests wait for this: the address is told when they are answered.
        done = item_directory.publish(running.platform, definitions, DRAFTED_BY)
        shown = examples.publish(running.platform) if start.demo else None
        _tell(url, data, start)
        _tell_published(running.platform, done, named=items is not None)
        if shown is not None:
            demonstration.welcome(url, shown)
            demonstration.guide(url, data, stop)
        else:
            out.print(demonstration.STOPS)

    try:
        running.serve(start.address, port, threads=threads, ready=ready, stop=stop)
    except (Misplaced, Damaged) as error:
        err.print(f"[red]error:[/] {error}", soft_wrap=True)
        os._exit(1)  # see belonging_watch.close
    except OSError as error:
        fail(
            f"cannot listen on {host}:{port}: {error.strerror}",
            "Is another Banjian running? Choose another port with --port.",
        )


def _note_no_demo(*, no_demo: bool, demo: bool) -> None:
    if no_demo and demo:
        fail("--no-demo and the demonstration at once: say one of them")
    if no_demo:
        err.print("--no-demo says what holds anyway; it can be left out.")


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


def _tell(url: str, data: Path, start: starting.Start) -> None:
    out.rule("[bold]Banjian 办件")
    out.print(f"Serving [bold]{url}[/]   data in [bold]{data}[/]", soft_wrap=True)
    out.print(f"The interface, to read and to try: [bold]{url}/docs[/]", soft_wrap=True)
    for note in start.notes:
        out.print(f"[yellow]note:[/] {note}", soft_wrap=True)


def _tell_published(platform: Platform, done: item_directory.Published, *, named: bool) -> None:
    if named:
        out.print(f"{done.new} items published; {done.already} were there before, and are left.")
    # The list may be a moment behind what was just published.
    elif not platform.log.head():
        out.print(
            "No items are published yet, so every list is empty: publish yours with "
            "`banjian items publish FILE` or --items DIR, or look at invented ones with --demo.",
            soft_wrap=True,
        )
