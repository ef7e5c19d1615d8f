"""
Which departments a division has by what happened so far: those that items, cases and imports name,
and those that somebody acted for. It is a first draft of the registry, for people to complete.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...eventlog.envelope import Recorded
from ...kernel.actor import DEPARTMENT_STAFF, Channel, Role
from ...platform.organisations import division_of
from ..domain.registry import RegisteredDepartment

# What an event calls a department's code. `department_name` is its name, beside `department`.
FIELDS = frozenset({"department", "from_department", "to_department", "intake"})


class Seen(NamedTuple):
    """A code, the division that it was met with, its name if told, and whether it has a window."""

    code: str
    division: str | None
    name: str | None = None
    counter: bool = False


def drafted(events: Iterable[Recorded], division: str) -> tuple[RegisteredDepartment, ...]:
    """By code; the code stands for the names that nobody has told."""
    names: dict[str, str] = {}
    counters: set[str] = set()
    for one in (seen for event in events for seen in named(event) if _is_of(seen, division)):
        code = one.code.partition(".")[0]  # a section counts as its department
        names[code] = one.name or names.get(code, code)
        if one.counter:
            counters.add(code)
    return tuple(
        RegisteredDepartment(code=code, name=name, name_en=code, counter=code in counters)
        for code, name in sorted(names.items())
    )


def _is_of(seen: Seen, division: str) -> bool:
    return (division_of(seen.code) or seen.division) == division


def named(event: Recorded) -> Iterator[Seen]:
    """Every department that the event names, wherever in it."""
    actor = event.actor
    if actor.department is not None and actor.role in DEPARTMENT_STAFF:
        window = actor.role is Role.CLERK and event.channel is Channel.WINDOW
        yield Seen(actor.department, actor.division, counter=window)
    yield from _in(event.data.model_dump(mode="json"), actor.division)


def _in(value: Any, division: str | None) -> Iterator[Seen]:
    if isinstance(value, list):
        for one in value:
            yield from _in(one, division)
    elif isinstance(value, dict):
        within = _text(value, "division") or division
        for field in sorted(FIELDS & value.keys()):
            code = _text(value, field)
            if code is not None:
                its = _text(value, field.replace("department", "division")) or within
                name = _text(value, "department_name") if field == "department" else None
                yield Seen(code, its, name, counter=field == "intake")
        for one in value.values():
            yield from _in(one, within)


def _text(value: dict[str, Any], field: str) -> str | None:
    found = value.get(field)
    return found if isinstance(found, str) else None
