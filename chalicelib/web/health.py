"""/health: whether the service can read its log."""

from chalice.app import Response

from ..kernel.actor import Role
from ..kernel.errors import Rejected
from .auth.errors import AuthError
from .operation import OperationSpec
from .request import ApiRequest
from .route import operation, reply

TOLD = frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR})
_HEALTH = OperationSpec("getHealth", "service", "Health", public=True)


@operation(_HEALTH)
def health(request: ApiRequest) -> Response:
    """
    Whether the service can read its log.

    How far that has come is told auditors and system administrators: to anybody else it would tell
    how much is done here.
    """
    may_know = _may_know(request)
    head = request.platform.log.head()  # asked in any case: it is what may fail
    return reply({"status": "ok", "position": head if may_know else None})


def _may_know(request: ApiRequest) -> bool:
    """A token that is no good is none here: whoever watches is told how the service is."""
    if "authorization" not in request.raw.headers:
        return False
    try:
        return request.actor.role in TOLD
    except (AuthError, Rejected):
        return False
