"""Stores that a test opens are closed behind it: a process has only so many files (1,024)."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.sqlite.views import SqliteViews

KINDS: tuple[type[Any], ...] = (SqliteStore, SqliteViews)


@pytest.fixture(autouse=True)
def _closed_behind_each_test() -> Iterator[None]:
    """Not those of fixtures for a module or a session: they are set up before this one."""
    opened: list[Any] = []
    first = {kind: kind.__init__ for kind in KINDS}

    def noting(kind: type[Any]) -> Any:
        def made(store: Any, *arguments: Any, **options: Any) -> None:
            first[kind](store, *arguments, **options)
            opened.append(store)

        return made

    for kind in KINDS:
        kind.__init__ = noting(kind)
    try:
        yield
    finally:
        for kind in KINDS:
            kind.__init__ = first[kind]
        for store in opened:
            store.close()
