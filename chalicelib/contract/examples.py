"""
The examples of the OpenAPI document. What is asked and answered is recorded from walks of the
running service (python -m tests.contract.api_examples); problems are made by the service's own
code, from what the walks were refused with.
"""

import json
from collections.abc import Mapping
from string import Formatter
from typing import Any, Final, NamedTuple

from chalice.app import Request
from pydantic import ValidationError

from ..refusals import words
from ..refusals.table import statuses
from ..serving import gateway, limits
from ..submissions.application.submissions import Submission
from ..web.bodies import MAX_NODES
from ..web.messages import MESSAGES, Language
from ..web.problems import invalid, problem
from .json_schemas import Json
from .problems import LANGUAGES, example

RECORDED: Final = "docs/api-examples.json"
# What no walk needs to meet: the service's own figures.
_KNOWN: Final[Mapping[str, Json]] = {
    "too-large": {"limit": limits.MAX_BODY},
    "bad-parameter": {"parameter": "limit"},
    "nothing-to-wait-for": {"parameter": "min_version"},
    "too-many-values": {"limit": MAX_NODES},
    "quota-exceeded": {
        "reason_code": "documents-of-day",
        "reason_values": {"documents": 100, "megabytes": 200},
        "reason": (
            "an account may hand in 100 documents and 200 MB a day: hand in the rest tomorrow"
        ),
    },
}
# No rule is refused by that name as yet: it is what a new kind of refusal would answer.
_LIKE: Final[Mapping[str, str]] = {"rejected": "invalid"}
_REQUEST_ID: Final = "6f1c2ad07c0e4ac5b0c8f3f2a9d4e871"


class Examples(NamedTuple):
    """
    By the name of the operation its `request` (if it has a body) and its `reply` (if that is
    JSON); by the name of a path parameter a value; by a problem's code the members of its own.
    """

    operations: Mapping[str, Json] = {}
    parameters: Mapping[str, Any] = {}
    problems: Mapping[str, Json] = {}

    def of(self, operation: str, what: str) -> Json:
        """{"example": ...}, or nothing."""
        told = self.operations.get(operation, {})
        return {"example": told[what]} if what in told else {}

    def value(self, parameter: str, schema: Mapping[str, Any]) -> Json:
        """As `of`; what was recorded from an address is text, whatever the schema says."""
        if parameter not in self.parameters:
            return {}
        recorded = self.parameters[parameter]
        return {"example": int(recorded) if schema.get("type") == "integer" else recorded}


def read(text: str) -> Examples:
    return Examples(**json.loads(text or "{}"))


def problems(codes: set[str], examples: Examples) -> Json:
    """components/examples: every problem in every language."""
    return {
        example(code, language): {"value": _problem(code, language, examples)}
        for code in sorted(codes)
        for language in LANGUAGES
    }


def unrecorded(codes: set[str], examples: Examples) -> list[str]:
    """The problems whose words need something that no walk was refused with."""
    return sorted(code for code in codes if not _needs(code) <= _members(code, examples).keys())


def _problem(code: str, language: Language, examples: Examples) -> Json:
    request = _request(language)
    if code == "invalid-request":
        try:
            Submission.model_validate({"channel": "fax"})
        except ValidationError as error:
            return _body(invalid(error, request, words.worded).body)
    members = {**dict.fromkeys(_needs(code), ""), **_members(code, examples)}
    if "reason_code" in members and language != "en":  # recorded in English
        members["reason"] = words.chinese(members["reason_code"], members["reason_values"])
    return _body(problem(statuses()[code], code, request, **members).body)


def _body(text: str) -> Json:
    found: Json = json.loads(text)
    return found


def _request(language: Language) -> Request:
    headers = {"accept-language": language}
    return gateway.outside(gateway.Call("POST", "/cases", "", headers, "", _REQUEST_ID))


def _members(code: str, examples: Examples) -> Json:
    told = examples.problems.get(_LIKE.get(code, code), {})
    return {**_KNOWN.get(code, {}), **told}


def _needs(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(MESSAGES[code].en.detail) if name}
