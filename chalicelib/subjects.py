"""
The list of subjects: the only thing that a new one is added to. What a subject has, its `wiring`
says in plain tuples that import nothing; every shared table is made from those:

    EVENTS      (category of streams, "module:TYPES")
    INTERNAL    category of streams that no schema, feed, export or figure has
    CONSUMERS   (name, "module:maker", grants on AWS[, group: the function that serves it])
    SCHEDULES   (name, "module:function", minutes between two runs, grants on AWS[, group])
    TIMERS      (name, "module:maker", grants on AWS beside those of the schedule `timers`)
    ROUTES      (method, path, "module:handler"[, media types of the body, if not JSON])
    REFUSALS    ("module:Exception", status, code of the problem[, seconds of Retry-After[,
                "module:function" that makes further members of the problem]])
    CHINESE     "module" with the Chinese of its refusals
    REPLIES     "module:Model"
    PHASES      (Chinese, English, "module:TYPES", ...): what documents tell of types under
    TAGS        (tag of operations, what is found under it)
    PARAMETERS  (name in a path, what it names, its JSON Schema)

Modules are named from within `chalicelib`.
"""

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.machinery import SourceFileLoader
from typing import Any, Final

# What subjects stand on, as far as it has events, routes or refusals of its own.
FOUNDATION: Final = ("kernel", "eventlog", "codes", "clock", "platform", "web")
# Each may build on those before it.
SUBJECTS: Final = (
    "organisations",
    "documents",
    "people",
    "items",
    "cases",
    "ratings",
    "certificates",
    "submissions",
    "importing",
    "exchange_codes",
)
# Those of them that react to others (supervision, notifications ...): they read others' events, and
# never use their application, so that nothing waits for them and they can be built anew.
REACTING: Final[tuple[str, ...]] = ()
# Documents tell of these first, and of the foundation last.
FIRST_TOLD: Final = ("cases", "submissions", "ratings", "items")


@cache
def entries(table: str) -> tuple[Any, ...]:
    """What the wirings of all have under that name, in the order of the subjects."""
    return tuple(_entries(table, (*FOUNDATION, *SUBJECTS)))


def for_readers(table: str) -> tuple[Any, ...]:
    """The same in the order of documents."""
    return tuple(_entries(table, dict.fromkeys((*FIRST_TOLD, *SUBJECTS, *FOUNDATION))))


def _entries(table: str, subjects: Iterable[str]) -> Iterator[Any]:
    for subject in subjects:
        yield from _wiring(subject).get(table, ())


@cache
def _wiring(subject: str) -> Mapping[str, Any]:
    """
    The names of its wiring.py, which is run and not imported: to look for the package of each takes
    four times as long, and every function on AWS starts with it (cold start).
    """
    name = f"{__package__}.{subject}.wiring"
    if name in sys.modules:
        return vars(sys.modules[name])
    # Not with pathlib, which nothing has loaded yet.
    path = os.path.join(os.path.dirname(__file__), subject, "wiring.py")  # noqa: PTH118, PTH120
    code: Any = SourceFileLoader(name, path).get_code(name)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own, and no more than tuples
    return names


def load(name: str) -> Any:
    """What "module:attribute" names; raises ImportError, AttributeError."""
    module, _, attribute = name.partition(":")
    with _uncollected():
        return getattr(import_module(f".{module}", __package__), attribute)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Making classes by the hundred leaves no garbage; to look for it takes a tenth of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def function_of(entry: tuple[Any, ...]) -> str:
    """What serves a line of CONSUMERS or SCHEDULES on AWS: a function of its own, or a group's."""
    name, *others = entry
    return str(others[-1] if isinstance(others[-1], str) else name)


def minutes(function: str) -> int:
    """Between two runs of its schedules; raises ValueError if they differ, or there are none."""
    found = {one[2] for one in entries("SCHEDULES") if function_of(one) == function}
    if len(found) != 1:
        raise ValueError(f"the schedules of {function} run every {sorted(found)} minutes, not one")
    return int(found.pop())
