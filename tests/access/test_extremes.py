"""No value at the end of what its type has is an error of ours, wherever it stands in a request."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from chalicelib.serving.signin import Persona

from .people import askers
from .probes import known, parameters_of, probes, send
from .samples import Json, body, sample, schema_of
from .test_every_route import ROUTES, expected, world
from .world import Probe, Route, World

__all__ = ["world"]  # a fixture

# Blank once it is read, not seen at all, many more once NFKC has written it out, in other digits,
# on both sides of what a surrogate is.
TEXTS: Final = (
    *("    ", "\u3000" * 18, "\u200b" * 18, "\ufdfa" * 18, "１" * 18, "𝟏" * 18, "-" * 18),
    *("\ufeff張" * 9, "\U0010ffff" * 9, "\t\n \r\n", "000000", "Z" * 18, "..", "a" * 200),
    *("0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"),
)
DEEPEST: Final = 4
NUMBERS: Final = (0, -1, 2**31, 2**53, 2**63, 2**64, 10**300, 0.1, 1e300, -0.0, True, None)


def extremes(schema: Json, shared: Json) -> tuple[Any, ...]:
    if "$ref" in schema:
        return extremes(shared[schema["$ref"].rpartition("/")[2]], shared)
    ways = (schema, *schema.get("anyOf", ()))
    kinds = {kind for one in ways for kind in _types(one)}
    found: tuple[Any, ...] = TEXTS if "string" in kinds else ()
    found += NUMBERS if kinds & {"integer", "number"} else ()
    found += ([], [None], [[]], [{}] * 50) if "array" in kinds else ()
    return found + (({}, {"": ""}, {"a": {"a": 1}}) if "object" in kinds else ())


def _types(schema: Json) -> list[str]:
    named = schema.get("type", [])
    return [named] if isinstance(named, str) else named


def changed(
    schema: Json, shared: Json, made: Any, told: Json, deep: int = DEEPEST
) -> Iterator[Any]:
    """The sample with one member at an extreme, of each member on each level."""
    if deep == 0:
        return  # a condition is made of conditions
    if "$ref" in schema:
        yield from changed(shared[schema["$ref"].rpartition("/")[2]], shared, made, told, deep - 1)
        return
    for choice in (one for name in ("anyOf", "oneOf") for one in schema.get(name, ())):
        if "$ref" in choice or choice.get("type") == "array":
            yield from changed(choice, shared, made, told, deep - 1)
    if schema.get("type") == "array" and isinstance(made, list) and made:
        for one in changed(schema.get("items", {}), shared, made[0], told, deep - 1):
            yield [one, *made[1:]]
    for name, part in schema.get("properties", {}).items():
        inner = made.get(name) if isinstance(made, dict) else None
        inner = sample(part, shared, told) if inner is None else inner
        for extreme in extremes(part, shared):
            yield {**made, name: extreme}
        for one in changed(part, shared, inner, told, deep - 1):
            yield {**made, name: one}


WITH_BODY = [one for one in ROUTES if one.doc.body is not None]


def first(world: World, route: Route) -> tuple[Probe, Persona | None]:
    """Whom the handler listens to, and about what."""
    return next(
        (probe, who)
        for probe in probes(route)
        for who in askers(probe.thing)
        if expected(route, who, probe.thing)
    )


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: route.name)
def test_no_extreme_of_a_body_is_an_error_of_ours(world: World, route: Route) -> None:
    assert route.doc.body is not None
    probe, who = first(world, route)
    schema = schema_of(route.doc.body)
    shared, told = schema.get("$defs", {}), known(route, who)
    wrong = []
    for one in changed(schema, shared, body(route.doc.body, told), told):
        reply = send(world, route, probe, who, one)
        if reply.status_code >= 500 and reply.json()["code"] == "internal":
            wrong.append((one, reply.text))
    assert wrong == []


OF_QUERIES: Final = (*TEXTS, "0", "-1", str(2**63), "1" * 400, "0000-00-00", "10000-01-01")
WITH_QUERY = [one for one in ROUTES if one.doc.query]


@pytest.mark.parametrize("route", WITH_QUERY, ids=lambda route: route.name)
def test_no_extreme_of_a_query_is_an_error_of_ours(world: World, route: Route) -> None:
    probe, who = first(world, route)
    parameters = parameters_of(world, probe)
    path = route.path.format_map(parameters)
    needed = parameters.get("?", {})
    wrong = []
    for name in route.doc.query:
        for value in OF_QUERIES:
            reply = world.ask(who, route.method, path, params={**needed, name: value})
            if reply.status_code >= 500:
                wrong.append((name, value, reply.text))
    assert wrong == []
