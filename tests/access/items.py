"""Items that are managed: each is published, and has a draft of its next version."""

from chalicelib.items.application import items
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller

from .people import CIVIL, Thing
from .world import OPEN, Json, Probe, World, person

_MANAGER = Actor(account="items", role=Role.ITEM_MANAGER, division="000000")


def _managed(world: World) -> Json:
    number = next(world.number)
    code = f"{OPEN[:-6]}{number:06d}"
    item = world.item.model_copy(update={"code": code})
    items.publish(world.platform, Caller(_MANAGER, f"publish-{code}"), item)
    content = {**item.model_dump(mode="json", exclude_none=True), "name": f"事项{number}"}
    world.done(person("items"), "PUT", f"/items/{code}/draft", json={"definition": content})
    return {"code": code}


MANAGED = (
    Probe(
        Thing("an item", owner="items", division="440800", departments=frozenset({CIVIL})), _managed
    ),
)
