"""A client that holds every request and every reply against the OpenAPI document."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from chalicelib.kernel.actor import Role
from chalicelib.serving import signin

from ..contract.openapi_rules import operations, parameters

Json = dict[str, Any]
HERE = "urn:openapi"
PEOPLE = {
    **signin.PERSONAS,
    **{
        one.account: one
        for one in (
            signin.Persona("deputy-housing", "范副局长", Role.APPROVER, "440800-housing", "440800"),
            signin.Persona("clerk-civil", "钟经办", Role.CLERK, "440800-civil", "440800"),
            signin.Persona("head-civil", "袁局长", Role.APPROVER, "440800-civil", "440800"),
            signin.Persona("clerk-market", "欧经办", Role.CLERK, "440800-market", "440800"),
            signin.Persona("reviewer-market", "曾审核", Role.REVIEWER, "440800-market", "440800"),
            signin.Persona("head-market", "彭局长", Role.APPROVER, "440800-market", "440800"),
            signin.Persona(
                "reviewer-chikan", "郭审核", Role.REVIEWER, "440802-environment", "440802"
            ),
        )
    },
    # A token with another role than the account has acted in.
    "auditor-zheng as administrator": signin.Persona(
        "auditor-zheng", "郑审计", Role.SYSTEM_ADMINISTRATOR, None, "440800"
    ),
}


def strict(document: Json) -> Json:
    """The document with its replies closed: a member that it does not name is a mistake of ours."""
    copy = deepcopy(document)
    for name, schema in copy["components"]["schemas"].items():
        if name != "Problem" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return copy


THREE_DIGITS = re.compile(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}(?:Z|[+-][0-9]{2}:[0-9]{2})")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}.*")
# What people filled in is theirs; an OpenAPI document tells of requests, too.
_OTHERS = frozenset({"form", "answers", "definition", "paths", "components"})


def times(value: Any) -> Iterator[str]:
    """Whatever looks like a time in a reply."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from () if name in _OTHERS else times(one)
    elif isinstance(value, list):
        for one in value:
            yield from times(one)
    elif isinstance(value, str) and _TIME.fullmatch(value):
        yield value


