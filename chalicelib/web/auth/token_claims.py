"""
Who acts, by what a token that was found good says of its bearer.

Providers put the same things in other places and other words: a `Reading` says where and in which.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from ...kernel.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Role
from ...platform.duty import DUTIES, NotSeparated
from .errors import InvalidToken, NotEntitled, RoleUnnamed

# Where an actor's fields are found among a token's claims.
CLAIMS: Final[Mapping[str, str]] = {
    "account": "sub",
    "role": "role",
    "department": "department",
    "division": "division",
    "entity": "entity",
    "level": "level",
}
NAME_CLAIM: Final = "name"
# All the roles of somebody who has several; `role`, or X-Role, says which one acts.
ROLES_CLAIM: Final = "roles"
# From this real-name level on a token's word for who somebody is counts: a face was compared.
PROVEN: Final = 3
LONGEST_SUBJECT: Final = 255  # characters, OpenID Connect Core 1.0, section 2
_ROLES: Final = frozenset(Role)

log = logging.getLogger(__name__)


class PersonClaims(NamedTuple):
    """
    Where a token names the person. `kinds` are the provider's words for kinds of id; without an
    `id_kind` every id is a resident's. With a `name`, an id without one names nobody.
    """

    id_number: str
    id_kind: str | None = None
    name: str | None = None
    kinds: Mapping[str, str] = {}


class Reading(NamedTuple):
    """
    Where an issuer's tokens say what. A place is a claim, or members within claims with dots
    between (`realm_access.roles`).

    `role_names` are the provider's words for roles of ours, which alone count then; who has none of
    them has `default_role`. `levels` are its words for real-name levels; what is not among them is
    0. `reference` is where our own tokens name the person as we do.
    """

    subject: str = CLAIMS["account"]
    role: str | None = CLAIMS["role"]
    roles: str = ROLES_CLAIM
    department: str = CLAIMS["department"]
    division: str = CLAIMS["division"]
    entity: str = CLAIMS["entity"]
    level: str = CLAIMS["level"]
    role_names: Mapping[str, Role] | None = None
    default_role: Role | None = None
    levels: Mapping[str, int] | None = None
    person: PersonClaims | None = None
    reference: str | None = None


AS_OURS: Final = Reading()
# The reference of the person with an id; None if it is none. Kinds and numbers are as they came.
Reference = Callable[[str, str], str | None]


def at(claims: Any, place: str) -> Any:
    """What is there; None for nothing. A claim may have dots in its own name."""
    if not isinstance(claims, Mapping):
        return None
    if place in claims:
        return claims[place]
    for head, rest in _splits(place):
        if head in claims:
            return at(claims[head], rest)
    return None


def _splits(place: str) -> Iterator[tuple[str, str]]:
    parts = place.split(".")
    return ((".".join(parts[:one]), ".".join(parts[one:])) for one in range(1, len(parts)))


def actor_from(
    claims: Mapping[str, Any],
    acting: str | None = None,
    reading: Reading = AS_OURS,
    account: str | None = None,
) -> Actor:
    """
    Who acts, in the role `acting` if the request names one, under the name of the `account` if it
    is not the subject's own. Raises NotEntitled, NotSeparated.
    """
    found = {
        "account": at(claims, reading.subject) if account is None else account,
        "department": at(claims, reading.department),
        "division": at(claims, reading.division),
        "entity": at(claims, reading.entity),
        "level": _level(claims, reading),
        "role": _acting(claims, acting, reading),
    }
    try:
        actor = Actor.model_validate({name: it for name, it in found.items() if it is not None})
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
        log.warning("the claims of a token make no actor: %s", ", ".join(fields))
        raise NotEntitled("the claims make no actor") from None
    if actor.role is Role.SYSTEM:
        raise NotEntitled("nobody signs in as the platform itself")
    if actor.role in DEPARTMENT_STAFF and actor.department is None:
        raise NotEntitled(f"a {actor.role} acts for a department, and the token names none")
    return actor


def subject_from(claims: Mapping[str, Any], reading: Reading) -> str:
    """The provider's name for the bearer, any that OpenID Connect allows; raises InvalidToken."""
    subject = at(claims, reading.subject)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise InvalidToken("the token names no subject")
    if not subject.isprintable():  # a line break could make one digest of two
        raise InvalidToken("the token's subject has characters that nobody sees")
    return subject


def is_staff(claims: Mapping[str, Any], reading: Reading, given: frozenset[Role]) -> bool:
    """
    Whether the token gives a role in an office, in whichever role its bearer acts now, and its
    issuer may give it.
    """
    return bool((_held(claims, reading) & given) - APPLICANTS)


def person_from(claims: Mapping[str, Any], reading: Reading, reference: Reference) -> str | None:
    """
    The reference of the person whom the token names, on whatever level. The id goes no further than
    into `reference`: not into a log, not into what is kept.
    """
    if reading.reference is not None:
        own = at(claims, reading.reference)
        return own if isinstance(own, str) else None
    places = reading.person
    number = None if places is None else at(claims, places.id_number)
    if places is None or not isinstance(number, str):
        return None
    if places.name is not None and not _is_text(at(claims, places.name)):
        return None
    kind = "resident_id" if places.id_kind is None else at(claims, places.id_kind)
    if not isinstance(kind, str):
        return None
    return reference(places.kinds.get(kind, kind), number)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _level(claims: Mapping[str, Any], reading: Reading) -> Any:
    told = at(claims, reading.level)
    if reading.levels is None:
        return told
    words = told if isinstance(told, list) else [told]
    return max((reading.levels.get(_word(one), 0) for one in words), default=0)


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _acting(claims: Mapping[str, Any], named: str | None, reading: Reading) -> Any:
    """The one role to act in: the one that is named, the token's `role`, or the only one it has."""
    own, held = _own(claims, reading), _held(claims, reading)
    # Whichever it acts in today: 三员分立 is about what a person may do, not about one request.
    if len(held & DUTIES) > 1:
        raise NotSeparated(
            "token-mixes-duties",
            "a token gives two of the three administrative duties to one person",
        )
    if named is not None:
        if named not in held:
            raise NotEntitled("the token does not give the role that X-Role names")
        return named
    if own is None and len(held) > 1:
        raise RoleUnnamed("name one of your roles in X-Role")
    return own if own is not None else next(iter(held), None)


def _own(claims: Mapping[str, Any], reading: Reading) -> Any:
    """The role that the token is for."""
    told = None if reading.role is None else at(claims, reading.role)
    if reading.role_names is None:
        return told
    return reading.role_names.get(told) if isinstance(told, str) else None


def _held(claims: Mapping[str, Any], reading: Reading) -> frozenset[str]:
    """Every role of ours that the token gives; providers put roles of other systems there too."""
    listed = at(claims, reading.roles)
    if reading is AS_OURS and not isinstance(listed, list | None):
        raise NotEntitled("`roles` is no list")
    told = listed if isinstance(listed, list) else [listed]  # ADFS: one alone is no list
    names = [one for one in told if isinstance(one, str)]
    if reading.role_names is not None:
        names = [reading.role_names.get(one, "") for one in names]
    own = _own(claims, reading)
    held = frozenset(one for one in (own, *names) if isinstance(one, str) and one in _ROLES)
    if not held and reading.default_role is not None:
        return frozenset({reading.default_role})
    return held
