"""A body as the model that a route takes, or why it is none."""

import json
import re
from typing import Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ValidationError, create_model
from pydantic_core import from_json

from ..kernel.actor import Channel
from ..kernel.base import Command, Frozen, StaffCommand
from ..kernel.json_values import nodes, trouble
from .errors import BadBody, BadRequest

M = TypeVar("M", bound=BaseModel)
# Numbers beyond what a double holds, or none at all; escapes of control characters.
_ODD = re.compile(rb"NaN|Infinity|[eE]\+?\d{3}|\d{309}|\\u00[01]|\\u007[fF]|\\[bf]|\x7f")
# What a commit takes (380 KB), with every Chinese character written as an escape.
MAX_BYTES = 1 << 20
MAX_NODES = 10_000  # values; of a draft of an item, which has most, some 3,000
DEEPEST = 100  # levels of a body; ours reads at most 200 of a whole commit


class CommandBody(Frozen):
    """What a body may say of its circumstances: when it happened, and how it reached the caller."""

    occurred_at: AwareDatetime | None = None
    channel: Channel | None = None


def of_command(kind: type[Command], name: str, **replaced: Any) -> type[CommandBody]:
    """
    The model `name` of what a caller sends of a command: all that the server does not supply, with
    `replaced` in the place of fields (as pydantic's create_model takes them).
    """
    fields: dict[str, Any] = {
        field: (info.annotation, info)
        for field, info in kind.model_fields.items()
        if field not in StaffCommand.model_fields
    }
    fields |= {field: other for field, other in replaced.items() if field in fields}
    return create_model(name, __base__=CommandBody, __doc__=kind.__doc__, **fields)


def fields_of(body: CommandBody) -> dict[str, Any]:
    """What the body of a command says of the command itself."""
    named = type(body).model_fields.keys() - CommandBody.model_fields.keys()
    return {name: getattr(body, name) for name in named}


def read(model: type[M], content: bytes) -> M:
    """
    Raises BadBody, with every place that does not fit, and BadRequest for what could be stored and
    never read again, or is more than any command can use: each value may be a place that does not
    fit. Strict: "yes" is no `true`, as the document has it.
    """
    content = content or b"{}"
    bounded(content)
    if _doubtful(content) and _troubled(content):
        raise BadRequest("malformed-json")
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise BadBody(error) from error


def bounded(content: bytes) -> None:
    """Raises BadRequest for more than any command can use."""
    if len(content) > MAX_BYTES:
        raise BadRequest("too-large", limit=MAX_BYTES)
    # Each value but the first has one of these before it; in a text they may stand for nothing.
    if content.count(b",") + content.count(b"[") + content.count(b"{") < MAX_NODES:
        return
    try:
        found = nodes(from_json(content), MAX_NODES)
    except ValueError:
        return  # for the model to say where
    if found > MAX_NODES:
        raise BadRequest("too-many-values", limit=MAX_NODES)


def _doubtful(content: bytes) -> bool:
    """Whether it may be nested too deeply, or have what no reader takes. Cheap: for all."""
    return content.count(b"{") + content.count(b"[") > DEEPEST or bool(_ODD.search(content))


def _troubled(content: bytes) -> bool:
    try:
        return trouble(json.loads(content), DEEPEST) is not None
    except RecursionError:
        return True
    except ValueError:
        return False  # for the model to say where