class Exchange(NamedTuple):
    """What was asked and answered: a body is JSON or the text of bytes, or None."""

    status: int
    parameters: dict[str, str]
    request: Any
    reply: Any

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Walker:
    """
    `met` has the first exchange of every operation and status, `refused` the first problem of
    every code.
    """

    client: httpx.Client
    data: Path
    document: Json
    met: dict[tuple[str, int], Exchange] = field(default_factory=dict)
    refused: dict[str, Json] = field(default_factory=dict)
    number: Iterator[int] = field(default_factory=count)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.document = strict(self.document)
        self.registry = whole(self.document)
        self.operations = {
            (method, path): operation for method, path, operation in operations(self.document)
        }

    def __call__(  # noqa: PLR0913 - what a request consists of
        self,
        who: str | None,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Json | None = None,
        headers: dict[str, str] | None = None,
        fits: bool = True,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Send a request; unless it is to be refused (`fits`), it keeps to the document too."""
        template, operation = self.operation(method, path)
        sent = {**self._usual(who, operation), **(headers or {})}
        if fits:
            self._check_request(operation, query or {}, sent, body)
        given: Json = {"content": content} if body is None else {"json": body}
        reply = self.client.request(method, path, params=query, headers=sent, **given)
        self._check_reply(f"{method} {template}", operation, reply)
        self._keep(operation["operationId"], _values(template, path), body, reply)
        return reply

    def _keep(
        self, name: str, parameters: dict[str, str], body: Json | None, reply: httpx.Response
    ) -> None:
        status, kind = reply.status_code, reply.headers.get("Content-Type", "")
        sent = reply.request.content.decode("utf-8", "replace") if body is None else body
        told: Any = reply.json() if "json" in kind and reply.content else None
        self.met.setdefault(
            (name, status), Exchange(status, parameters, None if sent == "" else sent, told)
        )
        if kind == "application/problem+json":
            self.refused.setdefault(told["code"], told)

    def operation(self, method: str, path: str) -> tuple[str, Json]:
        """The most literal path that fits, as the service finds it."""
        fitting = [
            (template.count("{"), template)
            for known, template in self.operations
            if known == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
        ]
        template = min(fitting)[1]
        return template, self.operations[method, template]

    def _usual(self, who: str | None, operation: Json) -> dict[str, str]:
        headers = {"Accept-Language": "en"}
        if who is not None:
            if who not in self.tokens:
                self.tokens[who] = signin.issue(self.data, PEOPLE[who], timedelta(hours=1))
            headers["Authorization"] = f"Bearer {self.tokens[who]}"
        if any(one["name"] == "Idempotency-Key" for one in parameters(self.document, operation)):
            headers["Idempotency-Key"] = f"walk-{next(self.number):06d}"
        return headers

    # Holding it against the document

    def _check_request(
        self, operation: Json, query: Json, headers: dict[str, str], body: Json | None
    ) -> None:
        known = {one["name"]: one for one in parameters(self.document, operation)}
        for name, value in query.items():
            assert known[name]["in"] == "query"
            self.fits(known[name]["schema"], value, name)
        for name, one in known.items():
            if one["in"] == "header" and name in headers:
                self.fits(one["schema"], headers[name], name)
            assert not (one["in"] == "header" and one.get("required") and name not in headers)
        assert ("security" in operation) or "Authorization" in headers
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            self.fits(content["application/json"]["schema"], body or {}, "body")

    def _check_reply(self, name: str, operation: Json, reply: httpx.Response) -> None:
        status = str(reply.status_code)
        assert status in operation["responses"], f"{name} answered {status}: {reply.text}"
        told = self._resolved(operation["responses"][status])
        assert "ETag" in reply.headers or "ETag" not in told.get("headers", {}), name
        for header, one in told.get("headers", {}).items():
            if header in reply.headers:
                self.fits(self._resolved(one)["schema"], reply.headers[header], f"{name} {header}")
        self._check_content(name, told.get("content", {}), reply)
        if reply.headers.get("Content-Type") == "application/problem+json":
            for code in reason_codes(reply.json()):
                self.fits(operation["x-reason-codes"], code, f"{name} {status}")

    def _check_content(self, name: str, content: Json, reply: httpx.Response) -> None:
        if not content:
            assert reply.content == b"", name
            return
        kind = reply.headers["Content-Type"].partition(";")[0]
        if "*/*" in content:
            return
        assert kind in content, f"{name} answered {kind}"
        if content[kind]["schema"].get("format") != "binary":
            told = reply.json()
            self.fits(content[kind]["schema"], told, f"{name} {reply.status_code}")
            assert not [one for one in times(told) if not THREE_DIGITS.fullmatch(one)], name

    def _resolved(self, value: Json) -> Json:
        if "$ref" not in value:
            return value
        _, _, kind, name = value["$ref"].split("/")
        found: Json = self.document["components"][kind][name]
        return found

    def fits(self, schema: Json, value: object, name: str) -> None:
        wrong = [
            f"{name} {one.json_path}: {one.message[:300]}"
            for one in validator(schema, self.registry).iter_errors(value)
        ]
        assert not wrong, wrong


def reason_codes(problem: Json) -> Iterator[str]:
    """Of the refusal, and of what does not fit a form; what pydantic finds has codes of its own."""
    if "reason_code" in problem:
        yield problem["reason_code"]
    for each in problem.get("errors", ()):
        if each["code"] in ("form", "answer"):
            yield each["reason_code"]


def _values(template: str, path: str) -> dict[str, str]:
    found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template), path)
    return found.groupdict() if found else {}


def whole(document: Json) -> "Registry[Any]":
    """In which the document's own references are found, under HERE."""
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    empty: Registry[Any] = Registry()
    registry: Registry[Any] = empty.with_resource(HERE, resource)
    return registry


def validator(schema: Json, registry: "Registry[Any]") -> Draft202012Validator:
    """Of a schema that stands in the document."""
    return Draft202012Validator(
        json.loads(json.dumps(schema).replace('"#/', f'"{HERE}#/')),
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def misfits(document: Json) -> Iterator[tuple[str, str]]:
    """The examples that do not fit their schema: the operation (or component), and why."""
    registry = whole(strict(document))
    for place, schema, value in _examples(document):
        for wrong in validator(schema, registry).iter_errors(value):
            yield place, f"{wrong.json_path}: {wrong.message[:300]}"


def _examples(document: Json) -> Iterator[tuple[str, Json, Any]]:
    for _, _, operation in operations(document):
        told = operation["responses"].values()
        for body in (operation.get("requestBody", {}), *told):
            for media in body.get("content", {}).values():
                if "example" in media and "schema" in media:
                    yield operation["operationId"], media["schema"], media["example"]
    shared = document["components"]
    for name, one in shared["parameters"].items():
        if "example" in one:
            yield name, one["schema"], _literal(one)
    for name, response in shared["responses"].items():
        for media in response["content"].values():
            for code in media.get("examples", {}):
                yield name, media["schema"], shared["examples"][code]["value"]


def _literal(parameter: Json) -> Any:
    """A path is text; its integers are written out."""
    value = parameter["example"]
    return int(value) if parameter["schema"].get("type") == "integer" else value
