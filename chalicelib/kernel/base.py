"""What every event, state and command is made from."""

from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    StringConstraints,
)

from .actor import Actor, Channel
from .formats import KeyedDigest


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def build_models(kind: type[BaseModel] = Frozen) -> None:
    """
    Build every model now that would be built on its first use. To be called before a process starts
    threads: while pydantic builds a model, another thread finds it without fields.
    """
    for one in kind.__subclasses__():
        if not one.__pydantic_complete__:
            one.model_rebuild()
        build_models(one)


def exactly_one(*names: str) -> dict[str, Any]:
    """What the JSON Schema of a model adds whose validator takes one of these members alone."""
    given = {"not": {"type": "null"}}
    return {"oneOf": [{"required": [one], "properties": {one: given}} for one in names]}


class Personal:
    """
    Marks a field as personal data (PIPL): `Annotated[str, Personal()]`. The published schemas say
    so with `"x-personal-data": true`.
    """

    def __get_pydantic_json_schema__(
        self, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core_schema), "x-personal-data": True}


class Command(Frozen):
    """
    What somebody asks for. The server supplies `at`, `by` and `channel`, never the caller's body.

    `at` is when it happened, which may lie before the moment it is recorded: a hall enters
    yesterday's paper today.
    """

    at: AwareDatetime
    by: Actor
    channel: Channel = Channel.WEB


class StaffCommand(Command):
    """
    What staff ask for in a stream that keeps its people apart. The server supplies `person` too: 26
    hex digits that stand for who gives it as a person, in this stream alone; None where the token
    names nobody.
    """

    person: KeyedDigest | None = None


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
