"""What applicants fill in, checked against the item's form; and forms, before publication."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.items.application.forms.check import MAX_FINDINGS, form_findings
from chalicelib.items.application.forms.formats import FORMATS
from chalicelib.items.application.forms.keywords import RULES
from chalicelib.items.application.forms.schemas import schema_problems
from chalicelib.kernel.reasons import in_json
from chalicelib.refusals.words import worded
from tests.items.item_givens import an_item


def an_object(properties=None, **more):
    return {"type": "object", "properties": properties or {}, **more}


def found(schema, form):
    """Pointer and keyword of all that does not fit."""
    return [(one.pointer, one.keyword) for one in form_findings(an_item(form=schema), form)]


def fits(field, value):
    return found(an_object({"x": field}), {"x": value}) == []


def messages(field, value):
    (one,) = form_findings(an_item(form=an_object({"x": {"title": "面积", **field}})), {"x": value})
    return both(one)


def both(finding):
    return worded(finding.why, "zh-CN"), worded(finding.why, "en")


def problems(schema):
    return {"/".join(map(str, one.where)): one.message for one in schema_problems(schema)}


def test_a_form_that_fits_has_no_errors():
    schema = an_object({"name": {"type": "string"}}, required=["name"], additionalProperties=False)
    assert form_findings(an_item(form=schema), {"name": "湛江"}) == []


def test_an_error_names_the_field_and_the_rule_in_chinese_or_english():
    schema = an_object({"area": {"type": "number", "title": "经营面积", "minimum": 10}})
    (one,) = form_findings(an_item(form=schema), {"area": 3})
    assert one.pointer == "/area"
    assert both(one) == ("经营面积：不得小于 10", "area must be at least 10")
    assert (one.why.code, in_json(one.why)) == ("form-minimum", {"field": "area", "value": 10})


@pytest.mark.parametrize(
    ("field", "value", "zh", "en"),
    [
        ({"type": "string"}, 1, "面积：应为文本", "x must be text"),
        (
            {"type": ["integer", "null"]},
            "1",
            "面积：应为整数或空",
            "x must be a whole number or null",
        ),
        ({"enum": ["大", "小"]}, "中", "面积：只能是：大、小", "x must be one of: 大, 小"),
        ({"const": True}, False, "面积：只能是：True", "x must be: True"),
        ({"pattern": "^a$"}, "b", "面积：格式不正确，应符合 ^a$", "x must match ^a$"),
        ({"minLength": 2}, "a", "面积：至少 2 个字符", "x must have at least 2 characters"),
        ({"maxLength": 2}, "abc", "面积：至多 2 个字符", "x may have at most 2 characters"),
        ({"minimum": 2}, 1, "面积：不得小于 2", "x must be at least 2"),
        ({"maximum": 2}, 3, "面积：不得大于 2", "x may be at most 2"),
        ({"exclusiveMinimum": 2}, 2, "面积：应大于 2", "x must be greater than 2"),
        ({"exclusiveMaximum": 2}, 2, "面积：应小于 2", "x must be less than 2"),
        ({"multipleOf": 2}, 3, "面积：应为 2 的倍数", "x must be a multiple of 2"),
        ({"minItems": 1}, [], "面积：至少 1 项", "x must have at least 1 entries"),
        ({"maxItems": 1}, [1, 2], "面积：至多 1 项", "x may have at most 1 entries"),
        ({"uniqueItems": True}, [1, 1], "面积：不得重复", "x must not repeat an entry"),
        (
            {"format": "date"},
            "31.1.2026",
            "面积：应为日期，如 2026-01-31",
            "x must be a date such as 2026-01-31",
        ),
        ({"anyOf": [{"const": 1}, {"const": 2}]}, 3, "面积：不符合任何一种允许的填法", None),
        ({"oneOf": [{"type": "number"}, {"const": 3}]}, 3, "面积：应只符合一种允许的填法", None),
        ({"not": {"const": 3}}, 3, "面积：是不允许的填法", "x is filled in as it must not be"),
        ({"contains": {"const": 1}}, [2], "面积：缺少应有的一项", "x lacks an entry that it needs"),
        (
            {"contains": {"const": 1}, "minContains": 2},
            [1],
            "面积：缺少应有的一项",
            "x lacks an entry that it needs",
        ),
        (
            {"contains": {"const": 1}, "maxContains": 1},
            [1, 1],
            "面积：某种内容的项过多",
            "x has too many entries of one kind",
        ),
        ({"minProperties": 1}, {}, "面积：至少填写 1 项", "x must have at least 1 fields"),
        (
            {"maxProperties": 1},
            {"a": 1, "b": 2},
            "面积：至多填写 1 项",
            "x may have at most 1 fields",
        ),
        (
            {"prefixItems": [True], "unevaluatedItems": False},
            [1, 2],
            "面积：列表中有多余的项",
            "x has entries that are not part of the form",
        ),
        (
            {"prefixItems": [True], "items": False},
            [1, 2],
            "面积：列表中有多余的项",
            "x has entries that are not part of the form",
        ),
    ],
)
def test_every_common_rule_has_words_of_its_own(field, value, zh, en):
    said = messages(field, value)
    assert said[0] == zh
    assert en in (None, said[1])


@pytest.mark.parametrize(
    ("field", "value", "places"),
    [
        ({"allOf": [{"minimum": 2}, {"maximum": 0}]}, 1, [("/x", "minimum"), ("/x", "maximum")]),
        ({"if": {"const": 1}, "then": {"minimum": 2}}, 1, [("/x", "minimum")]),
        ({"if": {"const": 1}, "else": {"maximum": 2}}, 3, [("/x", "maximum")]),
        ({"items": {"type": "string"}}, ["a", 1], [("/x/1", "type")]),
        ({"prefixItems": [{"const": 1}]}, [2], [("/x/0", "const")]),
        ({"properties": {"a": {"const": 1}}}, {"a": 2}, [("/x/a", "const")]),
        ({"patternProperties": {"^a": {"const": 1}}}, {"ab": 2}, [("/x/ab", "const")]),
        ({"additionalProperties": {"const": 1}}, {"a": 2}, [("/x/a", "const")]),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, [("/x/ab", "propertyNames")]),
        (
            {"dependentSchemas": {"a": {"required": ["b"]}}},
            {"a": 1},
            [("/x/b", "required")],
        ),
        (
            {"properties": {"a": True}, "unevaluatedProperties": False},
            {"a": 1, "b": 2},
            [("/x/b", "unevaluatedProperties")],
        ),
    ],
)
def test_every_keyword_that_leads_on_is_followed(field, value, places):
    assert found(an_object({"x": field}), {"x": value}) == places


@pytest.mark.parametrize("names", [["b"], ["b", "c, 'd'", "e'f"], ["'a', 'b'", "x"]])
def test_what_no_part_of_the_form_takes_is_named_one_by_one(names):
    schema = an_object({"a": True}, unevaluatedProperties=False)
    form = dict.fromkeys(("a", *names), 1)
    pointers = [pointer for pointer, _ in found(schema, form)]
    assert pointers == [f"/{name}" for name in sorted(names)]


def test_every_keyword_that_can_fail_has_words_of_its_own():
    from jsonschema import Draft202012Validator

    lead_on = {
        *("$ref", "$dynamicRef", "allOf", "if", "items", "prefixItems", "properties"),
        *("patternProperties", "dependentSchemas"),
    }
    assert Draft202012Validator.VALIDATORS.keys() - lead_on - RULES.keys() == set()


def test_a_long_list_of_values_is_cut_short():
    zh, _ = messages({"enum": list(range(50))}, -1)
    assert zh.endswith("18、19、…")
    zh, _ = messages({"enum": list(range(20))}, -1)
    assert zh.endswith("18、19")


def test_what_is_missing_is_named_one_by_one():
    schema = an_object({"a": {"title": "甲"}}, required=["a", "b"])
    assert found(schema, {}) == [("/a", "required"), ("/b", "required")]
    (one,) = form_findings(an_item(form=schema), {"b": 1})
    assert both(one) == ("甲：必填", "a is required")


def test_what_the_form_does_not_have_is_named_one_by_one():
    schema = an_object({"a": True}, patternProperties={"^n\\d$": True}, additionalProperties=False)
    form = {"a": 1, "n1": 1, "n１": 1, "z": 1}
    assert found(schema, form) == [
        ("/n１", "additionalProperties"),
        ("/z", "additionalProperties"),
    ]


def test_a_field_may_be_ruled_out():
    assert found(an_object({"a": {"not": {}}}), {"a": 1}) == [("/a", "not")]
    assert found(an_object({"a": {"items": False}}), {"a": [1]}) == [("/a", "items")]
    assert found(an_object({"a": {"not": {}}}), {}) == []


def test_one_field_may_require_another():
    schema = an_object(dependentRequired={"helper": ["phone", "name"]})
    assert found(schema, {}) == []
    assert found(schema, {"helper": 1, "name": 1}) == [("/phone", "dependentRequired")]


def test_a_condition_may_require_a_field():
    schema = an_object(
        {"air": {"type": "boolean"}},
        **{"if": {"required": ["air"], "properties": {"air": {"const": True}}}},
        then={"required": ["report"]},
    )
    assert found(schema, {"air": False}) == []
    assert found(schema, {"air": True}) == [("/report", "required")]


def test_a_pointer_leads_into_lists_and_through_slashes():
    inner = an_object({"a/b~c": {"type": "integer"}})
    schema = an_object({"list": {"type": "array", "items": inner}})
    (one,) = form_findings(an_item(form=schema), {"list": [{}, {"a/b~c": "x"}]})
    assert one.pointer == "/list/1/a~1b~0c"
    (one,) = form_findings(an_item(form=schema), {"list": [1]})
    assert (one.pointer, str(one.why)) == ("/list/0", "list[0] must be an object")


def test_a_reference_within_the_form_is_followed():
    schema = an_object(
        {"who": {"$ref": "#/$defs/person"}},
        **{"$defs": {"person": an_object({"name": {"type": "string"}}, required=["name"])}},
    )
    assert found(schema, {"who": {}}) == [("/who/name", "required")]


def test_no_message_repeats_what_was_filled_in():
    schema = an_object(
        {
            "a": {"type": "integer"},
            "b": {"enum": ["x"]},
            "c": {"pattern": "^x$"},
            "d": {"maxLength": 2},
            "e": {"format": "resident-id"},
            "f": {"not": {"type": "string"}},
        },
        required=["g"],
    )
    secret = "440801199001010011"
    findings = form_findings(an_item(form=schema), dict.fromkeys("abcdef", secret))
    assert len(findings) == 7
    told = [(*both(one), in_json(one.why)) for one in findings]
    assert secret not in str(told)


def test_a_flood_of_errors_is_cut_short():
    schema = an_object(additionalProperties=False)
    assert len(found(schema, {f"f{n}": 1 for n in range(1000)})) == MAX_FINDINGS


@pytest.mark.parametrize("text", ["１２３", "123\n", "12a"])
def test_digits_are_those_of_ascii_and_the_end_is_the_end(text):
    assert not fits({"pattern": "^\\d+$"}, text)
    assert fits({"pattern": "^\\d+$"}, "123")


def test_a_dollar_sign_in_brackets_or_escaped_is_a_dollar_sign():
    assert fits({"pattern": "^[$]\\$$"}, "$$")


# Formats

RIGHT = {
    "date": ["2026-01-31", "2024-02-29"],
    "date-time": ["2026-01-31T09:00:00+08:00", "2026-01-31T01:00:00.5Z"],
    "email": ["zhang.san@example.com", "a@b.cn"],
    "mobile": ["13800138000", "19912345678"],
    "credit-code": ["114408000000010549"],
    "resident-id": ["11010519491231002X", "440524188001010014"],
}
WRONG = {
    "date": ["2026-02-29", "20260131", "2026-W05-6", "2026-1-31", "２026-01-31", "2026-01-31\n"],
    "date-time": ["2026-01-31T09:00:00", "2026-01-31", "2026-01-31T25:00:00Z", "2026-01-31 09:00Z"],
    "email": ["zhang", "a@b", "a b@c.cn", "@c.cn"],
    "mobile": ["12800138000", "1380013800", "138001380000", "１3800138000"],
    "credit-code": ["114408000000010548", "11440800000001054", "114408000000010549 "],
    "resident-id": [
        "110105194912310021",  # check character
        "11010519490231002X",  # 31 February
        "11010519491231002x",
        "110105491231002",
    ],
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_right_from_wrong(name):
    for text in RIGHT[name]:
        assert fits({"format": name}, text), text
    for text in WRONG[name]:
        assert not fits({"format": name}, text), text


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_speaks_of_text_alone(name):
    assert fits({"format": name}, 5)


@pytest.mark.parametrize("name", FORMATS)
@given(text=st.text(max_size=30))
def test_no_text_is_too_odd_for_a_format(name, text):
    assert FORMATS[name].fits(text) in (True, False)


# Forms before they are published


def test_a_sound_form_has_no_problems():
    schema = an_object(
        {"a": {"$ref": "#/$defs/a"}, "b": True, "pattern": {"type": "string", "format": "date"}},
        **{"$defs": {"a": {"pattern": "^[0-9]+$"}}},
        patternProperties={"^x": True},
    )
    assert problems(schema) == {}


@pytest.mark.parametrize(
    ("schema", "place", "said"),
    [
        (an_object({"a": {"type": "text"}}), "properties/a/type", "fits none"),
        (an_object({"a": {"minimum": float("inf")}}), "", "too large"),
        (an_object({"a": {"minLength": -1}}), "properties/a/minLength", "at least 0"),
        (an_object(required="a"), "required", "must be a list"),
        (an_object({"a": {"pattern": "["}}), "properties/a/pattern", "regular expression"),
        (an_object(patternProperties={"(": True}), "patternProperties/(", "regular expression"),
        (an_object({"a": {"format": "iban"}}), "properties/a/format", "credit-code"),
        (an_object({"a": {"items": {"format": "x"}}}), "properties/a/items/format", "one of"),
        (an_object({"a": False}), "properties/a", "leave it out"),
        (an_object(allOf=[{"format": "x"}]), "allOf/0/format", "one of"),
        (an_object({"a": {"$ref": "#/$defs/b"}}), "properties/a/$ref", "$defs: none"),
        (an_object({"a": {"$ref": "https://example.com/x"}}), "properties/a/$ref", "$defs"),
        (an_object(**{"$id": "https://example.com/x"}), "$id", "not used"),
        (an_object(**{"$schema": "http://json-schema.org/draft-07/schema#"}), "$schema", "2020-12"),
        (
            an_object(
                **{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}
            ),
            "$defs",
            "circle",
        ),
        (an_object(**{"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}), "$defs", "circle"),
    ],
)
def test_a_form_that_could_not_be_relied_on_is_refused(schema, place, said):
    assert said in problems(schema)[place]


def test_a_form_is_not_nested_without_end():
    deep: dict[str, object] = {"const": 1}
    for _ in range(49):
        deep = {"not": deep}
    assert problems({**deep, "type": "object"}) == {}
    assert "nested too deeply" in problems({"not": deep, "type": "object"})[""]
    assert "nested" in problems({"type": "object", "enum": [[deep]]})[""]


def test_a_property_may_be_called_like_a_keyword():
    assert problems(an_object({"format": {"type": "string"}, "$ref": {"type": "string"}})) == {}
