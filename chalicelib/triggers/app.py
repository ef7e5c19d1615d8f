"""The Chalice app, and what it answers pages of other origins."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, Response, RouteEntry

from ..subjects import load
from .routes import Route

if TYPE_CHECKING:
    from ..web.cors import Origins


class App(Chalice):
    """`origins` names what tells the origins whose pages may ask ("module:function")."""

    def __init__(self, origins: str, **named: Any) -> None:
        super().__init__(**named)
        self._origins = origins

    @property
    def origins(self) -> "Origins":
        return self._told()

    @cached_property
    def _told(self) -> Callable[[], "Origins"]:
        told: Callable[[], Origins] = load(self._origins)
        return told

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """What API Gateway is answered: chalice's own refusals are for a page to read, too."""
        from ..web import cors

        call = event.get("requestContext", {})
        methods = self.routes.get(call.get("resourcePath"))
        if call.get("httpMethod") == "OPTIONS" and methods is not None:
            answer = preflight(methods, self.origins, origin_of(event))
            return answer.to_dict(self.api.binary_types)
        made: dict[str, Any] = super().__call__(event, context)
        cors.add(made["headers"], self.origins, origin_of(event))
        return made


def origin_of(event: Mapping[str, Any]) -> str | None:
    """API Gateway hands headers on in the case that they were sent in."""
    headers = event.get("headers") or {}
    return next((value for name, value in headers.items() if name.lower() == "origin"), None)


def preflight(
    methods: Mapping[str, RouteEntry], origins: "Origins", origin: str | None
) -> Response:
    """The reply to OPTIONS of a path."""
    from ..web import cors

    views = {name: entry.view_function for name, entry in methods.items()}
    docs = {name: view.doc for name, view in views.items() if isinstance(view, Route)}
    implied = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
    headers = cors.preflight(origins, origin, implied | set(methods), cors.accepted(docs))
    return Response("", headers, 204)
