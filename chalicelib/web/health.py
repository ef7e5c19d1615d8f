"""/health: whether the service can read its log."""

from chalice.app import Blueprint, Response

from .operation import Doc
from .request import Ask, Web
from .route import reply, route

_HEALTH = Doc("getHealth", "service", "Health", public=True)


def routes(web: Web) -> Blueprint:
    http = Blueprint(__name__)

    @route(http, web, "GET", "/health", doc=_HEALTH)
    def health(ask: Ask) -> Response:
        """Whether the service can read its log, and how far that has come."""
        return reply({"status": "ok", "position": ask.platform.log.head()})

    return http
