"""The real package, made once for all tests of a session."""

import json
from functools import lru_cache, reduce
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import pytest

from infra.package import TEMPLATE, ZIP, package
from infra.translate import translated

Json = dict[str, Any]


class Packaged(NamedTuple):
    """The SAM template, what CloudFormation sees of it, and where both and the zip lie."""

    sam: Json
    template: Json
    directory: Path

    @property
    def zip(self) -> Path:
        return self.directory / ZIP

    def of_type(self, kind: str) -> dict[str, Json]:
        found = self.template["Resources"].items()
        return {name: one["Properties"] for name, one in found if one["Type"] == kind}

    def functions(self) -> dict[str, Json]:
        """By the name that chalice has for them."""
        found = self.of_type("AWS::Lambda::Function").values()
        named = {one["Handler"].removeprefix("app."): one for one in found}
        return {"api_handler" if name == "app" else name: one for name, one in named.items()}

    def role(self, function: str) -> list[Json]:
        """Each statement of its role that may hold under some parameters."""
        role = self.functions()[function]["Role"]["Fn::GetAtt"][0]
        (policy,) = self.template["Resources"][role]["Properties"]["Policies"]
        return [one for each in policy["PolicyDocument"]["Statement"] for one in possible(each)]


def possible(value: Any) -> list[Any]:
    """What a value may come to: both sides of a condition, but not AWS::NoValue."""
    if isinstance(value, dict) and "Fn::If" in value:
        _, yes, no = value["Fn::If"]
        return possible(yes) + possible(no)
    return [] if value == {"Ref": "AWS::NoValue"} else [value]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def at(value: Any, *path: str) -> Any:
    return reduce(lambda there, name: there[name], path, value)


@lru_cache
def packaged_once(session: Path) -> Packaged:
    """In the session's directory; tests/aws takes the same package from here."""
    directory = session / "package"
    template = package("prod", directory)
    sam = json.loads(template.read_text(encoding="utf-8"))
    assert template.name == TEMPLATE
    return Packaged(sam, translated(sam), directory)


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    return packaged_once(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def unpacked(packaged: Packaged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As Lambda has it: nobody can write there."""
    directory = tmp_path_factory.mktemp("task")
    with ZipFile(packaged.zip) as code:
        code.extractall(directory)
    return directory
