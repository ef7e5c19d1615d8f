"""Triggers other than HTTP, whose code is imported when AWS first calls them (cold start)."""

from collections.abc import Callable
from functools import cache
from typing import Any

from ..subjects import load, minutes

Handler = Callable[[Any], Any]

# EventBridge tells the time in UTC: half past two in the morning of the legal time.
NIGHTLY = "cron(30 18 * * ? *)"


def on(cloud: str, function: str, trigger: str, *arguments: str) -> Handler:
    """
    What handlers.py makes as `trigger`, for the function of that name: AWS finds it in app.py by
    its name. `cloud` names what makes the Cloud that it works with ("module:function").
    """

    def handler(event: Any) -> Any:
        return _made(cloud, trigger, *arguments)(event)

    handler.__name__ = handler.__qualname__ = function
    return handler


@cache
def _made(cloud: str, trigger: str, *arguments: str) -> Handler:
    from . import handlers

    made: Handler = getattr(handlers, trigger)(load(cloud), *arguments)
    return made


def rate(function: str) -> str:
    """How often the schedules that it serves are run, as EventBridge has it."""
    return f"rate({minutes(function)} minutes)"
