"""What a route says of itself, beside the route; the OpenAPI document is made from it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from ..platform.rate_limits import USUAL

Schema = Mapping[str, Any]

LIMIT: Final[Schema] = {
    "type": "integer",
    "minimum": 1,
    "maximum": 100,
    "default": 20,
    "description": "At most so many items on a page.",
}
CURSOR: Final[Schema] = {"type": "string", "description": "`next` of the page before, as it is."}
MIN_POSITION: Final[Schema] = {
    "type": "integer",
    "minimum": 0,
    "description": "The `position` of a reply: the list is given once it has come so far.",
}
MIN_VERSION: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9A-Za-z_.-]{1,120}@[1-9][0-9]{0,8}$",
    "description": (
        "`id@version` of a reply: the list is given once it has come so far. The id is that of "
        "what is listed (`case_id`, an item's `code`, a certificate's `identifier`, `mandate_id`, "
        "`credit_code`), the version is the number in the reply's `ETag`. For a service whose "
        "replies have no `position` (on AWS the log assigns it a moment later)."
    ),
}
PAGING: Final[Mapping[str, Schema]] = {
    "limit": LIMIT,
    "cursor": CURSOR,
    "min_position": MIN_POSITION,
    "min_version": MIN_VERSION,
}
# Of what is not made by a view: a history, the parts of one thing.
PARTS: Final[Mapping[str, Schema]] = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
        "default": 1000,
        "description": "At most so many on a page, and no more than about a megabyte.",
    },
    "cursor": CURSOR,
}


class OperationSpec(NamedTuple):
    """
    One operation. Its summary is the first sentence of the handler's docstring, its description the
    rest. `reply` names a model of the subjects' REPLIES, which no running service needs to import;
    "" stands for a document's bytes.

    `query` has the JSON Schema of each parameter. A `command` takes an Idempotency-Key and an
    If-Match; what is `tagged` carries an ETag and takes If-None-Match. `public` needs no token.
    What `closes` the caller's account is taken again from whose account it has closed. `limit` is
    how often it may be asked for (platform/rate_limits.py). `problems` are the codes of those
    refusals that no family of contract/problems.py has. `media` are the media types of bytes that
    are answered.
    """

    name: str
    tag: str
    reply: str
    status: int = 200
    body: type[BaseModel] | None = None
    query: Mapping[str, Schema] = {}
    command: bool = False
    tagged: bool = False
    public: bool = False
    closes: bool = False
    limit: str = USUAL
    problems: tuple[str, ...] = ()
    media: tuple[str, ...] = ("*/*",)
