"""
The pauses between the tries of one call. What DynamoDB leaves of a batch (UnprocessedKeys,
UnprocessedItems) comes without an error, so the client itself neither waits nor gives up.
"""

from collections.abc import Sequence
from random import uniform
from time import sleep
from typing import Final

# The longest that each is, in seconds, after what the client itself has tried (see `aws`).
PAUSES: Final = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28)


class Patience:
    """For one call: longer each time, with full jitter, until it has been tried often enough."""

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = pauses
        self._left = list(pauses)

    def wait(self, *, moved: bool = False) -> bool:
        """
        Pause before the next try; False if there is to be none. `moved` says that the last try did
        something: whoever gets on, however slowly, is not given up.
        """
        if moved:
            self._left = list(self._pauses)
        if not self._left:
            return False
        sleep(uniform(0, self._left.pop(0)))  # noqa: S311 - jitter, not a secret
        return True
