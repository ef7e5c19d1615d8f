"""
/health: whether the service is alive; /ready: whether it can do its work.

Whoever would start it anew asks the first, which therefore touches nothing that may fail or hang;
whoever would send it no requests, or somebody to look, asks the second.
"""

from typing import Any

from chalice.app import Response

from ..eventlog.ports import StoreError
from ..eventlog.views.port import ViewsError
from ..kernel.actor import Role
from ..kernel.errors import Rejected
from .auth.errors import AuthError
from .auth.keys import KeysUnavailable
from .errors import NotReady
from .exchanges import noted
from .operation import OperationSpec
from .request import ApiRequest
from .route import operation, reply

TOLD = frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR})
_HEALTH = OperationSpec("getHealth", "service", "Health", public=True)
_READY = OperationSpec("getReady", "service", "Readiness", public=True, problems=("not-ready",))
_FAILED = (StoreError, ViewsError)


@operation(_HEALTH)
def health(request: ApiRequest) -> Response:
    """
    Whether the service is alive.

    Without a token nothing is asked for it, so that it is answered whatever fails; /ready tells
    that. Auditors and system administrators are told how far the log has come, null if it cannot be
    read: to anybody else it would tell how much is done here.
    """
    return reply({"status": "ok", "position": _position(request) if _may_know(request) else None})


@operation(_READY)
def ready(request: ApiRequest) -> Response:
    """
    Whether the service can do its work.

    If it cannot (503 `not-ready`), `failing` says what fails: `log` cannot be read, `writes` are
    refused (a full disk, a read-only one), `consumers` are not heard of, so that lists and
    certificates stand still. Auditors and system administrators are told more, either way:
    `details` has lag and parked events of each consumer, which make nothing fail, and the room on
    the disk.
    """
    failing = request.condition.failing
    details = _details(request) if _may_know(request) else None
    if failing:
        raise NotReady(failing, details)
    return reply({"status": "ready", "details": details})


def _may_know(request: ApiRequest) -> bool:
    """A token that is no good is none here: whoever watches is told how the service is."""
    if "authorization" not in request.raw.headers:
        return False
    try:
        return request.actor.role in TOLD
    except (AuthError, KeysUnavailable, Rejected):
        return False
    except _FAILED:
        # The token is good, and what else is asked of its bearer cannot be: on a full disk nobody's
        # first day as an auditor is recorded, and it is the day on which they have to know.
        return noted().role in TOLD


def _position(request: ApiRequest) -> int | None:
    try:
        return request.platform.log.head()
    except _FAILED:
        return None


def _details(request: ApiRequest) -> dict[str, Any]:
    found = request.details
    return {
        "position": found.position,
        "writes_refused": found.refused,
        "disk_free_bytes": found.free,
        "disk_size_bytes": found.size,
        "heartbeat_seconds": found.beat,
        "restarts": found.restarts,
        "consumers": [one._asdict() for one in found.consumers],
    }
