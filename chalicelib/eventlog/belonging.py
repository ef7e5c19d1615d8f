"""
What belongs together: a log, and all that was made from it or beside it.

A log has an id, which it keeps wherever it is copied to. What goes with it (views, checkpoints,
documents, keys) says of which log it is, and how far that had come, with the hash of its last
commit: an older copy of the same log has the same id, and does not reach so far, or reaches there
with other hashes.
"""

from typing import NamedTuple, Protocol

from .ports import Unavailable


class Misplaced(Unavailable):
    """What is kept here does not belong together; nothing is done until an operator mends it."""


class Mark(NamedTuple):
    """A log at a moment: `hash` is that of the commit that ends at `position`; b"" at 0."""

    log: str
    position: int
    hash: bytes


class Belonging(Protocol):
    """What tells whether all that a process works with belongs together."""

    @property
    def log_id(self) -> str:
        """Of the log; "" where it has none."""
        ...

    def check(self) -> None:
        """At the start; raises Misplaced, or Damaged for what cannot be read."""
        ...

    def adopt(self) -> None:
        """What does not say yet of which log it is says so from now on. Raises Unavailable."""
        ...

    def keep(self) -> None:
        """Note how far the log has come, for the next start. Raises StoreError, OSError."""
        ...

    def look(self) -> None:
        """While the service runs; raises Misplaced, Damaged, and so does `noticed` from then on."""
        ...

    def noticed(self) -> None:
        """Raises what `look` has found."""
        ...


class Apart:
    """Where nothing can be exchanged for something else."""

    log_id = ""

    def check(self) -> None: ...

    def adopt(self) -> None: ...

    def keep(self) -> None: ...

    def look(self) -> None: ...

    def noticed(self) -> None: ...
