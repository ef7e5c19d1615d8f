"""
What looks for malware (病毒查验) in documents. One is held back until it is clean.

A ScannerUnavailable is tried again; what is too large waits for an operator to raise the limit.
"""

from typing import BinaryIO, NamedTuple, Protocol

from ..codes.codes import ScanVerdict
from ..kernel.outage import Outage


class ScannerUnavailable(Outage):
    """Nobody answers, or not as the protocol has it: there is no verdict."""


class Verdict(NamedTuple):
    """`signature` names what was found; what is too large has not been scanned."""

    verdict: ScanVerdict
    signature: str | None = None


class Scanner(Protocol):
    def scan(self, content: BinaryIO, /) -> Verdict:
        """Raises ScannerUnavailable."""
        ...

    def engine(self) -> str:
        """The version of the scanner and of its signatures; raises ScannerUnavailable."""
        ...
