"""Forms are checked as JSON Schema says, and what that costs grows with what was filled in."""

import json
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chalicelib.items.application.forms import check
from chalicelib.items.application.forms.check import MAX_BYTES, MAX_FINDINGS, MAX_NODES
from chalicelib.items.application.forms.equality import key
from chalicelib.items.application.forms.schemas import schema_problems
from chalicelib.items.application.forms.validation import IMPLIED_ITEMS, Marks, TooCostly, Walk
from chalicelib.kernel.json_values import nodes

names = st.sampled_from(["a", "b", "c", "ab"])
scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from([0, 1, 2, 1.0, -0.0, 1.5, 2**60]), names, st.just("")
)
values = st.recursive(
    scalars,
    lambda some: st.one_of(st.lists(some, max_size=4), st.dictionaries(names, some, max_size=3)),
    max_leaves=8,
)
counts = st.integers(0, 3)
bounds = st.sampled_from([0, 1, 1.0, 1.5, 2])
TYPES = ["string", "object", "array", "boolean", "null", "integer", "number"]


def keywords(inner):
    named = st.dictionaries(names, inner, max_size=2)
    some = st.lists(inner, min_size=1, max_size=2)
    listed = st.lists(names, max_size=2, unique=True)
    return {
        "type": st.one_of(st.sampled_from(TYPES), st.lists(st.sampled_from(TYPES), max_size=2)),
        "enum": st.lists(values, min_size=1, max_size=3),
        "const": values,
        "pattern": st.sampled_from(["^a", "b$", "."]),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), counts),
        **dict.fromkeys(("minProperties", "maxProperties"), counts),
        **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), bounds),
        "multipleOf": st.sampled_from([1, 2, 0.5]),
        "uniqueItems": st.booleans(),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), some),
        **dict.fromkeys(("not", "if", "then", "else", "contains", "items"), inner),
        **dict.fromkeys(("minContains", "maxContains"), counts),
        **dict.fromkeys(("properties", "dependentSchemas"), named),
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=2),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties"), inner),
        "propertyNames": inner,
        "required": listed,
        "dependentRequired": st.dictionaries(names, listed, max_size=2),
        "unevaluatedItems": st.sampled_from([False]),  # jsonschema takes all schemas for it
        "$ref": st.just("#/$defs/a"),
    }


def schemas():
    def within(inner):
        return st.fixed_dictionaries({}, optional=keywords(inner)).map(few)

    return st.recursive(st.booleans(), within, max_leaves=6)


def few(schema):
    """Hypothesis takes half of all keywords: of so many nothing fits."""
    return dict(list(schema.items())[:5])


@st.composite
def forms(draw):
    """A schema in which references do not go in circles, and what is filled in."""
    target = draw(
        st.dictionaries(st.sampled_from(["type", "const"]), st.just("string"), max_size=1)
    )
    asked = draw(
        st.lists(st.sampled_from(sorted(keywords(st.booleans()))), max_size=4, unique=True)
    )
    inner = st.one_of(st.booleans(), st.deferred(lambda: one(asked)), schemas())
    schema = draw(st.fixed_dictionaries({name: keywords(inner)[name] for name in asked}))
    return {**schema, "$defs": {"a": target}}, draw(values)


def one(asked):
    return st.fixed_dictionaries({name: keywords(st.booleans())[name] for name in asked})


def misfits(schema, value):
    return list(Walk(schema).misfits(schema, value, (), Marks()))


@given(forms())
def test_the_verdict_is_that_of_another_validator(drawn):
    schema, value = drawn
    expected = Draft202012Validator(schema).is_valid(value)
    assert (not misfits(schema, value)) == expected


@given(values, values)
def test_two_values_have_one_key_if_json_schema_takes_them_for_the_same(one, other):
    expected = Draft202012Validator({"const": one}).is_valid(other)
    assert (key(one) == key(other)) == expected


