"""`banjian consumers`: where each one is, what it parked, and what to do about that."""

from typing import Annotated
from uuid import uuid4

import typer

from ..eventlog.consumers import Consumer, all_parked, live, status
from ..eventlog.retries import Decision, retry, skip
from ..kernel.actor import Actor, Channel, Role
from ..platform import duties
from ..platform.platform import Caller, Platform
from .console import VAR, AsJson, Data, fail, opened, out, show_json, show_table, table

commands = typer.Typer(
    help="Consumers: position, lag and parked events; retry or skip what is parked.",
    invoke_without_command=True,
)
Name = Annotated[str, typer.Argument(help="The consumer's name.")]


def _consumer(platform: Platform, name: str) -> Consumer:
    from .. import bootstrap

    found = {one.name: one for one in bootstrap.consumers(platform)}
    if name not in found:
        fail(f"there is no consumer {name}", "They are: " + ", ".join(found))
    return found[name]


@commands.callback()
def overview(context: typer.Context, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Without a command: every consumer with its position, lag and parked events."""
    if context.invoked_subcommand is not None:
        return
    from .. import bootstrap

    platform = opened(data)
    found = status(bootstrap.consumers(platform), platform.source, platform.views)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    made = table("consumer", "kind", "position", "lag", "parked", "last failure")
    for one in found:
        last = one.last_failure.failure if one.last_failure else None
        said = f"{last.kind}: {last.message}" if last else ""
        made.add_row(
            one.name, one.kind, f"{one.position:,}", f"{one.lag:,}", f"{one.parked:,}", said
        )
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
def retry_parked(
    name: Name,
    stream: Annotated[str | None, typer.Option(help="Only this stream's events.")] = None,
    data: Data = VAR,
) -> None:
    """Try parked events again, in order; what still fails stays parked."""
    platform = opened(data)
    done = retry(_consumer(platform, name), platform.source, platform.views, stream)
    out.print(f"took {done.taken:,} events; still parked: {done.parked:,}")


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
