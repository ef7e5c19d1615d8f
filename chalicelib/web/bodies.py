"""A body as the model that a route takes, or why it is none."""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..kernel.json_values import trouble
from .errors import BadBody, BadRequest

M = TypeVar("M", bound=BaseModel)
# Numbers beyond what a double holds, or none at all; escapes of control characters.
_ODD = re.compile(rb"NaN|Infinity|[eE]\+?\d{3}|\d{309}|\\u00[01]|\\u007[fF]|\\[bf]|\x7f")
DEEPEST = 100  # levels of a body; ours reads at most 200 of a whole commit


def read(model: type[M], content: bytes) -> M:
    """
    Raises BadBody, with every place that does not fit, and BadRequest for what could be stored and
    never read again. Strict: "yes" is no `true`, as the document has it.
    """
    content = content or b"{}"
    if _doubtful(content) and _troubled(content):
        raise BadRequest("malformed-json")
    try:
        return model.model_validate_json(content, strict=True)
    except ValidationError as error:
        raise BadBody(error) from error


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
