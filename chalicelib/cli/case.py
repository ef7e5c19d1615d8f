"""`banjian case`: what an auditor or operator looks at, straight from the stream."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from ..cases import domain as case
from ..cases.application import cases
from ..cases.application import file as case_file
from ..cases.domain import due as ledger
from ..cases.domain.events import MistakeCorrected
from ..cases.domain.state import Absent, Drafted, Lodged, State, handling_of
from ..cases.projections import case_numbers
from ..clock.calendar import LEGAL_ZONE, Calendar, legal_day
from ..eventlog.codec import events
from ..eventlog.envelope import Recorded
from ..eventlog.ports import Damaged, History, verify
from ..kernel.errors import Impossible
from ..platform.platform import Platform
from .console import VAR, AsJson, Data, fail, opened, out, show_json, table

commands = typer.Typer(no_args_is_help=True, help="Show, list and replay the events of a case.")
Which = Annotated[str, typer.Argument(help="A case number, or the id of a case.")]
When = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]),
]
# Not the `operator` of the commands that change something: one person has one duty (三员).


def _history(platform: Platform, which: str) -> History:
    found = platform.views.get(case_numbers.NAME, which)
    history = platform.store.load(cases.stream(found["case_id"] if found else which))
    if not history.commits:
        fail(
            f"there is no case {which}",
            "A number is found once the views have caught up (`banjian views list`); an id always.",
        )
    return history


@commands.command("show")
def show(
    which: Which,
    data: Data = VAR,
    language: Annotated[str, typer.Option(help="zh-CN or en.")] = "zh-CN",
    *,
    as_json: AsJson = False,
) -> None:
    """The case as it is now, and its due date line by line."""
    platform = opened(data)
    history = _history(platform, which)
    recorded = list(events(platform.codec, history.commits))
    state = case.fold(one.data for one in recorded)  # type: ignore[misc]
    today = legal_day(platform.now())
    told = case_file.Told(today, language, mask=False, rated=True)
    described = case_file.describe(state, told, platform.calendar())
    if as_json:
        show_json({**described, "version": history.version})
        return
    _show(described, history)


def _show(described: dict[str, Any], history: History) -> None:
    number = described.get("number") or described.get("reference") or described["case_id"]
    out.print(f"[bold]{number}[/]  {described['state']}  {escape(described['item']['name'])}")
    chain = _chain(history)
    out.print(f"version {history.version}, {len(history.commits)} commits, hash chain {chain}")
    steps = table("step", "department", "handler", "outcome", "opinion")
    for step in described.get("steps", ()):
        handler, outcome = step.get("handler") or "—", step.get("outcome") or "open"
        steps.add_row(
            step["name"], step["department"], handler, outcome, escape(step.get("opinion") or "")
        )
    out.print(steps)
    clock = described.get("clock") or {}
    for which in ("statutory", "promised", "delivery"):
        if clock.get(which):
            late = "  [red]late[/]" if clock[which]["late"] else ""
            out.print(f"[bold]{which}[/] due {clock[which]['due'] or '(the clock stands)'}{late}")
            for line in clock[which]["lines"]:
                out.print(f"  {escape(line)}", soft_wrap=True)
    for document in described.get("documents", ()):
        out.print(f"document {document['number']}  {document['on']}")


def _chain(history: History) -> str:
    try:
        verify(history)
    except Damaged as error:
        return f"[red]broken: {error}[/]"
    return "[green]whole[/]"


@commands.command("events")
def list_events(which: Which, data: Data = VAR, *, as_json: AsJson = False) -> None:
    """Every event, with who, when it happened, when it was recorded, and where it came from."""
    platform = opened(data)
    recorded = list(events(platform.codec, _history(platform, which).commits))
    if as_json:
        show_json([case_file.event(one, mask=False) for one in recorded])
        return
    made = table("v", "event", "happened", "recorded", "who", "channel", "data")
    for one in recorded:
        made.add_row(
            str(one.version),
            one.type,
            _time(one.occurred_at),
            _time(one.recorded_at),
            f"{one.actor.account} ({one.actor.role})",
            one.channel,
            escape(one.data.model_dump_json(exclude={"type"}, exclude_none=True)[:160]),
        )
    out.print(made)


def _time(at: datetime) -> str:
    return f"{at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S}"


@commands.command("replay")
def replay(  # noqa: PLR0913 - one parameter an option
    which: Which,
    data: Data = VAR,
    until: Annotated[int | None, typer.Option(help="Stop after this version.")] = None,
    as_recorded_at: When = None,
    as_happened_at: When = None,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Fold the case event by event. `--as-recorded-at T` replays what was known at T;
    `--as-happened-at T` what had happened by T, with later corrections.
    """
    platform = opened(data)
    recorded = [
        one
        for one in events(platform.codec, _history(platform, which).commits)
        if _within(one, until, as_recorded_at, as_happened_at)
    ]
    rows, state = [], case.initial
    for one in recorded:
        state = _after(state, one)
        rows.append(_replayed(platform, one, state))
    if as_json:
        show_json(rows)
        return
    made = table("v", "event", "happened", "who", "state", "due", "open steps")
    for row in rows:
        made.add_row(*(escape(str(value)) for value in row.values()))
    out.print(made if rows else "Nothing had happened, or was known, by then.")


def _within(
    one: Recorded, until: int | None, recorded_at: datetime | None, happened_at: datetime | None
) -> bool:
    corrects = isinstance(one.data, MistakeCorrected)
    return (
        (until is None or one.version <= until)
        and (recorded_at is None or one.recorded_at <= _aware(recorded_at))
        and (happened_at is None or corrects or one.occurred_at <= _aware(happened_at))
    )


def _after(state: State, one: Recorded) -> State:
    if isinstance(one.data, MistakeCorrected) and isinstance(state, Absent | Drafted):
        return state  # what it corrects had not happened by then
    try:
        return case.evolve(state, one.data)  # type: ignore[arg-type]  # a case's stream
    except Impossible as error:
        fail(f"by then event {one.version} had happened, and what it follows had not: {error}")


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=LEGAL_ZONE)


def _replayed(platform: Platform, one: Recorded, state: State) -> dict[str, Any]:
    due, waiting = "", ""
    if isinstance(state, Lodged):
        due = _due(state, platform.calendar())
        waiting = ", ".join(step.id for step in state.application.open)
    return {
        "version": one.version,
        "event": one.type,
        "happened": _time(one.occurred_at),
        "who": f"{one.actor.account} ({one.actor.role})",
        "state": case_file.name(state),
        "due": due,
        "open": waiting,
    }


def _due(state: Lodged, calendar: Calendar) -> str:
    handling = handling_of(state)
    if handling is None:
        return ""
    return str(ledger.last_day(handling, state.application.plan.statutory, calendar) or "")
