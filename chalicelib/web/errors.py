"""How a request itself fails; what a subject refuses is told in its wiring.py."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError


class BadRequest(Exception):
    """The request cannot be read; `code` is one of messages.MESSAGES."""

    def __init__(self, code: str, **members: Any) -> None:
        super().__init__(code)
        self.code, self.members = code, members


class BadBody(Exception):
    """The body does not fit what the route takes; `found` has every place."""

    def __init__(self, found: ValidationError) -> None:
        super().__init__(f"{found.error_count()} places of the body do not fit")
        self.found = found


class Behind(Exception):
    """A list has not come to the position that was asked for."""


class OnStandby(Exception):
    """Another installation serves; this one is being filled from it."""


class NotReady(Exception):
    """
    The service does not do its work; `failing` are those of condition.CHECKS. `details` are for who
    may know them, None for others.
    """

    def __init__(self, failing: tuple[str, ...], details: Mapping[str, Any] | None) -> None:
        super().__init__(", ".join(failing))
        self.failing, self.details = failing, details


def not_ready(error: NotReady) -> Mapping[str, Any]:
    """What the problem says besides."""
    return {"failing": list(error.failing), "details": error.details}
