"""Triggers other than HTTP, whose code is imported when AWS first calls them (cold start)."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from ..subjects import minutes

if TYPE_CHECKING:
    from .handlers import Cloud

Handler = Callable[[Any], Any]


def on(cloud: Callable[[], "Cloud"], function: str, trigger: str, *arguments: str) -> Handler:
    """
    What handlers.py makes as `trigger`, for the function of that name: AWS finds it in app.py by
    its name.
    """

    def handler(event: Any) -> Any:
        return _made(cloud, trigger, *arguments)(event)

    handler.__name__ = handler.__qualname__ = function
    return handler


@cache
def _made(cloud: Callable[[], "Cloud"], trigger: str, *arguments: str) -> Handler:
    from . import handlers

    made: Handler = getattr(handlers, trigger)(cloud, *arguments)
    return made


def rate(function: str) -> str:
    """How often the schedules that it serves are run, as EventBridge has it."""
    return f"rate({minutes(function)} minutes)"
