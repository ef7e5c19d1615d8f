"""/items: what can be applied for. Anybody may read it."""

from chalice.app import Blueprint, Response

from ..application import items
from ..domain.errors import NotFound
from ..projections import item_catalogue
from .doc import PAGING, Doc
from .web import Ask, Web, reply, route, tagged

_STATES = frozenset({"published", "suspended", "retired"})
_ITEMS = Doc(
    "listItems",
    "items",
    "ItemPage",
    query={
        **PAGING,
        "state": {"enum": sorted(_STATES), "default": "published"},
        "department": {"type": "string"},
    },
    public=True,
)
_ITEM = Doc("getItem", "items", "ItemReply", tagged=True, public=True)
_VERSION = Doc("getItemVersion", "items", "ItemDefinition", public=True)


def routes(web: Web) -> Blueprint:
    http = Blueprint(__name__)

    @route(http, web, "GET", "/items", doc=_ITEMS)
    def listed(ask: Ask) -> Response:
        """The catalogue, by code; of one department, in another state than published, if asked."""
        ask.wait_for(item_catalogue.NAME)
        state, department = ask.choice("state", _STATES) or "published", ask.query("department")
        partition = f"{state} {department}" if department else state
        page = ask.platform.views.page(
            item_catalogue.NAME, "items", partition, after=ask.cursor(partition), limit=ask.limit
        )
        return reply(ask.page(partition, page))

    @route(http, web, "GET", "/items/{code}", doc=_ITEM)
    def current(ask: Ask, code: str) -> Response:
        """The item as it is now: what to fill in, which materials, how long it takes."""
        found = items.get(ask.platform, code)
        return tagged(ask, found.described, found.version)

    @route(http, web, "GET", "/items/{code}/versions/{version}", doc=_VERSION)
    def version(ask: Ask, code: str, version: str) -> Response:
        """A published version never changes: cases refer to it."""
        if not version.isascii() or not version.isdigit():
            raise NotFound("versions count from 1")
        definition = items.at_version(ask.platform, code, int(version[:9]))
        return reply(definition.model_dump(mode="json", exclude_none=True))

    return http
