"""
How often the tests with large counts try: `make test` a twentieth, `make long` all of it. They are
marked `large`, so that `make long` runs them alone.
"""

import os

import pytest

LONG = os.environ.get("BANJIAN_LONG") == "1"
SHARE = 20

large = pytest.mark.large


def often(times: int) -> int:
    """`times` in `make long`, a twentieth of it in `make test`, and once at least."""
    return times if LONG else max(1, times // SHARE)
