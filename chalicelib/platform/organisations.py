"""
Which departments (机构) there are, as their divisions have published them: the port, and what every
use asks of it.

Whoever names a department asks `check`. A division that has published its registry answers for its
codes: one that is not in it, or not valid on that day, is refused. Until it has, any code is taken,
with a warning in the log, once a process.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple, Protocol

from ..kernel.actor import Actor
from ..kernel.errors import NotAllowed

# Codes that a process has warned of; beyond them it is silent rather than grow for ever.
WARNED_OF: Final = 10_000
_PREFIXED: Final = re.compile(r"([1-9][0-9]{5})-.", re.ASCII)

log = logging.getLogger(__name__)


class Department(NamedTuple):
    """`valid_from` and `valid_until`, both included, are None where nobody said."""

    code: str
    name: str
    name_en: str
    division: str
    parent: str | None = None
    counter: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def valid(self, on: date) -> bool:
        return (self.valid_from or on) <= on <= (self.valid_until or on)


Registered = Mapping[str, Department]


class Organisations(Protocol):
    def registered(self, division: str) -> Registered | None:
        """What the division published last, by code; None until it has. Raises StoreError."""

    def forget(self, division: str) -> None:
        """It was published just now: read it again before it is due."""


class NoOrganisations:
    """No division has published any."""

    def registered(self, division: str) -> Registered | None:  # noqa: ARG002 - the port's
        return None

    def forget(self, division: str) -> None:
        """There is nothing to forget."""


class HasOrganisations(Protocol):
    @property
    def organisations(self) -> Organisations: ...


class UnknownDepartment(NotAllowed):
    """The division has published its departments, and this is none of them on that day."""


def division_of(code: str) -> str | None:
    """The division that a code begins with, as 440800-civil does; not every code does."""
    found = _PREFIXED.match(code)
    return found[1] if found else None


def check(
    platform: HasOrganisations, code: str, on: date, division: str | None = None
) -> Department | None:
    """
    The department of that code, on that day, in the `division` that was said for it and in the one
    that its code begins with; None while these have published nothing. Raises UnknownDepartment.
    """
    found = None
    for each in dict.fromkeys((division, division_of(code))):
        registered = None if each is None else platform.organisations.registered(each)
        if registered is not None:
            found = _registered(registered, code, on, str(each))
    if found is None:
        _warn(code)
    elif division not in {None, found.division}:
        raise UnknownDepartment(
            "department-in-another-division",
            "{department} is a department of {its}, and not of {division}",
            department=code,
            its=found.division,
            division=division,
        )
    return found


def _registered(registered: Registered, code: str, on: date, division: str) -> Department:
    found = nearest(registered, code)
    if found is None:
        raise UnknownDepartment(
            "department-not-registered",
            "{department} is no department that {division} has published",
            department=code,
            division=division,
        )
    if not found.valid(on):
        raise UnknownDepartment(
            "department-not-valid",
            "{department} is in the registry of {division}, but not valid on {on}",
            department=code,
            division=division,
            on=on,
        )
    return found


def nearest(registered: Registered, code: str) -> Department | None:
    """
    Its own entry, or else that of the department that it is a section (科室) of: a section has the
    code of its department, a dot and more, and need not be registered apart.
    """
    return next((registered[one] for one in _upwards(code) if one in registered), None)


def _upwards(code: str) -> Iterator[str]:
    while code:
        yield code
        code = code.rpartition(".")[0]


def belongs(registered: Registered, code: str, to: str) -> bool:
    """Whether a department is `to`, a section of it, or below it by its registered parents."""
    seen: set[str] = set()
    while True:
        if to in _upwards(code):
            return True
        its = nearest(registered, code)
        if its is None or its.parent is None or its.code in seen:
            return False
        seen.add(its.code)
        code = its.parent


_warned: set[str] = set()


def _warn(code: str) -> None:
    if code in _warned or len(_warned) >= WARNED_OF:
        return
    _warned.add(code)
    log.warning("department %s is taken as it is: its division has published none", code)


# Who signs in


def check_actor(platform: HasOrganisations, actor: Actor, on: date) -> None:
    """Whether the department that a token names is one. Raises UnknownDepartment."""
    if actor.department is not None:
        check(platform, actor.department, on, actor.division)