def test_one_and_true_are_not_the_same_and_one_and_one_point_nought_are():
    def unique(*entries: object):
        return misfits({"uniqueItems": True}, list(entries)) == []

    assert not unique(1, 1.0)
    assert not unique({"a": [1, 2]}, {"a": [1.0, 2.0]})
    assert not unique({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert unique(*[1, True, "1", [1], {"1": 1}, None, False, 0, ""])
    assert unique(2**60, float(2**60) + 512, "a,b", ["a", "b"], ["a,b"], {"a": "b,c=d"})


# What it costs


def an_item(schema):
    return SimpleNamespace(form=schema)


OBJECTS = {
    "type": "object",
    "properties": {
        "list": {
            "type": "array",
            "maxItems": 2000,
            "uniqueItems": True,
            "items": {"type": "object"},
        }
    },
}


@pytest.fixture
def counted(monkeypatch):
    """How often a value is put into a key, a schema is looked at, and a finding is made."""
    counts = SimpleNamespace(keys=0, findings=0)

    def key_of(value, first=key):
        counts.keys += 1
        return first(value)

    def finding(misfit, first=check._finding):
        counts.findings += 1
        return first(misfit)

    monkeypatch.setattr("chalicelib.items.application.forms.assertions.key", key_of)
    monkeypatch.setattr(check, "_finding", finding)
    return counts


def looks(schema, value):
    walk = Walk(schema)
    list(walk.misfits(schema, value, (), Marks()))
    return walk.looks


@pytest.mark.parametrize(
    "entry",
    [lambda n: {"a": n}, lambda n: n * (2**61 - 1), lambda n: {"a": {"b": [n]}}],
    ids=["objects", "numbers of one hash", "deep"],
)
def test_entries_are_compared_once_each(counted, entry):
    schema = {"uniqueItems": True, "maxItems": 2000}
    assert misfits(schema, [entry(n) for n in range(1500)]) == []
    assert counted.keys == 1500


def test_twice_the_form_takes_twice_the_looks():
    one = looks(OBJECTS, {"list": [{"a": n} for n in range(400)]})
    two = looks(OBJECTS, {"list": [{"a": n} for n in range(800)]})
    assert one > 400
    assert two <= 2 * one


@given(forms())
def test_no_schema_looks_at_more_than_it_has_for_each_value(drawn):
    schema, value = drawn
    parts = len(json.dumps(schema))
    assert looks(schema, value) <= 4 * parts * nodes(value, MAX_NODES)


@pytest.mark.parametrize(
    "form",
    [
        {"list": [{"a": 1}] * 1000},
        {"list": list(range(MAX_NODES))},
        {f"f{n}": 1 for n in range(MAX_NODES)},
        {"list": [[[[]]] for _ in range(700)]},
        {"text": "办" * (MAX_BYTES // 3)},
    ],
    ids=["objects", "numbers", "members", "deep", "bytes"],
)
def test_what_is_too_large_is_not_looked_into(monkeypatch, form):
    def never(*_):
        raise AssertionError("it was looked into")

    monkeypatch.setattr(Walk, "misfits", never)
    (one,) = check.form_findings(an_item(OBJECTS), form)
    assert (one.pointer, one.why.code) == ("", "form-too-large")


def test_what_is_just_not_too_large_is_checked():
    form = {"list": [{}] * 1, "more": [0] * (MAX_NODES - 4)}
    assert nodes(form, MAX_NODES) == MAX_NODES
    assert check.form_findings(an_item(OBJECTS), form) == []


def test_no_finding_is_made_beyond_those_that_are_told(counted):
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    form = {f"f{n}": n for n in range(1900)}
    assert len(check.form_findings(an_item(schema), form)) == MAX_FINDINGS
    assert counted.findings == MAX_FINDINGS


def test_an_array_that_a_version_of_before_does_not_bound_has_a_limit():
    for schema in ({"type": "array"}, {"items": True}, {"type": ["array", "null"]}):
        assert misfits(schema, [0] * IMPLIED_ITEMS) == []
        (one,) = misfits(schema, [0] * (IMPLIED_ITEMS + 1))
        assert (one.keyword, one.value) == ("maxItems", IMPLIED_ITEMS)
    assert misfits({"type": "array", "maxItems": 600}, [0] * 600) == []


def doubling(depth):
    """2 to the power of `depth` parts, in a few lines."""
    names_ = [f"d{n}" for n in range(depth)]
    parts = {
        name: {"allOf": [{"$ref": f"#/$defs/{after}"}, {"$ref": f"#/$defs/{after}"}]}
        for name, after in pairwise(names_)
    }
    return {
        "type": "object",
        "$ref": "#/$defs/d0",
        "$defs": {**parts, names_[-1]: {"type": "object"}},
    }


def test_a_schema_of_before_that_would_take_for_ever_is_stopped():
    with pytest.raises(TooCostly):
        misfits(doubling(40), {})
    (one,) = check.form_findings(an_item(doubling(40)), {})
    assert one.why.code == "form-too-costly"


# Before they are published


def codes(schema):
    return {one.why.code for one in schema_problems(schema)}


def test_a_form_that_does_not_bound_its_lists_is_not_published():
    def listed(**more):
        return {"type": "object", "properties": {"x": more}}

    for open_ in ({"type": "array"}, {"items": True}, {"type": ["array", "null"]}):
        assert codes(listed(**open_)) == {"form-array-unbounded"}
        assert codes(listed(**open_, maxItems=3)) == set()
    assert codes(listed(type="string")) == set()


def test_a_form_whose_references_multiply_is_not_published():
    assert codes(doubling(5)) == set()
    assert codes(doubling(40)) == {"form-sprawls"}


def test_a_form_of_too_many_values_is_not_published():
    schema = {"type": "object", "enum": [[n] for n in range(10_000)]}
    assert codes(schema) == {"schema-too-large"}
    many = {"type": "object", "required": [f"f{n}" for n in range(9_000)]}
    assert codes(many) == set()


def test_no_more_is_said_of_a_form_than_is_read():
    schema = {"type": "object", "properties": {f"f{n}": {"type": "x"} for n in range(500)}}
    assert len(schema_problems(schema)) == 100
