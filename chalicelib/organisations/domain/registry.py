"""
The stream `organisation-{division}`: the departments (机构) of one division, version by version.

    Unpublished -> Published

Each division has its own stream: it publishes when it likes, nobody waits for another one, and who
asks about a department reads its division and no more. A version is whole: what is not in it is no
department any more. A department that was closed stays in it with its last day, because cases of
its time name it. One person drafts a version and another publishes it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ...clock.calendar import Day
from ...kernel.actor import Identifier, same_account
from ...kernel.base import Command, Frozen, Line, Text
from ...kernel.errors import Impossible, Invalid, NotAllowed
from ...kernel.formats import Division
from ...kernel.reasons import Reason, at
from ...platform.organisations import division_of

CATEGORY = "organisation"
MOST = 1500  # a version is one commit, and DynamoDB keeps 400 KB of one
Version = Annotated[int, Field(ge=1)]


class RegisteredDepartment(Frozen):
    """
    机构: `parent` is the code of the department that it belongs to; at a `counter` (窗口) people
    are seen in person. It is valid from and until those days, both included, or for ever.
    """

    code: Identifier
    name: Line
    name_en: Line
    parent: Identifier | None = None
    counter: bool = False
    valid_from: Day | None = None
    valid_until: Day | None = None


Departments = Annotated[tuple[RegisteredDepartment, ...], Field(min_length=1, max_length=MOST)]


class OrganisationsPublished(Frozen):
    """发布机构目录: a version of the division's departments came out; `version` counts from 1."""

    type: Literal["OrganisationsPublished"] = "OrganisationsPublished"
    version: Version
    division: Division
    departments: Departments
    drafted_by: Identifier
    note: Text | None = None


Event = OrganisationsPublished
EVENTS: tuple[type[Frozen], ...] = (OrganisationsPublished,)


# State


class Unpublished(Frozen):
    """Its codes are taken as they come."""


class Published(Frozen):
    version: Version
    division: Division
    departments: Departments


State = Unpublished | Published
initial: State = Unpublished()


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case OrganisationsPublished():
            if isinstance(state, Published) and state.division != event.division:
                raise Impossible(state, event)
            return Published(
                version=event.version, division=event.division, departments=event.departments
            )
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# Commands


class PublishOrganisations(Command):
    division: Division
    departments: Departments
    drafted_by: Identifier
    note: Text | None = None


def decide(command: PublishOrganisations, state: State) -> list[Event]:
    """What is published already yields no events. Raises NotAllowed, Invalid."""
    match command:
        case PublishOrganisations():
            return _publish(command, state)
        case _:
            assert_never(command)


def _publish(command: PublishOrganisations, state: State) -> list[Event]:
    if same_account(command.drafted_by, command.by.account):
        raise NotAllowed(
            "organisations-take-two",
            "{account} drafted it: somebody else looks at it and publishes it",
            account=command.drafted_by,
        )
    if isinstance(state, Published) and state.departments == command.departments:
        return []
    wrong = tuple(misfits(command.division, command.departments))
    if wrong:
        raise Invalid("organisations-not-publishable", "{wrong:;}", wrong=wrong)
    published = 0 if isinstance(state, Unpublished) else state.version
    told = command.model_dump(include={"division", "departments", "drafted_by", "note"})
    return [OrganisationsPublished(version=published + 1, **told)]


# What keeps a version from being published


def misfits(division: str, departments: Iterable[RegisteredDepartment]) -> Iterator[Reason]:
    """Each with the code of the department that it concerns."""
    every = tuple(departments)
    for code, times in Counter(one.code for one in every).items():
        if times > 1:
            yield at(code, Reason("department-twice", "is there twice"))
    by_code = {one.code: one for one in every}
    for one in every:
        for why in _wrong(one, division, by_code):
            yield at(one.code, why)


def _wrong(
    one: RegisteredDepartment, division: str, by_code: Mapping[str, RegisteredDepartment]
) -> Iterator[Reason]:
    if division_of(one.code) not in {None, division}:
        # So a code is of one division alone, and who has the code knows whose registry to ask.
        yield Reason(
            "department-of-another-division",
            "begins with the code of another division than {division}",
            division=division,
        )
    if one.valid_from and one.valid_until and one.valid_until < one.valid_from:
        yield Reason("department-ends-early", "ends before it begins")
    if one.parent is not None and one.parent not in by_code:
        yield Reason(
            "department-parent-unknown",
            "has a parent, {parent}, that is not there",
            parent=one.parent,
        )
    elif _circles(one, by_code):
        yield Reason("department-parent-circle", "is among its own parents")


def _circles(one: RegisteredDepartment, by_code: Mapping[str, RegisteredDepartment]) -> bool:
    seen: set[str] = set()
    above = one.parent
    while above is not None and above in by_code and above not in seen:
        if above == one.code:
            return True
        seen.add(above)
        above = by_code[above].parent
    return False
