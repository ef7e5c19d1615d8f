"""
Whose case comes first of two that are submitted at the same moment: a claim of an account on a
matter, which no view can tell yet.
"""

from typing import NamedTuple, Protocol


class CaseClaim(NamedTuple):
    """`case_id` is to be submitted, or was; `since` in seconds since 1970."""

    case_id: str
    since: float


class CaseClaims(Protocol):
    """Safe to share between threads. A claim may be forgotten once the views know its case."""

    def take(self, key: str, case_id: str, /, *, over: str | None = None) -> CaseClaim | None:
        """
        Claim `key` for a case: None if it has it now, and had it perhaps before, or else the claim
        that stands. One of the case `over` is passed over. Raises StoreError.
        """
        ...

    def release(self, key: str, case_id: str, /) -> None:
        """Where the case has the claim, nobody has it now. Raises StoreError."""
        ...


class NoCaseClaims:
    """For a platform that takes no submissions of two at once: nothing stands."""

    def take(self, _key: str, _case_id: str, /, *, over: str | None = None) -> CaseClaim | None:  # noqa: ARG002 - as the port has it
        return None

    def release(self, _key: str, _case_id: str, /) -> None:
        """There is nothing to let go of."""
