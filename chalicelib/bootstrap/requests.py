"""What a function of AWS tells of each request, and how the service is there."""

import logging
from functools import lru_cache
from time import monotonic, time

from chalice.app import Request, Response

from ..eventlog.ports import StoreError
from ..eventlog.views.port import ViewsError
from ..platform.condition import LOG, WELL, Condition, Details, Follower
from ..platform.rate_limits import client
from ..web.exchanges import Exchange, begin, noted

log = logging.getLogger("chalicelib.requests")

KEPT = 10.0  # seconds that what was looked up is told again, however many ask


def answered(request: Request, response: Response, seconds: float) -> None:
    """One line of the log, as on one machine."""
    from ..adapters.watching.line_log import facts
    from . import platform
    from .settings import proxies

    context, told = request.context, noted()
    peer = str((context.get("identity") or {}).get("sourceIp") or "")
    exchange = Exchange(
        time(),
        seconds,
        str(context.get("httpMethod", "")),
        str(context.get("resourcePath", "")),
        response.status_code,
        str(context.get("requestId") or ""),
        told.account,
        told.role,
        client(peer, request.headers.get("x-forwarded-for"), proxies()),
        told.code,
    )
    account = platform().keyed("log", told.account).hex()[:16] if told.account else ""
    log.info("request", extra={"facts": facts(exchange, account, _address(exchange))})
    begin()  # the next one in this process is somebody else's


def _address(exchange: Exchange) -> str:
    from ..adapters.watching.line_log import address_of
    from ..adapters.watching.settings import Kept

    return address_of(exchange, Kept().addresses)


def condition() -> Condition:
    """
    Whether the tables can be read: that they take writes, only a write can tell, and each function
    has its own alarms. There are no processes to be heard of.
    """
    return _condition(int(monotonic() / KEPT))


@lru_cache(maxsize=1)
def _condition(_when: int) -> Condition:
    from . import platform

    try:
        platform().log.head()
    except StoreError:
        log.exception("the log cannot be read")
        return Condition((LOG,))
    return WELL


def details() -> Details:
    return _details(int(monotonic() / KEPT))


@lru_cache(maxsize=1)
def _details(_when: int) -> Details:
    from ..eventlog.consumers import status
    from . import consumers, platform

    its = platform()
    try:
        head = its.log.head()
        found = status(consumers(its), its.source, its.views)
    except (StoreError, ViewsError):
        log.exception("it cannot be told how far the consumers are")
        return Details()
    followers = tuple(Follower(one.name, max(0, one.lag), one.parked) for one in found)
    return Details(position=head, consumers=followers)
