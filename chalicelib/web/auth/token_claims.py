"""Who acts, by what a token that was found good says of its bearer."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from ...kernel.actor import DEPARTMENT_STAFF, Actor, Role
from ...platform.duty import DUTIES, NotSeparated
from .errors import NotEntitled, RoleUnnamed

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
_ROLES: Final = frozenset(Role)

log = logging.getLogger(__name__)


def actor_from(claims: Mapping[str, Any], acting: str | None = None) -> Actor:
    """
    Who acts, in the role `acting` if the request names one. Raises NotEntitled, NotSeparated.
    """
    found = {field: claims[name] for field, name in CLAIMS.items() if claims.get(name) is not None}
    found["role"] = _acting(claims, acting)
    try:
        actor = Actor.model_validate(found)
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
        log.warning("the claims of a token make no actor: %s", ", ".join(fields))
        raise NotEntitled("the claims make no actor") from None
    if actor.role is Role.SYSTEM:
        raise NotEntitled("nobody signs in as the platform itself")
    if actor.role in DEPARTMENT_STAFF and actor.department is None:
        raise NotEntitled(f"a {actor.role} acts for a department, and the token names none")
    return actor


def _acting(claims: Mapping[str, Any], named: str | None) -> Any:
    """The one role to act in: the one that is named, the token's `role`, or the only one it has."""
    own, held = claims.get(CLAIMS["role"]), _held(claims)
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


def _held(claims: Mapping[str, Any]) -> frozenset[str]:
    """Every role of ours that the token gives; providers put roles of other systems there too."""
    own, listed = claims.get(CLAIMS["role"]), claims.get(ROLES_CLAIM, [])
    if not isinstance(listed, list):
        raise NotEntitled("`roles` is no list")
    return frozenset(one for one in (own, *listed) if isinstance(one, str) and one in _ROLES)
