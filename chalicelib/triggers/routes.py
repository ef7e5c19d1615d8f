"""
The routes that the subjects have, each imported when it is first asked for: a function of AWS
answers a few of some hundred in its short life (cold start).
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from chalice.app import Chalice, Response

from ..subjects import entries, load

if TYPE_CHECKING:
    from ..web.operation import OperationSpec
    from ..web.request import Web
    from ..web.route import Handler

JSON: Final = "application/json"
ANYTHING: Final = "*/*"


class Route:
    """The view that chalice calls; its handler is imported when it is called, or asked about."""

    __name__ = "route"  # chalice asks for it

    def __init__(self, app: Chalice, web: str, handler: str, media_types: Sequence[str]) -> None:
        self._app, self._maker, self._name = app, web, handler
        self.media_types = media_types

    def __call__(self, **parameters: str) -> Response:
        from ..web.route import respond

        request = self._app.current_request
        assert request is not None  # noqa: S101 - chalice sets it before it calls a view
        return respond(self._web(), request, self.handler, parameters, self.media_types)

    @cached_property
    def _web(self) -> Callable[[], "Web"]:
        maker: Callable[[], Web] = load(self._maker)
        return maker

    @cached_property
    def handler(self) -> "Handler":
        handler: Handler = load(self._name)
        return handler

    @property
    def doc(self) -> "OperationSpec":
        from ..web.route import spec_of

        return spec_of(self.handler)


def register(app: Chalice, web: str) -> None:
    """
    Every route of every subject. `web` names what makes the Web that they work with
    ("module:function"). A media type other than JSON is answered in bytes, too. Chalice passes on
    whatever comes: what a route does not take is refused as everything is, on AWS too.
    """
    binary: dict[str, None] = {}
    for method, path, handler, *others in entries("ROUTES"):
        types = list(others[0]) if others else [JSON]
        binary |= dict.fromkeys(one for one in types if one not in (JSON, ANYTHING))
        view: Any = Route(app, web, handler, types)
        app.route(path, methods=[method], name=f"{method} {path}", content_types=[ANYTHING])(view)
    app.api.binary_types[:] = list(binary)


def import_all(app: Chalice) -> None:
    """Import every handler now: before there are threads (see kernel/base.build_models)."""
    for methods in app.routes.values():
        for entry in methods.values():
            if isinstance(entry.view_function, Route):
                _ = entry.view_function.handler
