"""Names as people give them: what looks the same is the same, and can be printed."""

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from chalicelib.kernel.base import Name

NAMES: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize(
    "name", ["张三", "𠮷田", "阿依古丽·买买提", "Mary  Smith-Jones", "O'Neill", "José", "张"]
)
def test_a_name_is_taken_as_it_is_written(name: str):
    assert NAMES.validate_python(f" {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "张\n三",
        "张\x00三",
        "\u202e三张",
        "张\u200b三",
        "张\u2066三",
        "\ufeff张三",
        "张\x85三",
        "张\u2028",
    ],
)
def test_what_nobody_sees_is_refused_by_the_service_and_by_its_schema(name: str):
    with pytest.raises(ValidationError, match="invisible marks"):
        NAMES.validate_python(f"a{name}a")
    schema = Draft202012Validator(NAMES.json_schema())
    assert not schema.is_valid(f"a{name}a")
    assert schema.is_valid("张三")


@pytest.mark.parametrize("name", ["", "   ", "\t", "a" * 201])
def test_a_blank_or_endless_one_is_refused_alike(name: str):
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)
    assert not Draft202012Validator(NAMES.json_schema()).is_valid(name)
