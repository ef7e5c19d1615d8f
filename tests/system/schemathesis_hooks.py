"""What Schemathesis needs to know of us that no setting says; it loads this file by itself."""

import os
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response, SerializationContext

from chalicelib.cases.http.documents import MEDIA_TYPES
from chalicelib.documents.domain.media_types import ANY
from chalicelib.kernel.json_values import CONTROL, trouble
from chalicelib.web.bodies import DEEPEST

# What they say of the request is that it was not written as the document has it.
_MISWRITTEN = {"invalid-request", "malformed-json", "malformed-url", "bad-request"}
# Where the document cannot say what fits: what an item's own form asks for, and the definition of
# an item, whose rules go from one part of it to another.
_OUR_OWN = ("/form", "/answers", "/definition")

_READ_FOR_ALL = ("Accept-Language", "X-Request-Id", "X-Role", "If-Match", "If-None-Match")
_FOR_ALL = {f"#/components/parameters/{name}" for name in _READ_FOR_ALL}


def _has_control_characters(value: Any) -> bool:
    """Said in words for every text of every body, which a schema would have to repeat for each."""
    return trouble(value, DEEPEST) == CONTROL


def _excused(error: dict[str, str]) -> bool:
    # To JSON Schema 5.0 is an integer; here it is written without a point.
    return error["pointer"].startswith(_OUR_OWN) or error["code"] == "int_type"


@schemathesis.hook
def before_load_schema(_context: HookContext, raw_schema: dict[str, Any]) -> None:
    """
    In the short run, what one function reads for all operations is tried on the first of each tag.
    """
    if "EVERY_HEADER" in os.environ:
        return
    tried: set[str] = set()
    for operation in (one for methods in raw_schema["paths"].values() for one in methods.values()):
        if operation["tags"][0] in tried:
            named = operation["parameters"]
            operation["parameters"] = [one for one in named if one.get("$ref") not in _FOR_ALL]
        tried.add(operation["tags"][0])


@schemathesis.serializer(*(one for one in MEDIA_TYPES if one != ANY))
def as_bytes(_context: SerializationContext, value: Any) -> bytes:
    """The bytes of a document may be anything."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.check
def only_rules_refuse(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """What fits the document is refused for what it asks for, never for how it is written."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "problem" not in response.headers.get("content-type", [""])[0]:
        return
    problem = response.json()
    if problem["code"] == "malformed-json" and _has_control_characters(case.body):
        return
    if problem["code"] in _MISWRITTEN:
        found = problem.get("errors", [{"pointer": "", "code": ""}])
        wrong = [one["pointer"] for one in found if not _excused(one)]
        assert not wrong, f"{problem['code']} at {wrong}: {problem}"
