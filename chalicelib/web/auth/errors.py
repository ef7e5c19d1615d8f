"""
How the proof of who is calling fails.

* AuthError
  x Unauthenticated   401  no bearer token came
  x InvalidToken      401  one came, and it is not good; why is logged, never told
  x NotEntitled       403  it is good, but its claims give nobody a role here
  x RoleUnnamed       403  it gives several, and the request does not say which is meant
* KeysUnavailable     503  the keys to verify it with cannot be had (see keys.py)
* duty.NotSeparated   403  it gives two of the three administrative duties to one person
"""

from chalice.app import Request, Response

from ..problems import own
from .keys import KeysUnavailable


class AuthError(Exception):
    """The caller is not known, or not known well enough."""


class Unauthenticated(AuthError):
    """The request has no bearer token."""


class InvalidToken(AuthError):
    """The token does not verify."""


class NotEntitled(AuthError):
    """The token verifies, and its claims give no role that may act here."""


class RoleUnnamed(NotEntitled):
    """The token gives several roles, and nothing says in which one its bearer acts."""


def refusal(error: AuthError | KeysUnavailable, request: Request) -> Response:
    """The problem for `error`, with the challenge of RFC 6750, section 3."""
    match error:
        case Unauthenticated():
            challenge = {"WWW-Authenticate": "Bearer"}
            return own("unauthenticated", request, headers=challenge)
        case InvalidToken():
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return own("invalid-token", request, headers=challenge)
        case KeysUnavailable():
            return own("sign-in-unavailable", request, headers={"Retry-After": "10"})
        case RoleUnnamed():
            return own("role-required", request)
        case _:
            return own("forbidden", request)
