"""
Routes and triggers whose code is imported when they are first asked for (cold start).

A function of AWS answers a few of some hundred routes in its short life. What chalice has to know
of them all is in routes.json, which `banjian contracts` writes.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from chalice.app import Blueprint, Chalice

TABLE = Path(__file__).with_name("routes.json")


class Listed(NamedTuple):
    """One route: the module of http/ that has it, and what chalice is told of it."""

    module: str
    method: str
    path: str
    content_types: Sequence[str]


class View:
    """A route's view; its module is imported when it is called, or asked for its `doc`."""

    def __init__(self, app: Chalice, listed: Listed) -> None:
        self._app, self._listed = app, listed
        self.__name__ = "view"  # chalice asks for it

    def __call__(self, **parameters: str) -> Any:
        return self.real(**parameters)

    @cached_property
    def real(self) -> Callable[..., Any]:
        _, method, path, _ = self._listed
        view: Callable[..., Any] = (
            _made(self._app, self._listed.module).routes[path][method].view_function
        )
        return view

    @property
    def doc(self) -> Any:
        """What the route says of itself (http/doc.py)."""
        return vars(self.real)["doc"]


class _Of(Chalice):
    """Holds the views of one module; the request that they read is that of the app itself."""

    def __init__(self, app: Chalice) -> None:
        self._outer = app
        super().__init__(app_name=app.app_name, configure_logs=False)

    @property
    def current_request(self) -> Any:
        return self._outer.current_request

    @current_request.setter
    def current_request(self, _: Any) -> None:
        """Chalice clears it when it makes an app."""


@cache
def _made(app: Chalice, module: str) -> Chalice:
    made = _Of(app)
    made.register_blueprint(_routes(module))
    return made


def _routes(module: str) -> Blueprint:
    from . import bootstrap

    routes: Blueprint = import_module(f".{module}", __package__).routes(bootstrap.WEB)
    return routes


def register(app: Chalice, *modules: str) -> None:
    """The routes of these modules of http/, as far as the table has them."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    app.api.binary_types[:] = table["binary_types"]
    for one in (Listed(*row) for row in table["routes"]):
        if one.module in modules:
            name = f"{one.method} {one.path}"
            types = list(one.content_types)
            route = app.route(one.path, methods=[one.method], name=name, content_types=types)
            route(View(app, one))


def load(app: Chalice) -> None:
    """Import all of them now: before there are threads (see domain/base.build_models)."""
    for methods in app.routes.values():
        for entry in methods.values():
            if isinstance(entry.view_function, View):
                _ = entry.view_function.real


def table(modules: Sequence[str]) -> dict[str, Any]:
    """routes.json, as the modules would have it."""
    from .cases.http.documents import MEDIA_TYPES

    apart = Chalice(app_name="apart", configure_logs=False)
    routes = [
        Listed(module, method, path, entry.content_types)
        for module in modules
        for path, methods in sorted(_made(apart, module).routes.items())
        for method, entry in sorted(methods.items())
    ]
    return {"binary_types": list(MEDIA_TYPES), "routes": [list(one) for one in routes]}


def whole(modules: Sequence[str]) -> Chalice:
    """An app with all their routes, made from the modules and not from the table."""
    made = Chalice(app_name="whole", configure_logs=False)
    for module in modules:
        made.register_blueprint(_routes(module))
    return made


def on(function: str, trigger: str, *arguments: str) -> Callable[[Any], Any]:
    """
    What subscribers/triggers.py makes as `trigger`, for the function of that name: AWS finds it in
    app.py by its name.
    """

    def handler(event: Any) -> Any:
        return _handler(trigger, *arguments)(event)

    handler.__name__ = handler.__qualname__ = function
    return handler


@cache
def _handler(name: str, *arguments: str) -> Callable[[Any], Any]:
    from . import bootstrap
    from .triggers import triggers

    made: Callable[[Any], Any] = getattr(triggers, name)(bootstrap.cloud, *arguments)
    return made
