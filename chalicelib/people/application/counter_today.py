"""Who came to a counter today: what opens to a clerk only while its holder stands there."""

from collections.abc import Iterator

from ...clock.calendar import legal_day
from ...codes.parties import Method
from ...eventlog.codec import events
from ...eventlog.envelope import Recorded
from ...platform.platform import Platform
from ..domain.account_events import IdentityProven
from . import claims


def checks(platform: Platform, account: str) -> Iterator[Recorded]:
    """
    The account's counter checks that were recorded today. Not those that are said to have happened
    today: a clerk says when something happened, and the log when it was recorded.
    """
    today = legal_day(platform.now())
    for one in events(platform.codec, platform.store.load(claims.account_stream(account)).commits):
        proven = isinstance(one.data, IdentityProven) and one.data.method is Method.COUNTER
        if proven and legal_day(one.recorded_at) == today:
            yield one


def before(platform: Platform, reference: str, department: str | None) -> bool:
    """Whether staff of that very department saw the person and the card today."""
    name = claims.holder(platform, "person", reference)
    if name is None or department is None:
        return False
    return any(one.actor.department == department for one in checks(platform, name))
