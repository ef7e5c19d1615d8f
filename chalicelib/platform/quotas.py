"""
How much one account may put here on one day (of the law's calendar), by role; how long what nobody
uses is kept.

The tally is kept where every process sees it, and outlives the process: a day is longer than most.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from math import ceil
from typing import Any, Final, NamedTuple, Protocol, Self

from ..clock.calendar import LEGAL_ZONE, legal_day
from ..kernel.actor import APPLICANTS, Actor, Role
from ..kernel.reasons import Refusal

MEGABYTE: Final = 1_000_000
# How often as much may be sent as kept: a telephone sends some of it again, and some is refused.
SENT_AGAIN: Final = 3
_NAME: Final = re.compile(r"(?P<of>[a-z]+)\.(?P<what>[a-z]+)=(?:(?P<most>[1-9][0-9]{0,8})|off)")


class QuotaExceeded(Refusal):
    """So much a day and no more; the reason says of what. `seconds` until the day is over."""

    seconds = 1

    def until(self, end: datetime, now: datetime) -> Self:
        self.seconds = max(1, ceil((end - now).total_seconds()))
        return self


class Amount(NamedTuple):
    """`more` is to be counted under `name`, of which there may be `most`."""

    name: str
    more: int
    most: int


class Tally(Protocol):
    """Safe to share between threads and processes."""

    def add(self, key: str, until: datetime, amounts: Sequence[Amount], /) -> bool:
        """
        Count all of the amounts for `key`, which are forgotten after `until`; or, if one of them
        would pass what there may be, none: whether they were counted. Raises StoreError.
        """
        ...


class Uncounted:
    """For a platform that nobody outside can call."""

    def add(self, _key: str, _until: datetime, _amounts: Sequence[Amount], /) -> bool:
        return True


class Share(NamedTuple):
    """
    What one account may do: documents and `megabytes` that it hands in on a day, `saves` of drafts
    on a day, `drafts` that it has at one time. None where there is no limit.
    """

    documents: int | None = None
    megabytes: int | None = None
    saves: int | None = None
    drafts: int | None = None


class Kept(NamedTuple):
    """Days that something is kept idle; None: for ever."""

    days: int | None


class Quotas(NamedTuple):
    """What holds here, and what counts."""

    tally: Tally = Uncounted()
    applicants: Share = Share(documents=100, megabytes=200, saves=1000, drafts=50)
    staff: Share = Share(megabytes=5000, saves=5000, drafts=500)
    drafts: Kept = Kept(30)
    uploads: Kept = Kept(7)

    def share(self, actor: Actor) -> Share:
        return self.applicants if actor.role in APPLICANTS else self.staff


# For a platform that nobody outside can call.
USUAL: Final = Quotas()


def document(quotas: Quotas, actor: Actor, now: datetime, size: int) -> None:
    """Count one document of `size` bytes. Raises QuotaExceeded, StoreError."""
    share = quotas.share(actor)
    amounts = _amounts(("documents", 1, share.documents), ("bytes", size, _bytes(share.megabytes)))
    if _counted(quotas, actor, now, amounts):
        return
    raise QuotaExceeded(
        "documents-of-day",
        "an account may hand in {documents} documents and {megabytes} MB a day: hand in the rest "
        "tomorrow",
        documents=_told(share.documents),
        megabytes=_told(share.megabytes),
    ).until(_end(now), now)


def look(quotas: Quotas, actor: Actor, now: datetime, size: int) -> None:
    """Count a document that is looked at before it is taken or refused; raises as above."""
    share = quotas.share(actor)
    documents, most = _again(share.documents), _again(_bytes(share.megabytes))
    amounts = _amounts(("looks", 1, documents), ("looked", size, most))
    if _counted(quotas, actor, now, amounts):
        return
    raise QuotaExceeded(
        "looks-of-day",
        "an account may send {documents} documents and {megabytes} MB a day, those that are "
        "refused too: go on tomorrow",
        documents=_told(documents),
        megabytes=_told(None if most is None else most // MEGABYTE),
    ).until(_end(now), now)


def part(quotas: Quotas, actor: Actor, now: datetime, size: int) -> None:
    """Count bytes of a part, which is counted again when it is sent again; raises as above."""
    again = _again(_bytes(quotas.share(actor).megabytes))
    if _counted(quotas, actor, now, _amounts(("sent", size, again))):
        return
    raise QuotaExceeded(
        "parts-of-day",
        "an account may send {megabytes} MB of parts a day, those that are sent again too: go on "
        "tomorrow",
        megabytes=_told(None if again is None else again // MEGABYTE),
    ).until(_end(now), now)


def save(quotas: Quotas, actor: Actor, now: datetime) -> None:
    """Count one more save of a draft; raises as above."""
    most = quotas.share(actor).saves
    if _counted(quotas, actor, now, _amounts(("saves", 1, most))):
        return
    raise QuotaExceeded(
        "saves-of-day",
        "an account may save drafts {saves} times a day: submit it, or go on tomorrow",
        saves=_told(most),
    ).until(_end(now), now)


def _counted(quotas: Quotas, actor: Actor, now: datetime, amounts: Sequence[Amount]) -> bool:
    if not amounts or actor.role is Role.SYSTEM:
        return True
    return quotas.tally.add(actor.account, _end(now), amounts)


def _end(now: datetime) -> datetime:
    """Of the day, by the law's calendar."""
    return datetime.combine(legal_day(now) + timedelta(days=1), time(), LEGAL_ZONE)


def _amounts(*some: tuple[str, int, int | None]) -> Sequence[Amount]:
    return [Amount(name, more, most) for name, more, most in some if most is not None]


def _bytes(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * MEGABYTE


def _again(most: int | None) -> int | None:
    return None if most is None else most * SENT_AGAIN


def _told(most: int | None) -> int | str:
    return "∞" if most is None else most


def quotas(text: str, tally: Tally) -> Quotas:
    """
    The usual ones with what a setting changes: `applicants.megabytes=500, staff.documents=off,
    drafts.days=60`. Raises ValueError, which names what it cannot read.
    """
    found: dict[str, Any] = Quotas(tally)._asdict()
    for part in filter(None, map(str.strip, text.split(","))):
        read = _NAME.fullmatch(part)
        if read is None or read["what"] not in _fields(found).get(read["of"], ()):
            raise ValueError(
                f"{part!r} is no quota: say NAME=NUMBER or NAME=off, with one of "
                + ", ".join(f"{of}.{one}" for of, some in _fields(found).items() for one in some)
            )
        most = int(read["most"]) if read["most"] else None
        found[read["of"]] = found[read["of"]]._replace(**{read["what"]: most})
    return Quotas(**found)


def _fields(found: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    return {of: one._fields for of, one in found.items() if isinstance(one, Share | Kept)}
