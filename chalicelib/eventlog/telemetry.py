"""What is told to those who watch the service: spans of work, and counts."""

from contextlib import AbstractContextManager, nullcontext
from errno import errorcode
from pathlib import PurePath
from traceback import extract_tb
from typing import Final, Protocol

from .parking import failure_of
from .ports import StoreError
from .views.port import ViewsError

# Their messages name streams and positions. Any other may quote what somebody typed.
_QUOTE_NOBODY = (StoreError, ViewsError)
CAUSES: Final = 8  # how far back it is looked for
FRAMES: Final = 30


class Telemetry(Protocol):
    def span(self, name: str, /, **annotations: str) -> AbstractContextManager[None]:
        """
        A part of the work, timed; an exception that leaves it marks it as failed. `annotations` are
        told with it, and in every line that is logged meanwhile: never personal data.
        """
        ...

    def count(self, metric: str, value: float = 1, /, **dimensions: str) -> None: ...


class Silent:
    """Nobody watches."""

    def span(self, _name: str, /, **_annotations: str) -> AbstractContextManager[None]:
        return nullcontext()

    def count(self, _metric: str, _value: float = 1, /, **_dimensions: str) -> None:
        pass


def told(error: BaseException) -> dict[str, str]:
    """
    What may be said of `error` where everyone reads it: its `kind`, `where` it was raised
    (file:line), its `cause` in the words of what failed, and its `message` if that quotes nobody's
    data.
    """
    failure = failure_of(error)
    said = {"kind": failure.kind, "where": failure.where}
    if cause := cause_of(error):
        said["cause"] = cause
    return {**said, "message": str(error)} if isinstance(error, _QUOTE_NOBODY) else said


def cause_of(error: BaseException) -> str:
    """
    The name that SQLite (SQLITE_FULL), AWS (ThrottlingException) or the system (ENOSPC) has for
    what `error` goes back to; "" if it goes back to none of them.
    """
    found, seen = "", 0
    cause: BaseException | None = error
    while cause is not None and seen < CAUSES:
        found = _name_of(cause) or found
        cause, seen = cause.__cause__, seen + 1
    return found


def _name_of(error: BaseException) -> str:
    # By what they carry: the engine knows neither SQLite nor AWS.
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return str(response.get("Error", {}).get("Code", ""))
    if isinstance(error, OSError):
        return errorcode.get(error.errno or 0, "")
    return str(getattr(error, "sqlite_errorname", ""))


def trace_of(error: BaseException) -> list[str]:
    """Where it came through, file:line and function; the last FRAMES of them, and no value."""
    frames = extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{PurePath(one.filename).name}:{one.lineno} {one.name}" for one in frames]
