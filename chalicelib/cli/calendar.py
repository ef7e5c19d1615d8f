"""`banjian calendar`: which years the calendar of working days covers; enter another one."""

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer
import yaml
from pydantic import ValidationError

from ..clock.calendar import CalendarYear
from ..eventlog.feed import Feed
from ..eventlog.rebuilding.rebuilds import rebuild
from ..eventlog.views.port import Projection
from ..kernel.actor import Actor, Channel, Role
from ..platform import calendars, duties
from ..platform.platform import Caller, Platform
from .console import VAR, AsJson, Data, fail, on_aws, opened, out, progress_bar, show_json, table

commands = typer.Typer(no_args_is_help=True, help="The official calendar of working days.")


@commands.command("show")
def show(data: Data = VAR, *, as_json: AsJson = False) -> None:
    """The years that are published, with their source."""
    calendar = opened(data).calendar()
    if as_json:
        show_json([year.model_dump(mode="json") for year in calendar.years])
        return
    made = table("year", "days off", "worked weekend days", "source")
    for year in calendar.years:
        holidays, workdays = len(year.holidays), len(year.workdays)
        made.add_row(str(year.year), str(holidays), str(workdays), year.source)
    out.print(made)
    out.print(f"published through {calendar.published_through}; beyond, due dates are provisional")


@commands.command("import")
def import_year(
    file: Annotated[Path, typer.Argument(help="YAML or JSON, as docs/clock.md describes it.")],
    data: Data = VAR,
    account: Annotated[str, typer.Option("--by", help="Who enters it.")] = "operator",
) -> None:
    """Enter a year's official notice; every list is reckoned anew with it."""
    from .. import bootstrap

    platform = opened(data)
    year = _read(file)
    actor = Actor(account=account, role=Role.SYSTEM_ADMINISTRATOR)
    duties.check(platform, actor)
    caller = Caller(actor, uuid4().hex, Channel.INTERNAL)
    before = platform.calendar()
    calendar = calendars.publish(platform, caller, year).state
    if calendar == before:
        out.print(f"{year.year} is published so already; nothing changed")
        return
    if on_aws(data):
        out.print(f"published {year.year}; the lists are reckoned anew within minutes")
        return
    views = [
        one
        for one in bootstrap.consumers(platform, calendar)
        if isinstance(one, Projection) and _is_stale(platform, one)
    ]
    with progress_bar() as bar:
        task = bar.add_task("reckoning lists anew", total=None)
        rebuild(
            views,
            Feed(platform.source),
            platform.views,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    through = calendar.published_through
    out.print(f"published {year.year}; the calendar now holds through {through}")


def _is_stale(platform: Platform, one: Projection) -> bool:
    live = platform.views.live(one.name)
    return live is None or live.signature != one.signature


def _read(file: Path) -> CalendarYear:
    try:
        return CalendarYear.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        fail(f"{file} cannot be read: {error}")
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])) or file.name}: {e['msg']}" for e in error.errors()]
        told = "\n  ".join((f"{file} is no calendar year", *lines))
        fail(told, "docs/clock.md has an example.")
