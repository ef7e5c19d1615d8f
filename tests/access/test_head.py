"""HEAD is answered like GET, and changes nothing whatever that does (RFC 9110, 9.2.1)."""

import pytest

from .people import askers
from .probes import probes, send
from .test_every_route import ROUTES, world
from .world import Route, World

__all__ = ["world"]  # a fixture
GETS = [one for one in ROUTES if one.method == "GET"]


@pytest.mark.parametrize("route", GETS, ids=lambda route: route.name)
def test_head_of_a_route_adds_nothing_to_the_log(world: World, route: Route) -> None:
    head = route._replace(method="HEAD")
    for probe in probes(route):
        for who in askers(probe.thing):
            if who is not None:
                world.ask(who, "GET", "/account")  # which may be an administrator's first request
            world.parameters(probe.thing, probe.make)
            before = world.platform.log.head()
            asked = send(world, head, probe, who)
            assert world.platform.log.head() == before
            got = send(world, route, probe, who)
            assert (asked.status_code, asked.content) == (got.status_code, b"")
            assert asked.headers["content-type"] == got.headers["content-type"]
