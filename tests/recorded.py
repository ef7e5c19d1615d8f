"""The log that commands make, and the rows that a projection makes of it."""

from collections.abc import Iterable, Iterator

from pydantic_core import from_json, to_json

from chalicelib.cases import domain as case
from chalicelib.cases.domain.state import State
from chalicelib.eventlog.envelope import Recorded
from chalicelib.eventlog.views.port import Entry, Projection, Row
from chalicelib.kernel.actor import Actor
from chalicelib.kernel.base import Frozen

from .cases.domain import givens as g
from .cases.domain.walks import Turn

Rows = dict[str, Row]


def recorded(command: case.CaseCommand, event: Frozen, version: int, stream: str) -> Recorded:
    return Recorded(
        stream,
        version,
        version,
        type(event).__name__,
        1,
        command.at,
        command.at,
        command.by,
        command.channel,
        "command",
        "request",
        None,
        event,
    )


def log(*commands: case.CaseCommand, case_id: str = "c1") -> list[Recorded]:
    """What is recorded when all of this is said of a case; each must have an effect."""
    state: State = case.initial
    events: list[Recorded] = []
    for command in commands:
        decided = g.decide(command, state)
        assert decided, f"{type(command).__name__} changed nothing"
        state = case.fold(decided, state)
        for event in decided:
            events.append(recorded(command, event, len(events) + 1, f"case-{case_id}"))
    return events


def and_then(before: list[Recorded], *events: Frozen, by: Actor = g.APPLICANT) -> list[Recorded]:
    """What is recorded where the release before went on."""
    last = before[-1]
    again = last._replace(actor=by)
    return [
        *before,
        *(
            again._replace(version=n, position=n, type=type(one).__name__, data=one)
            for n, one in enumerate(events, start=last.version + 1)
        ),
    ]


def logged(turns: Iterable[Turn]) -> list[Recorded]:
    facts = [(turn.command, event) for turn in turns for event in turn.events]
    return [recorded(told, event, n, "case-c1") for n, (told, event) in enumerate(facts, start=1)]


def rows(projection: Projection, events: Iterable[Recorded]) -> Rows:
    made: Rows = {}
    for event in events:
        step(projection, made, event)
    return made


def step(projection: Projection, made: Rows, event: Recorded) -> None:
    """One event into its row, as storage would give it back."""
    key = projection.key(event)
    if key is None:
        return
    row = projection.evolve(made.get(key), event)
    if row is None:
        made.pop(key, None)
    else:
        made[key] = from_json(to_json(row))


def listed(projection: Projection, made: Rows, index: str, partition: str) -> list[str]:
    """The keys in a partition, in order."""
    places = sorted(
        (entry.sort, key)
        for key, row in made.items()
        for entry in projection.entries(row)
        if (entry.index, entry.partition) == (index, partition)
    )
    return [key for _, key in places]


def places(projection: Projection, made: Rows) -> Iterator[Entry]:
    for row in made.values():
        yield from projection.entries(row)
