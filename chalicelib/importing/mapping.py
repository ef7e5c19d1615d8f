"""What the rows of another system's event log mean here: the mapping that an import is given."""

import codecs
import re
from datetime import timedelta, timezone, tzinfo
from functools import cached_property
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ..cases.domain.events import Desk
from ..items.domain.plan import StepKind
from ..kernel.actor import Channel, Role
from ..kernel.base import Code, Frozen, Line
from ..kernel.formats import Division, ItemCode

_KINDS = (*StepKind, *get_args(Desk))
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)


def zone(name: str) -> tzinfo:
    """An IANA time zone, or a fixed offset such as +08:00; raises ValueError."""
    offset = _OFFSET.fullmatch(name)
    if offset is None:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError, ValueError) as error:
            raise ValueError(
                f"no time zone {name!r} on this machine; an offset such as +08:00 always works"
            ) from error
    sign, hours, minutes = offset.groups()
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(ahead if sign == "+" else -ahead)


def _zone_name(name: str) -> str:
    zone(name)
    return name


def _encoding(name: str) -> str:
    try:
        "".encode(name)  # codecs.lookup alone would take rot13, which is no text encoding
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"no encoding {name!r}; utf-8 and gb18030 are two") from error


def _kind(name: str) -> str:
    if name not in _KINDS:
        raise ValueError(f"no kind of step {name!r}; there are {', '.join(_KINDS)}")
    return name


Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# A department code; {division} stands for the mapping's division.
Department = Annotated[
    str, StringConstraints(pattern=r"^(\{division\}|[A-Za-z0-9])[A-Za-z0-9._:@-]{0,57}$")
]
Kind = Annotated[str, AfterValidator(_kind)]
_ROLES = {"review": Role.REVIEWER, "parallel": Role.REVIEWER, "approve": Role.APPROVER}


class Columns(Frozen):
    """
    The columns that tell of a row. Of an XES log these are the keys of an event's attributes, and
    those of its trace behind `case:`.
    """

    case: Column
    activity: Column
    time: Column
    reference: Column | None = None
    person: Column | None = None
    group: Column | None = None
    transition: Column | None = None


class CaseColumns(Frozen):
    """The columns that tell of the case, the same in all of its rows or only in some."""

    channel: Column | None = None
    start: Column | None = None
    end: Column | None = None
    deadline: Column | None = None
    planned_end: Column | None = None  # the deadline, where none is told
    department: Column | None = None
    group: Column | None = None  # the department, where none is told
    responsible: Column | None = None


class Item(Frozen):
    """The service item that the imported cases are filed under."""

    code: ItemCode
    version: Annotated[int, Field(ge=1)] = 1
    name: Line


class Activity(Frozen):
    """What an activity of the log is; `name` in place of the log's own."""

    event: Literal["received", "step"] = "step"
    kind: Kind = "handle"
    name: Line | None = None
    role: Role | None = None

    @property
    def acting(self) -> Role:
        """The role that somebody acted in."""
        return self.role or _ROLES.get(self.kind, Role.CLERK)


class Defaults(Frozen):
    """What holds where the log says nothing."""

    person: Line | None = None
    channel: Channel | None = None
    department: Department | None = None


class Mapping(Frozen):
    """
    `source` names the log: the ids of its cases follow from it, so two logs of one system have the
    same. `time_zone` is that of times without an offset, and the one whose days are meant.
    `blank` lists values that stand for nothing. `time_format` is strptime's, for other times than
    ISO 8601. `encoding` and `delimiter` are those of a CSV file.
    """

    source: Code
    division: Division
    item: Item
    columns: Columns
    case: CaseColumns = CaseColumns()
    defaults: Defaults = Defaults()
    time_zone: Annotated[str, AfterValidator(_zone_name)] = "+08:00"
    time_format: Annotated[str, StringConstraints(min_length=2)] | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    delimiter: Annotated[str, StringConstraints(pattern=r'^[^\r\n"]$')] = ","
    blank: tuple[str, ...] = ()
    channels: Annotated[dict[str, Channel], Field(default_factory=dict)]
    departments: Annotated[dict[str, Department], Field(default_factory=dict)]
    activities: dict[str, Activity]
    unlisted_activities: Literal["refuse", "step"] = "refuse"

    @model_validator(mode="after")
    def _tells_what_every_event_needs(self) -> Self:
        if not (self.columns.person or self.defaults.person):
            raise ValueError("who did it? name columns.person or defaults.person")
        if not (self.case.channel or self.defaults.channel):
            raise ValueError("through which channel? name case.channel or defaults.channel")
        if not (self.case.department or self.case.group or self.defaults.department):
            raise ValueError(
                "which department? name case.department, case.group or defaults.department"
            )
        return self

    @cached_property
    def zone(self) -> tzinfo:
        return zone(self.time_zone)

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column that the mapping names, each once."""
        named = (*self.columns.model_dump().values(), *self.case.model_dump().values())
        return tuple(dict.fromkeys(column for column in named if column))

    @cached_property
    def time_columns(self) -> frozenset[str]:
        case = self.case
        times = (self.columns.time, case.start, case.end, case.deadline, case.planned_end)
        return frozenset(column for column in times if column)

    def activity(self, name: str) -> Activity | None:
        """None for an activity that the mapping refuses because it does not list it."""
        unlisted = Activity() if self.unlisted_activities == "step" else None
        return self.activities.get(name, unlisted)

    def code(self, department: str) -> str:
        return department.replace("{division}", self.division)
