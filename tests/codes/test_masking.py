"""What is marked as personal is masked, wherever it stands; a new field is, too."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import pytest

from chalicelib.bootstrap.codec import CODEC
from chalicelib.codes.masking import (
    HIDDEN,
    dumped,
    hidden,
    masked_name,
    personal_fields,
    plain_text,
)
from chalicelib.codes.parties import Agent, Applicant
from chalicelib.kernel.base import Frozen, Line, Personal

EVENTS = Path(__file__).resolve().parents[2] / "events"
ZHAO = Applicant(name="赵一山", id_number="440801199001011231", phone="13800138000")


def test_who_has_to_recognise_somebody_can():
    told = dumped(ZHAO, mask=True)
    assert (told["name"], told["id_number"], told["phone"]) == (
        "赵*山",
        "440***********1231",
        "138****8000",
    )


def test_what_is_not_personal_stays():
    told = dumped(Agent(account="agent-chen", name="陈二", mandate="书面委托"), mask=True)
    assert told == {"account": "agent-chen", "name": "陈*", "mandate": "书面委托"}


class Note(Frozen):
    blood_group: Annotated[Line, Personal()] | None = None
    of: tuple[Applicant, ...] = ()
    told: Annotated[dict[str, Any], Personal()]
    page: int = 1


def test_a_new_field_is_hidden_and_what_lies_deeper_is_masked():
    note = Note(blood_group="AB", of=(ZHAO, ZHAO), told={"a": [1, {"b": "x"}], "c": None}, page=2)
    told = dumped(note, mask=True)
    assert told["blood_group"] == HIDDEN
    assert [one["name"] for one in told["of"]] == ["赵*山"] * 2
    assert told["told"] == {"a": [HIDDEN, {"b": HIDDEN}], "c": None}
    assert told["page"] == 2


def test_unmasked_all_is_as_it_was():
    assert dumped(ZHAO, mask=False)["id_number"] == ZHAO.id_number


@pytest.mark.parametrize(("name", "masked"), [("", "*"), ("张", "张*"), ("张三", "张*")])
def test_a_short_name_keeps_the_family_name(name, masked):
    assert masked_name(name) == masked


# Of all published events

EXAMPLES = sorted(EVENTS.glob("*/*.example.json"))


def _type(path: Path) -> type[Frozen]:
    """As it is now: what an earlier version leaves out is not there to be told."""
    return CODEC.categories[path.parent.name].types[path.name.partition(".")[0]]


def _marked(schema: Any, whole: Any, data: Any) -> list[Any]:
    """The values of `data` that the published schema marks with x-personal-data."""
    if "$ref" in schema:
        return _marked(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, data)
    if schema.get("x-personal-data"):
        return _leaves(data)
    found = [
        value
        for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
        for value in _marked(choice, whole, data)
    ]
    if isinstance(data, dict):
        for name, one in schema.get("properties", {}).items():
            if name in data:
                found += _marked(one, whole, data[name])
    if isinstance(data, list):
        found += [value for one in data for value in _marked(schema.get("items", {}), whole, one)]
    return found


def _leaves(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for one in data.values() for leaf in _leaves(one)]
    if isinstance(data, list):
        return [leaf for one in data for leaf in _leaves(one)]
    return [data]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_published_event_tells_masked_what_its_schema_marks(path: Path):
    example = json.loads(path.read_text("utf-8"))
    schema = json.loads(path.with_name(path.name.replace("example", "schema")).read_text("utf-8"))
    marked = [one for one in _marked(schema, schema, example["data"]) if one is not None]
    event = _type(path).model_validate(example["data"])
    # A company's credit code is public where it names the company.
    public = Counter(map(str, _leaves(example["data"]))) - Counter(map(str, marked))
    masked = {str(one) for one in _leaves(dumped(event, mask=True))} - public.keys()
    assert [one for one in marked if str(one) in masked] == []
    whole = [str(one) for one in _leaves(dumped(event, mask=False))]
    assert all(str(one) in whole for one in marked)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("申请人440802195001011238，属实", "申请人440***********1238，属实"),
        ("44080219500101123X 已核", "440***********123X 已核"),
        ("４４０８０２１９５００１０１１２３Ｘ", "４４０***********１２３Ｘ"),
        ("440802 19500101 1238", "440*************1238"),
        ("旧证 440802500101123。", "旧证 440********1123。"),
        ("电话 13800138000 或 138-0013-8000", "电话 138****8000 或 138******8000"),
        ("办件 44080020260210000001K", "办件 44080020260210000001K"),
        ("证照 1.2.156.3005.2.11100000000013338W011", "证照 1.2.156.3005.2.11100000000013338W011"),
        ("企业 91440800MA0EXAMP1A，2026-02-10 受理", "企业 91440800MA0EXAMP1A，2026-02-10 受理"),
    ],
)
def test_numbers_of_people_in_what_somebody_wrote_are_masked(written: str, told: str) -> None:
    assert plain_text(written) == told


def test_something_is_marked():
    assert personal_fields(Applicant) == {"name", "id_number", "phone"}
    assert hidden({"a": 1}) == {"a": HIDDEN}
