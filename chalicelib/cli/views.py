"""`banjian views`: list, rebuild and check the read models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ..eventlog.consumers import status
from ..eventlog.feed import Feed
from ..eventlog.rebuilding.checking import check
from ..eventlog.rebuilding.rebuilds import rebuild
from ..eventlog.views.port import Projection
from ..platform.platform import Platform
from .console import VAR, AsJson, Data, fail, on_aws, opened, out, progress_bar, show_json, table

commands = typer.Typer(no_args_is_help=True, help="List, rebuild and check the views.")
Name = Annotated[str, typer.Argument(help="A view's name, or `all`.")]


@dataclass(frozen=True)
class Named:
    platform: Platform
    views: list[Projection]


def _named(platform: Platform, name: str) -> Named:
    from .. import bootstrap

    found = [one for one in bootstrap.consumers(platform) if isinstance(one, Projection)]
    chosen = [one for one in found if name in ("all", one.name)]
    if not chosen:
        names = ", ".join(one.name for one in found)
        fail(f"there is no view {name}", f"The views are: {names}; or say `all`.")
    return Named(platform, chosen)


@commands.command("list")
def list_views(data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Each view: how far it has come, what it parked, whether it waits for a rebuild."""
    named = _named(opened(data), "all")
    found = status(named.views, named.platform.source, named.platform.views)
    if as_json:
        show_json([one._asdict() for one in found])
        return
    made = table("view", "position", "lag", "parked", "state")
    for one in found:
        state = "waits for a rebuild" if one.stale else "current" if not one.lag else "behind"
        made.add_row(one.name, f"{one.position:,}", f"{one.lag:,}", f"{one.parked:,}", state)
    out.print(made)


@commands.command("rebuild")
def rebuild_view(name: Name, data: Data = VAR) -> None:
    """Build views anew, on all processors, beside the live ones; swap once they are as far."""
    named = _named(opened(data), name)
    if on_aws(data):
        _send_for(named)
        return
    from ..serving.rebuild_crew import crew

    platform = named.platform
    with progress_bar() as bar:
        task = bar.add_task("rebuilding", total=platform.log.head())
        rebuild(
            named.views,
            Feed(platform.source),
            platform.views,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            crew=crew(data),
        )
    head = platform.log.head()
    out.print(f"rebuilt {', '.join(one.name for one in named.views)} from {head:,} events")


def _send_for(named: Named) -> None:
    """On AWS many functions share the work; a queue hands it out."""
    from .. import bootstrap
    from ..triggers import rebuilding

    for one in named.views:
        bootstrap.send_rebuild(rebuilding.begin(one))
    out.print(
        f"{', '.join(one.name for one in named.views)}: the rebuild is under way. "
        "The live view serves until it is done."
    )


@commands.command("check")
def check_view(name: Name = "all", data: Data = VAR, *, as_json: AsJson = False) -> None:
    """
    Fold the log anew and compare rows, their places and what is parked: exit 1 and name them if a
    live view differs.
    """
    named = _named(opened(data), name)
    wrong = _checked(named, None if on_aws(data) else data, hidden=as_json)
    if as_json:
        show_json(wrong)
    for view, keys in wrong.items() if not as_json else ():
        verdict = f"[red]{len(keys):,} differ[/]: {', '.join(keys[:5])}" if keys else "equal"
        out.print(f"{view}: {verdict}", soft_wrap=True)
    if any(wrong.values()):
        if not as_json:
            out.print(f"Build them anew: banjian views rebuild {name}")
        raise typer.Exit(1)


def _checked(named: Named, data: Path | None, *, hidden: bool) -> Mapping[str, Sequence[str]]:
    from ..serving.rebuild_crew import crew

    platform = named.platform
    with progress_bar(hidden=hidden) as bar:
        task = bar.add_task("building beside", total=platform.log.head())
        return check(
            named.views,
            Feed(platform.source),
            platform.views,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            crew=None if data is None else crew(data),
        )
