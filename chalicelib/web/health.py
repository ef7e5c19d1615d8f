"""/health: whether the service can read its log."""

from chalice.app import Response

from .operation import Doc
from .request import Ask
from .route import operation, reply

_HEALTH = Doc("getHealth", "service", "Health", public=True)


@operation(_HEALTH)
def health(ask: Ask) -> Response:
    """Whether the service can read its log, and how far that has come."""
    return reply({"status": "ok", "position": ask.platform.log.head()})
