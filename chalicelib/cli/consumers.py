"""`banjian consumers`: where each one is, what it parked, and what to do about that."""

from collections.abc import Sequence
from typing import Annotated
from uuid import uuid4

import typer

from ..eventlog.consumers import (
    Consumer,
    Outdated,
    all_parked,
    go_on,
    live,
    live_work,
    status,
    take_batch,
)
from ..eventlog.feed import Feed
from ..eventlog.outages import Interrupted
from ..eventlog.retries import Chosen, Decision, retry, retry_all, skip, streams_of
from ..eventlog.timers import Timer
from ..kernel.actor import Actor, Channel, Role
from ..platform import duties
from ..platform.platform import Caller, Platform
from .console import (
    VAR,
    AsJson,
    Data,
    ErrorText,
    Prefix,
    Since,
    err,
    fail,
    moment,
    opened,
    out,
    progress_bar,
    show_json,
    show_table,
    table,
)

commands = typer.Typer(
    help="Consumers: position, lag and parked events; retry or skip what is parked.",
    invoke_without_command=True,
)
Name = Annotated[str, typer.Argument(help="The consumer's name.")]


def _every(platform: Platform) -> Sequence[Consumer]:
    from .. import bootstrap

    return bootstrap.consumers(platform)


def _consumer(platform: Platform, name: str) -> Consumer:
    found = {one.name: one for one in _every(platform)}
    if name not in found:
        fail(f"there is no consumer {name}", "They are: " + ", ".join(found))
    return found[name]


@commands.callback()
def overview(context: typer.Context, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Without a command: every consumer with its position, lag and parked events."""
    if context.invoked_subcommand is not None:
        return
    platform = opened(data)
    found = status(_every(platform), platform.source, platform.views)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    made = table("consumer", "kind", "position", "lag", "parked", "waiting", "last failure")
    for one in found:
        last = one.last_failure.failure if one.last_failure else None
        said = f"{last.kind}: {last.message}" if last else ""
        figures = (f"{n:,}" for n in (one.position, one.lag, one.parked, one.waiting))
        made.add_row(one.name, one.kind, *figures, said)
    out.print(made)


@commands.command("parked")
def parked(name: Name, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """The events that a consumer could not take, and those that wait behind them."""
    platform = opened(data)
    consumer = _consumer(platform, name)
    found = list(all_parked(live(consumer, platform.views), platform.views))
    if as_json:
        show_json([one._asdict() for one in found])
        return
    made = table("position", "event", "type", "since", "why")
    for one in found:
        why = f"{one.failure.kind}: {one.failure.message}" if one.failure else "waits behind"
        since = f"{one.parked_at:%Y-%m-%d %H:%M}"
        made.add_row(f"{one.position:,}", f"{one.stream}@{one.version}", one.type, since, why)
    show_table(made, found, f"{name} has parked nothing: it took every event.")


@commands.command("retry")
def retry_parked(  # noqa: PLR0913 - what it can be told
    name: Annotated[str | None, typer.Argument(help="The consumer's name.")] = None,
    stream: Annotated[str | None, typer.Option(help="Only this stream's events.")] = None,
    data: Data = VAR,
    *,
    every: Annotated[bool, typer.Option("--all", help="Of every consumer, if none is named.")] = (
        False
    ),
    prefix: Prefix = "",
    error: ErrorText = "",
    since: Since = None,
) -> None:
    """
    Try parked events again, in order; what still fails stays parked. Exits with 1 if a stream
    could not even be tried.
    """
    platform = opened(data)
    if stream is not None:
        if name is None or prefix or error or since:
            fail("a stream is of one consumer", "Name it, and leave the filters out.")
        done = retry(_consumer(platform, name), platform.source, platform.views, stream)
        out.print(f"took {done.taken:,} events; still parked: {done.parked:,}")
        return
    if name is None and not every:
        fail("of which consumer?", "Name it, or say --all.")
    chosen = Chosen(prefix, error, moment(since))
    _retry_all(platform, _every(platform) if name is None else [_consumer(platform, name)], chosen)


def _retry_all(platform: Platform, consumers: Sequence[Consumer], chosen: Chosen) -> None:
    taken = failed = left = 0
    with progress_bar() as bar:
        for consumer in consumers:
            try:
                streams = sum(1 for _ in streams_of(consumer, platform.views, chosen))
                task = bar.add_task(consumer.name, total=streams)
                for one in retry_all(consumer, platform.source, platform.views, chosen):
                    taken, failed = taken + one.taken, failed + (one.failure is not None)
                    bar.advance(task)
            except Outdated as error:
                err.print(f"[yellow]{error}[/]", soft_wrap=True)
                continue
            left += sum(1 for _ in all_parked(live(consumer, platform.views), platform.views))
    out.print(f"took {taken:,} events; still parked: {left:,}")
    if failed:
        fail(f"{failed:,} streams could not be tried", "The log above says why.")


@commands.command("catch-up")
def catch_up(name: Name, data: Data = VAR) -> None:
    """
    Take what a consumer is behind, in this process: where what it needs can be reached from here
    and not from the service. Exits with 1 if it cannot be reached from here either.
    """
    platform = opened(data)
    consumer = _consumer(platform, name)
    try:
        done = go_on(consumer, Feed(platform.source), platform.views)
    except Interrupted as outage:
        fail(str(outage), str(outage.cause))
    out.print(f"took {done.events:,} events; at position {done.position:,}")


@commands.command("go-past")
def go_past(name: Name, data: Data = VAR) -> None:
    """
    Let a consumer go on past what this release cannot read at all: it is parked, one by one. For a
    release that will not come back; else deploy the one that wrote it.
    """
    platform = opened(data)
    consumer = _consumer(platform, name)
    if isinstance(consumer, Timer):
        fail(f"{name} is a timer, and reads no log", f"Its view is {consumer.view.name}.")
    feed = Feed(platform.source)
    step = take_batch(live_work(consumer, platform.source, platform.views), feed, platform.views)
    parked = 0 if step is None else step.parked
    out.print(f"parked {parked:,} events of the next batch; say it again if it stops there again")


@commands.command("skip")
def skip_parked(
    name: Name,
    position: Annotated[int, typer.Argument(help="The parked event's position in the log.")],
    why: Annotated[str, typer.Option("--why", help="The reason; it is recorded for good.")],
    data: Data = VAR,
    account: Annotated[str, typer.Option("--by", help="Who decides so.")] = "operator",
) -> None:
    """Pass over a parked event for good, and record who decided so and why."""
    platform = opened(data)
    actor = Actor(account=account, role=Role.SYSTEM_ADMINISTRATOR)
    duties.check(platform, actor)
    caller = Caller(actor, uuid4().hex, Channel.INTERNAL)
    body = {"consumer": name, "position": position, "why": why}
    request = caller.request(platform.now(), "SkipEvent", body)
    decision = Decision(position, why, request)
    done = skip(_consumer(platform, name), platform.source, platform.views, decision)
    out.print(
        f"skipped {position:,} and took {done.taken:,} with it; still parked: {done.parked:,}"
    )
