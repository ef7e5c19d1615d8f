"""What holds for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from .counts import large, often

pytest_plugins = ("tests.stores", "tests.city", "tests.office")

# How long an example takes tells what else the machine does: a slow one is no failure.
settings.register_profile("banjian", deadline=None, max_examples=often(1_000))
settings.load_profile("banjian")

# They package the whole project first: `make test-aws` names them.
PACKAGED = [Path(__file__).with_name(name) for name in ("aws", "infra")]


@pytest.fixture(autouse=True, scope="session")
def _private() -> Iterator[None]:
    """Tests make data as our processes do; what is too open is mended, and that is told."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever Hypothesis makes examples for has large counts."""
    for item in items:
        if hasattr(getattr(item, "obj", None), "hypothesis"):
            item.add_marker(large)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = {Path(arg.partition("::")[0]).resolve() for arg in config.args}
    named = any(path.is_relative_to(one) for one in PACKAGED for path in asked)
    return True if collection_path in PACKAGED and not named else None
