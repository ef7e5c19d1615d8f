"""What changed between two versions of an item, for people who have to know."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Kind = Literal["added", "removed", "changed", "moved"]
# What the entries of a list are known by, rather than by their place.
NAMES = ("id", "value", "department", "label")


class Change(NamedTuple):
    """
    `path` leads to the value: names of fields, and in lists what names the entry, or its place from
    1. `before` is None for what was added, `after` for what was removed.
    """

    path: tuple[str, ...]
    kind: Kind
    before: Any
    after: Any

    @property
    def plain(self) -> dict[str, Any]:
        return {**self._asdict(), "path": list(self.path)}


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[Change]:
    """In the order of the fields as they are now, what was removed last."""
    return list(_differences(before, after, path))


def _differences(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Change]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _fields(before, after, path)
    elif _is_list(before) and _is_list(after):
        yield from _entries(before, after, path)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Change(path, "changed", before, after)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[Change]:
    for name, value in after.items():
        if name in before:
            yield from _differences(before[name], value, (*path, name))
        else:
            yield Change((*path, name), "added", None, value)
    for name, value in before.items():
        if name not in after:
            yield Change((*path, name), "removed", value, None)


def _entries(
    before: Sequence[Any], after: Sequence[Any], path: tuple[str, ...]
) -> Iterator[Change]:
    was, now = _named(before), _named(after)
    if was is not None and now is not None:
        yield from _fields(was, now, path)
        yield from _moved(list(was), list(now), path)
    elif any(isinstance(one, Mapping) for one in (*before, *after)):
        yield from _fields(_numbered(before), _numbered(after), path)
    else:
        yield from _values(before, after, path)


def _named(entries: Sequence[Any]) -> dict[str, Any] | None:
    """Each entry by what names it; None where some have no name, or two have one."""
    names = [_name(one) for one in entries]
    if None in names or len(set(names)) != len(names):
        return None
    return {str(name): one for name, one in zip(names, entries, strict=True)}


def _name(entry: Any) -> str | None:
    if not isinstance(entry, Mapping):
        return None
    return next((str(entry[name]) for name in NAMES if name in entry), None)


def _numbered(entries: Sequence[Any]) -> dict[str, Any]:
    return {str(place): one for place, one in enumerate(entries, 1)}


def _moved(was: list[Any], now: list[Any], path: tuple[str, ...]) -> Iterator[Change]:
    if [one for one in was if one in now] != [one for one in now if one in was]:
        yield Change(path, "moved", was, now)


def _values(before: Sequence[Any], after: Sequence[Any], path: tuple[str, ...]) -> Iterator[Change]:
    yield from (Change(path, "added", None, one) for one in after if one not in before)
    yield from (Change(path, "removed", one, None) for one in before if one not in after)
    yield from _moved(list(before), list(after), path)
