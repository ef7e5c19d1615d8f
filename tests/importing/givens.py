"""A small log of another system, as the tests of imports need it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.cases import domain as case
from chalicelib.eventlog.codec import codec, decode
from chalicelib.eventlog.envelope import Recorded
from chalicelib.importing.cases import CaseLog, Refused, read_case
from chalicelib.importing.mapping import Mapping
from chalicelib.importing.rows import LogRow, Origin

from ..logs import streams

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CODEC = codec(case.EVENTS)
ORIGIN = Origin("log.csv", NOW)

COLUMNS = {
    "case": "case:id",
    "activity": "concept:name",
    "time": "time:timestamp",
    "reference": "concept:instance",
    "person": "org:resource",
    "group": "org:group",
    "transition": "lifecycle:transition",
}
CASE = {
    "channel": "case:channel",
    "start": "case:start",
    "end": "case:end",
    "deadline": "case:deadline",
    "planned_end": "case:planned",
    "department": "case:department",
    "group": "case:group",
    "responsible": "case:responsible",
}
TOLD: dict[str, Any] = {
    "source": "old-system",
    "division": "449900",
    "item": {"code": "old-permit", "name": "旧系统的许可"},
    "columns": COLUMNS,
    "case": CASE,
    "blank": ["EMPTY"],
    "channels": {"Desk": "window", "Internet": "web"},
    "departments": {"General": "{division}-general", "Group 1": "{division}-group-1"},
    "activities": {
        "Received": {"event": "received"},
        "Check": {"kind": "review", "name": "核对"},
        "Decide": {"kind": "approve"},
        "Print": {"kind": "delivery"},
    },
}


def mapping(**otherwise: Any) -> Mapping:
    return Mapping.model_validate({**TOLD, **otherwise})


def without(section: str, *names: str) -> dict[str, Any]:
    """A section of the mapping that does not name these columns."""
    return {section: {name: of for name, of in TOLD[section].items() if name not in names}}


def values(case: str = "k-1", hour: int = 9, **otherwise: str) -> dict[str, str]:
    """A row of case `k-1`, a check by Li at `hour`; `case_end` stands for `case:end`."""
    row = {
        "case:id": case,
        "concept:name": "Check",
        "time:timestamp": f"2026-02-10 {hour:02d}:00:00+08:00",
        "concept:instance": f"t-{hour}",
        "org:resource": "Li",
        "org:group": "Group 1",
        "lifecycle:transition": "complete",
        "case:channel": "Desk",
        "case:start": "2026-02-10 08:30:00+08:00",
        "case:end": "",
        "case:deadline": "2026-03-10 17:00:00+08:00",
        "case:planned": "",
        "case:department": "General",
        "case:group": "",
        "case:responsible": "Wang",
    }
    for name, text in otherwise.items():
        column = (
            name.replace("_", ":", 1)
            if name.replace("_", ":", 1) in row
            else {
                "activity": "concept:name",
                "at": "time:timestamp",
                "reference": "concept:instance",
                "person": "org:resource",
                "group": "org:group",
                "transition": "lifecycle:transition",
            }[name]
        )
        row[column] = text
    return row


def rows(*told: dict[str, str]) -> list[LogRow]:
    """As a file has them below its first line."""
    return [LogRow(line, one) for line, one in enumerate(told, start=2)]


def read(*told: dict[str, str], by: Mapping | None = None) -> CaseLog:
    log = read_case(by or mapping(), told[0]["case:id"], rows(*told), ORIGIN)
    assert isinstance(log, CaseLog), log
    return log


def refused(*told: dict[str, str], by: Mapping | None = None) -> list[tuple[int, str]]:
    """The lines and reasons for which the case is refused."""
    log = read_case(by or mapping(), told[0]["case:id"], rows(*told), ORIGIN)
    assert isinstance(log, Refused), log
    return [(problem.line, problem.reason) for problem in log.problems]


def into(store: Any) -> Any:
    return SimpleNamespace(store=store, codec=CODEC, now=lambda: NOW)


def stored(store: SqliteStore, stream: str) -> list[Recorded]:
    return [event for commit in store.load(stream).commits for event in decode(CODEC, commit)]


def everything(store: SqliteStore) -> dict[str, list[tuple[Any, ...]]]:
    """Every case with all that its events tell, but for when and by which run they were stored."""
    return {
        stream: [
            (one.version, one.occurred_at.isoformat(), one.actor, one.channel, one.source, one.data)
            for one in stored(store, stream)
        ]
        for stream in streams(store, "case-")
    }


def as_csv(told: Sequence[dict[str, str]]) -> str:
    lines = [",".join(told[0]), *(",".join(one.values()) for one in told)]
    return "".join(f"{line}\n" for line in lines)


def write(path: Path, told: Sequence[dict[str, str]]) -> Path:
    path.write_text(as_csv(told), encoding="utf-8")
    return path
