"""`given(decide, state).when(command).then(*events)`: a decider's tests in the field's words."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self, TypeVar

import pytest

E = TypeVar("E")


class Scenario(NamedTuple):
    decide: Callable[[Any, Any], Sequence[Any]]
    state: Any
    command: Any = None

    def when(self, command: Any) -> Self:
        return self._replace(command=command)

    def events(self) -> Sequence[Any]:
        return self.decide(self.command, self.state)

    def then(self, *expected: Any) -> None:
        """Exactly these, in order: an event stands for itself, a type for any event of it."""
        events = self.events()
        assert [type(one) for one in events] == [
            one if isinstance(one, type) else type(one) for one in expected
        ]
        for one, event in zip(expected, events, strict=True):
            assert isinstance(one, type) or one == event

    def then_nothing(self) -> None:
        assert self.events() == []

    def then_one(self, kind: type[E]) -> E:
        """The one event of `kind` among others."""
        (found,) = self.then_all(kind)
        return found

    def then_all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events() if isinstance(event, kind)]

    def then_rejected(self, kind: type[Exception], match: str | None = None) -> None:
        with pytest.raises(kind, match=match):
            self.events()


def given(decide: Callable[[Any, Any], Sequence[Any]], state: Any) -> Scenario:
    return Scenario(decide, state)
