"""How a request itself fails; what a subject refuses is told in its wiring.py."""

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
