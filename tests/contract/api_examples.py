"""
`python -m tests.contract.api_examples` walks through the service and writes docs/api-examples.json
with what it asked and was answered. It keeps what is there and still fits.
"""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import app
from chalicelib.contract import contracts
from chalicelib.contract import examples as api_examples
from chalicelib.contract.json_schemas import render
from chalicelib.contract.openapi import openapi

from ..stories.cases import ROOT
from ..walks.everything import STORIES
from ..walks.service import service, walking
from ..walks.walking import Exchange, Walker, misfits

Json = dict[str, Any]
FILE = ROOT / api_examples.RECORDED
# Every problem has them; they are made anew, in each language.
USUAL = {"type", "title", "status", "detail", "instance", "code", "request_id"}
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
MOST = 2  # of a list's items, to show what they are like


def recorded(walk: Walker) -> Json:
    met = {name: exchange for (name, _), exchange in walk.met.items() if exchange.succeeded}
    return {
        "operations": {name: _shown(name, one) for name, one in sorted(met.items())},
        "parameters": dict(sorted(_parameters(walk).items())),
        "problems": {
            code: {name: value for name, value in reply.items() if name not in USUAL}
            for code, reply in sorted(walk.refused.items())
            if reply.keys() - USUAL
        },
    }


def _shown(name: str, one: Exchange) -> Json:
    said = {"request": _usual(one.request), "reply": _short(name, one.reply)}
    return {key: _harmless(value) for key, value in said.items() if value is not None}


def _usual(request: Any) -> Any:
    """Without what only a hall says that enters yesterday's paper: an applicant is refused it."""
    if not isinstance(request, dict):
        return request
    return {key: value for key, value in request.items() if key != "occurred_at"}


def _short(name: str, reply: Any) -> Any:
    if name == "getOpenApi":  # or the document would have itself as an example
        return {**reply, "paths": {}, "components": {}}
    if isinstance(reply, dict):
        return {
            key: value[:MOST] if key in ("items", "events") else value
            for key, value in reply.items()
        }
    return reply


def _harmless(value: Any) -> Any:
    """Without the tokens of the walk, which nobody should take for a pattern to send."""
    return json.loads(
        TOKEN.sub("eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl", json.dumps(value))
    )


def _parameters(walk: Walker) -> Json:
    found: Json = {}
    for exchange in walk.met.values():
        if exchange.succeeded:
            found = {**exchange.parameters, **found}
    return found


def merged(old: Json, new: Json, document: Json) -> Json:
    """What is there stays, unless it is of something that is gone or does not fit any more."""
    wrong = {place for place, _ in misfits(document)}
    kept = {
        name: one
        for name, one in old.get("operations", {}).items()
        if one.keys() == new["operations"].get(name, {}).keys() and name not in wrong
    }
    return {
        "operations": {**new["operations"], **kept},
        "parameters": {**new["parameters"], **_still(old, new, "parameters")},
        "problems": {**new["problems"], **_of_the_same_members(old, new)},
    }


def _still(old: Json, new: Json, what: str) -> Json:
    return {name: one for name, one in old.get(what, {}).items() if name in new[what]}


def _of_the_same_members(old: Json, new: Json) -> Json:
    still = _still(old, new, "problems")
    return {name: one for name, one in still.items() if one.keys() == new["problems"][name].keys()}


def main() -> None:
    bare = openapi(app.app.routes, "0")
    with TemporaryDirectory() as directory:
        data = Path(directory)
        with service(data), walking(data, bare) as walk:
            for story in STORIES:
                story(walk)
    old = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    shown = openapi(app.app.routes, "0", contracts.recorded(ROOT))
    FILE.write_text(render(merged(old, recorded(walk), shown)), encoding="utf-8")
    print(f"wrote {api_examples.RECORDED}; now: make contracts")  # noqa: T201 - it is a command


if __name__ == "__main__":
    main()
