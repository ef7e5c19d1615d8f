"""What is told to those who watch the service: spans of work, and counts."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from .parking import failure_of
from .ports import StoreError
from .views.port import ViewsError

# Their messages name streams and positions. Any other may quote what somebody typed.
_QUOTE_NOBODY = (StoreError, ViewsError)


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
    (file:line), and its `message` if that quotes nobody's data.
    """
    failure = failure_of(error)
    said = {"kind": failure.kind, "where": failure.where}
    return {**said, "message": str(error)} if isinstance(error, _QUOTE_NOBODY) else said
