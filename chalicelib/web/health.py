"""/health: whether the service can read its log."""

from chalice.app import Response

from .operation import OperationSpec
from .request import ApiRequest
from .route import operation, reply

_HEALTH = OperationSpec("getHealth", "service", "Health", public=True)


@operation(_HEALTH)
def health(request: ApiRequest) -> Response:
    """Whether the service can read its log, and how far that has come."""
    return reply({"status": "ok", "position": request.platform.log.head()})
