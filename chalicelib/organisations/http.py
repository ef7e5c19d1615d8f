"""/organisations: the departments of a division, for whoever reads codes. Anybody may."""

from itertools import islice
from typing import Any

from chalice.app import Response

from ..eventlog.views.port import Cursor
from ..web import paging
from ..web.errors import BadRequest
from ..web.operation import CURSOR, LIMIT, OperationSpec
from ..web.request import ApiRequest
from ..web.route import operation, tagged
from .application import registry

_LIST = OperationSpec(
    "listOrganisations",
    "organisations",
    "DepartmentPage",
    query={
        "division": {
            "type": "string",
            "pattern": "^[0-9]{6}$",
            "description": "Whose departments, by its code (GB/T 2260). It has to be said.",
        },
        "limit": LIMIT,
        "cursor": CURSOR,
    },
    tagged=True,
    public=True,
)


@operation(_LIST)
def listed(request: ApiRequest) -> Response:
    """机构: the departments that a division has published, by code; those that ended, too."""
    division = _division(request)
    found = registry.get(request.platform, division)
    sealed = f"organisations {division}"
    after = _after(request, sealed)
    rest = sorted((one for one in found.departments if one.code > after), key=lambda one: one.code)
    page = list(islice(rest, request.limit))
    last = page[-1].code if page and len(rest) > len(page) else None
    following = last and paging.sealed(request.platform, sealed, Cursor(last, last))
    rows = [{**one.model_dump(mode="json"), "division": division} for one in page]
    body: dict[str, Any] = {"items": rows, "next": following, "version": found.version}
    return tagged(request, body, found.version, str(request.limit), after or "first")


def _division(request: ApiRequest) -> str:
    """Raises BadRequest."""
    text = request.query("division") or ""
    if len(text) != 6 or not text.isascii() or not text.isdigit():  # noqa: PLR2004 - GB/T 2260
        raise BadRequest("bad-parameter", parameter="division")
    return text


def _after(request: ApiRequest, sealed: str) -> str:
    text = request.query("cursor")
    return "" if text is None else paging.opened(request.platform, sealed, text).key
