"""What every Lambda handler is wrapped in."""

import logging
from collections.abc import Callable
from typing import Any

from ..eventlog.telemetry import Telemetry, told

logger = logging.getLogger(__name__)

Handler = Callable[[Any], Any]


class HandlerFailed(Exception):
    """
    In the place of what a handler raised: Lambda logs an exception's message, and sends it to
    on-failure destinations, but it may quote somebody's data.
    """


def observed(
    telemetry: Callable[[], Telemetry], name: str, handler: Handler, **annotations: str
) -> Handler:
    """
    `handler`, as a span called `name` with the invocation's `request_id`, the name of the
    `function`, and `annotations`. The result raises HandlerFailed, having logged why.
    """

    def handle(event: Any) -> Any:
        request_id = str(getattr(getattr(event, "context", None), "aws_request_id", ""))
        try:
            with telemetry().span(name, function=name, request_id=request_id, **annotations):
                return _logged(handler, event)
        except Exception as error:  # noqa: BLE001 - whatever it is, its message must not get out
            raise HandlerFailed(_words(error)) from None

    # Chalice tells Lambda to call the attribute of app.py that is called like its function.
    handle.__name__ = name
    return handle


def _logged(handler: Handler, event: Any) -> Any:
    try:
        return handler(event)
    except Exception:
        logger.exception("the handler failed")
        raise


def _words(error: Exception) -> str:
    said = told(error)
    return ": ".join((f"{said['kind']} at {said['where']}", *filter(None, [said.get("message")])))
