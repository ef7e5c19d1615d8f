"""
What each view makes of the published examples, as a digest: so that rows never change unless the
view's signature does. A live view whose signature stayed would mix old rows with new ones.

The examples of one category are told as one stream, in the order in which its EVENTS are declared,
which is that of a life; older schema versions come before newer ones. They are of several streams,
so what they have of their own is made to agree: the stream, versions, moments a day apart, and the
step that they speak of. All are told twice over, and an event that ends a row is taken back once it
is noted: so the first meet a row as well, and those after an end do. The digest is of every row as
each event left it, with the places where it was listed.

Hence it covers each event type that a view takes, with the values that its example has. It does not
cover other values (a renewal that is refused), nor other orders: tests of the view do.

The file keeps the names of the examples, and what is compared is what those fold to: an example
that is added later changes no digest under a signature that stayed.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from pydantic_core import from_json, to_json

from .. import bootstrap
from ..bootstrap.codec import CODEC
from ..clock.calendar import CalendarYear, from_years
from ..eventlog import codec
from ..eventlog.envelope import Recorded
from ..eventlog.ports import CommandId, Commit
from ..eventlog.views.folding import key_of
from ..eventlog.views.port import Projection, Row
from .errors import ContractError
from .events import event_types
from .json_schemas import Json, render

FILE: Final = "chalicelib/contract/view_rows.json"
# Of its own, so that signatures do not change here with the official calendar of another year.
CALENDAR: Final = from_years(
    "examples",
    "CN",
    [
        CalendarYear(
            year=2026,
            source="for view_rows.json alone",
            holidays=(date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 4)),
            workdays=(date(2026, 5, 9),),
        )
    ],
)
_BEGIN: Final = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
_PART: Final = "step"


class Folded(NamedTuple):
    """`met` are the event types that found a row, or made one."""

    signature: str
    rows: int
    digest: str
    met: frozenset[type]


class Rows(NamedTuple):
    """`text` is what belongs in FILE; `gaps` say why it is not to be had, or not enough."""

    text: str
    gaps: Sequence[str]


def rows(root: Path, views: Sequence[Projection] | None = None) -> Rows:
    """Of all views, unless these are given. Raises ContractError."""
    views = projections() if views is None else views
    kept, examples = _kept(root), published(root)
    log = list(told(root, examples))
    found = {view.name: folded(view, log) for view in views}
    refused = list(_lost(root, kept)) or list(_changed(root, kept, views))
    text = _text(root) if refused else render(_content(examples, found))
    return Rows(text, [*refused, *_unrecorded(kept, found), *_unreached(views, found)])


def projections() -> Sequence[Projection]:
    """
    The views of the whole system, but those of events that are not published; a platform is only
    needed to make its other consumers.
    """
    told = {event.kind for event in event_types()}
    with TemporaryDirectory() as directory:
        platform = bootstrap.embedded(Path(directory))
        every = bootstrap.consumers(platform, CALENDAR)
        return [one for one in every if isinstance(one, Projection) and _is_told(one, told)]


def _is_told(view: Projection, told: AbstractSet[type]) -> bool:
    return view.events is None or not told.isdisjoint(view.events)


# The file


def _text(root: Path) -> str:
    path = root / FILE
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _kept(root: Path) -> Json:
    return {"examples": [], "views": {}, **json.loads(_text(root) or "{}")}


def _content(examples: Sequence[str], found: dict[str, Folded]) -> Json:
    views = {
        name: {"signature": one.signature, "rows": one.rows, "digest": one.digest}
        for name, one in sorted(found.items())
    }
    return {"examples": list(examples), "views": views}


# What is wrong


def _lost(root: Path, kept: Json) -> Iterator[str]:
    for name in kept["examples"]:
        if not _path(root, name).is_file():
            yield f"without the example {name} it is not known whether rows changed: bring it back"


def _changed(root: Path, kept: Json, views: Iterable[Projection]) -> Iterator[str]:
    log = list(told(root, kept["examples"]))
    for view in views:
        was = kept["views"].get(view.name)
        same = was is not None and was["signature"] == view.signature
        if same and was["digest"] != folded(view, log).digest:
            yield f"rows of {view.name} changed: raise its signature"


def _unrecorded(kept: Json, found: dict[str, Folded]) -> Iterator[str]:
    for name in sorted(found.keys() - kept["views"].keys()):
        yield f"{FILE} has no rows of {name}: make contracts records them"
    for name in sorted(kept["views"].keys() - found.keys()):
        yield f"{FILE} has rows of {name}, which is no view: make contracts drops them"


def _unreached(views: Iterable[Projection], found: dict[str, Folded]) -> Iterator[str]:
    for view in views:
        met = found[view.name].met
        if not met:
            yield f"no published example reaches {view.name}"
        for kind in sorted((view.events or frozenset()) - met, key=lambda kind: kind.__name__):
            yield f"the example of {kind.__name__} meets no row of {view.name}, which takes it"


# The examples


def _path(root: Path, name: str) -> Path:
    return root / "events" / f"{name}.example.json"


def published(root: Path) -> list[str]:
    """The names of all examples, `category/EventType.v1`, in the order in which they are told."""
    names = (
        f"{event.category}/{event.name}.v{version}"
        for event in event_types()
        for version in range(1, event.schema + 1)
    )
    return [name for name in names if _path(root, name).is_file()]


def told(root: Path, names: Sequence[str]) -> Iterator[Recorded]:
    """The examples of these names as one log; raises ContractError for one that cannot be read."""
    streams: dict[str, list[Json]] = {}
    for position, name in enumerate([*names, *names], start=1):
        before = streams.setdefault(name.partition("/")[0], [])
        try:
            example = json.loads(_path(root, name).read_text(encoding="utf-8"))
            yield _decoded(_agreeing(example, before), len(before), position)
        except (KeyError, ValueError, codec.UnknownEvent) as error:
            raise ContractError(f"the example {name} cannot be read: {error!r}") from error


def _agreeing(example: Json, before: list[Json]) -> Json:
    """The example as one of the stream of those before it, to which it is added."""
    first = next((one["data"][_PART] for one in before if _PART in one["data"]), None)
    part = {_PART: first} if first is not None and _PART in example["data"] else {}
    stream = before[0]["stream"] if before else example["stream"]
    before.append({**example, "stream": stream, "data": {**example["data"], **part}})
    return before[-1]


def _decoded(example: Json, version: int, position: int) -> Recorded:
    at = (_BEGIN + timedelta(days=version)).isoformat()
    body = {
        "recorded_at": at,
        "occurred_at": at,
        **{name: example[name] for name in ("correlation_id", "actor", "channel", "source")},
        "events": [{name: example[name] for name in ("type", "schema", "data")}],
    }
    command = CommandId(example["causation_id"], b"")
    commit = Commit(example["stream"], version, 1, command, to_json(body), b"", position)
    return codec.decode(CODEC, commit)[0]


# Folding


def folded(view: Projection, log: Iterable[Recorded]) -> Folded:
    digest, made, met = sha256(), dict[str, Row](), set[type]()
    for event in log:
        key = key_of(view, event)
        if key is None:
            continue
        try:
            after = _stored(view.evolve(made.get(key), event))
        except Exception as error:  # noqa: BLE001 - the event would be parked, and the row stay
            digest.update(f"{key} {type(error).__name__}\n".encode())
            continue
        digest.update(_canonical(view, key, after))
        if after is not None:
            made[key] = after
        if key in made:
            met.add(type(event.data))
    return Folded(view.signature, len(made), digest.hexdigest(), frozenset(met))


def _stored(row: Row | None) -> Row | None:
    """As storage would give it back."""
    return None if row is None else from_json(to_json(row))


def _canonical(view: Projection, key: str, row: Row | None) -> bytes:
    places: list[Any] = [] if row is None else sorted(view.entries(row))
    text = json.dumps([key, row, places], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode()
