"""
What is told of a request and its reply once it is answered, to whoever keeps the service's log.

A request tells as it goes who asks and what it was refused with; nothing else of it is kept, above
all no path, no query and no body: an id in a path may be somebody's.
"""

from threading import local
from typing import Final, NamedTuple

# Of what no route takes.
NO_ROUTE: Final = "(none)"


class Exchange(NamedTuple):
    """
    `at` is when the reply was ready (seconds since 1970), `seconds` how long that took. `route` is
    the template (/cases/{case_id}) or NO_ROUTE. `account` and `address` as far as the request came
    to be known, "" otherwise; `code` of the problem, "" if it was none.
    """

    at: float
    seconds: float
    method: str
    route: str
    status: int
    request_id: str
    account: str = ""
    role: str = ""
    address: str = ""
    code: str = ""


class Noted:
    """What one request has told so far."""

    __slots__ = ("account", "code", "role")

    def __init__(self) -> None:
        self.account = self.role = self.code = ""


_here = local()


def begin() -> Noted:
    """What this thread tells from now on is told of a new request."""
    _here.noted = Noted()
    noted: Noted = _here.noted
    return noted


def noted() -> Noted:
    """Of the request that this thread answers."""
    found: Noted | None = getattr(_here, "noted", None)
    return begin() if found is None else found
