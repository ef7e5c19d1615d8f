"""
The stream `search-<month>`: what people looked for and did not find (未命中检索). Item managers
make keywords of it.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Annotated, Literal

from pydantic import Field

from ...kernel.base import Frozen, Line

CATEGORY = "search"


class QueryMissed(Frozen):
    """
    未命中: a query that no item was found for, asked `times` times from several addresses since it
    was last told. It has no digits: numbers and ids are never recorded.
    """

    type: Literal["QueryMissed"] = "QueryMissed"
    query: Line
    times: Annotated[int, Field(ge=1)]


Event = QueryMissed
EVENTS: tuple[type[Frozen], ...] = (QueryMissed,)

# How often each query was missed.
State = Mapping[str, int]
initial: State = {}


def evolve(state: State, event: Event) -> State:
    return {**state, event.query: state.get(event.query, 0) + event.times}


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)
