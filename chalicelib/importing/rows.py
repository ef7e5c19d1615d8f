"""What one row of an event log says, or why it says nothing that can be imported."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Values
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import NamedTuple

from pydantic import ValidationError

from ..cases.domain.events import StepRecorded, SubmissionReceived
from ..eventlog.envelope import Circumstances, Happened
from ..kernel.actor import Actor, Channel
from ..platform.platform import SKEW
from .mapping import Activity, Mapping

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}", re.ASCII)
_UNFIT = re.compile(r"[^A-Za-z0-9._:@-]+", re.ASCII)
_SHOWN = 80
# 1927 to 2146: what is shorter or longer is no serial date of a spreadsheet.
_SERIAL = re.compile(r"[1-8][0-9]{4}(?:\.[0-9]+)?", re.ASCII)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no time zones


class LogRow(NamedTuple):
    """
    A row of a log as it was read: `line` counts from 1, `values` holds what the named columns say.

    A row that cannot be read has a `problem` instead, and `mentions` every text in it that may be
    the reference of its case.
    """

    line: int
    values: Values[str, str]
    problem: str | None = None
    mentions: tuple[str, ...] = ()


class Unmappable(ValueError):
    """The row says something that the mapping has no place for; the message says what."""


class Origin(NamedTuple):
    """Where a case's rows come from: the file's name, and the moment that must not lie ahead."""

    file: str
    now: datetime

    def at(self, line: int, key: str) -> str:
        return f"{self.name}#{line} {key}"

    @property
    def name(self) -> str:
        """The file's name, without what ends it in `at`: `key_of` reads that back."""
        return re.sub(r"[#\x00-\x1f\x7f]", "_", self.file)


def key_of(source: str) -> str:
    """The row's own key in the `source` of the event that it became."""
    return source.partition("#")[2].partition(" ")[2]


class Case(NamedTuple):
    """What the rows of a case need to know of it."""

    reference: str
    department: str
    channel: Channel


class ImportedRow(NamedTuple):
    """A row that became an event. `key` names the row among those of its case, in any file."""

    key: str
    line: int
    happened: Happened

    @property
    def occurred_at(self) -> datetime:
        return self.happened.circumstances.occurred_at


class Done(NamedTuple):
    """
    A row in our words, before anything is known of its case. It is the `nth` row of its case that
    says this; `started` is when the log says that it was begun.
    """

    line: int
    activity: str
    means: Activity
    at: datetime
    person: str
    group: str | None
    reference: str | None
    nth: int = 1
    started: datetime | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """What makes two rows the same, however and wherever they are written."""
        return (self.activity, _utc(self.at), self.person, self.group or "")

    @property
    def key(self) -> str:
        """The row's reference, or a digest of the row and which of its like it is."""
        like = () if self.nth == 1 else (f"#{self.nth}",)
        return self.reference or f"row-{digest(*self.facts, *like)[:24]}"


def digest(*parts: str) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def shown(text: str) -> str:
    """`text` as a message may quote it."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def value(mapping: Mapping, row: LogRow, column: str | None) -> str | None:
    """What the row says in `column`; None if that is nothing."""
    text = row.values.get(column, "").strip() if column else ""
    return None if not text or text in mapping.blank else text


def identifier(text: str) -> str:
    """`text` if it can name an account or a step, else what can, different for different texts."""
    if _IDENTIFIER.fullmatch(text):
        return text
    readable = _UNFIT.sub("-", text).strip("._:@-")[:40]
    return "-".join(filter(None, (readable, digest(text)[:12])))


def done(mapping: Mapping, row: LogRow, now: datetime) -> Done:
    """Raises Unmappable."""
    if row.problem is not None:
        raise Unmappable(row.problem)
    columns = mapping.columns
    activity = _required(mapping, row, columns.activity)
    means = mapping.activity(activity)
    if means is None:
        raise Unmappable(f"activity {shown(activity)} is not in the mapping's activities")
    at = past(time(mapping, columns.time, _required(mapping, row, columns.time)), now)
    person = value(mapping, row, columns.person) or mapping.defaults.person
    if person is None:
        raise Unmappable(f"{columns.person} names nobody, and the mapping has no defaults.person")
    group = value(mapping, row, columns.group)
    reference = value(mapping, row, columns.reference)
    return Done(row.line, activity, means, at, person, group, reference)


def _required(mapping: Mapping, row: LogRow, column: str) -> str:
    text = value(mapping, row, column)
    if text is None:
        raise Unmappable(f"{column} is empty")
    return text


def time(mapping: Mapping, column: str, text: str) -> datetime:
    """The instant, with the offset that it was written with. Raises Unmappable."""
    try:
        if mapping.time_format is not None:
            at = datetime.strptime(text, mapping.time_format)  # noqa: DTZ007 - next but three
        elif _SERIAL.fullmatch(text):
            at = from_serial(float(text))
        else:
            at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=mapping.zone)
        offset = at.utcoffset()
        at.astimezone(UTC)  # the first and last day of the calendar have no room for it
    except (ValueError, OverflowError) as error:
        written = f" as {mapping.time_format}" if mapping.time_format else ""
        raise Unmappable(f"{column}: {shown(text)} is no time{written}") from error
    return at.replace(tzinfo=timezone(offset) if offset else UTC)


def from_serial(days: float) -> datetime:
    """
    The time that a spreadsheet keeps as days since 1899-12-30 (ECMA-376, 18.17.4.1), to the second.
    """
    return _EPOCH + timedelta(seconds=round(days * 86_400))


def past(at: datetime, now: datetime) -> datetime:
    """`at`, unless it lies in the future; raises Unmappable."""
    if at > now + SKEW:
        raise Unmappable(f"{at.isoformat()} lies in the future")
    return at


def department(mapping: Mapping, group: str) -> str:
    """The code of a group or department of the log; raises Unmappable."""
    code = mapping.departments.get(group)
    if code is None:
        raise Unmappable(f"group {shown(group)} is not in the mapping's departments")
    return mapping.code(code)


def told(
    mapping: Mapping, case: Case, row: Done, origin: Origin, before: datetime | None = None
) -> ImportedRow:
    """The event that the row is, of which the step `before` ended then; raises Unmappable."""
    where = department(mapping, row.group) if row.group else case.department
    try:
        actor = Actor(
            account=identifier(row.person),
            role=row.means.acting,
            department=where,
            division=mapping.division,
        )
        event = _event(mapping, case, row, where, before)
    except ValidationError as error:
        raise Unmappable(unfit(error)) from error
    source = origin.at(row.line, row.key)
    return ImportedRow(
        row.key, row.line, Happened(event, Circumstances(row.at, actor, case.channel, source))
    )


def _event(
    mapping: Mapping, case: Case, row: Done, where: str, before: datetime | None
) -> SubmissionReceived | StepRecorded:
    if row.means.event == "received":
        return SubmissionReceived(on=row.at.astimezone(mapping.zone).date())
    return StepRecorded.model_validate(
        {
            "step": identifier(row.key),
            "item": mapping.item.code,
            "number": case.reference,
            "name": row.means.name or row.activity,
            "kind": row.means.kind,
            "department": where,
            "division": mapping.division,
            "handler": row.person,
            "previous_ended_at": before,
            "started_at": row.started,
        }
    )


def unfit(error: ValidationError) -> str:
    """What does not fit, in one line."""
    return "; ".join(f"{_path(one['loc'])}: {one['msg']}" for one in error.errors())


def _path(loc: Iterable[int | str]) -> str:
    return ".".join(map(str, loc))
