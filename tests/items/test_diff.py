"""What changed between two versions, told by what names it and not by its place."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.items.application.diff import Change, differences
from tests.items.item_givens import a_step, an_item


def diff(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, ...]]:
    one, other = (
        an_item(**changes).model_dump(mode="json", exclude_none=True) for changes in (before, after)
    )
    return [tuple(change) for change in differences(one, other)]


def material(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, **more}


def test_a_field_that_changed_is_told_with_both_values():
    assert diff({}, {"real_name_level": 3}) == [(("real_name_level",), "changed", 2, 3)]


def test_a_field_that_came_or_went_is_told():
    assert diff({}, {"intake": "hall"}) == [(("intake",), "added", None, "hall")]
    assert diff({"intake": "hall"}, {}) == [(("intake",), "removed", "hall", None)]


def test_what_has_an_id_is_found_wherever_it_stands():
    before = {"materials": [material("a"), material("b")]}
    after = {"materials": [material("new"), material("a"), material("b", trust="A")]}
    (added, changed) = diff(before, after)
    assert (added[0], added[1]) == (("materials", "new"), "added")
    assert changed == (("materials", "b", "trust"), "changed", "C", "A")


def test_another_order_is_told_as_such():
    before = {"materials": [material("a"), material("b")]}
    after = {"materials": [material("b"), material("a")]}
    assert diff(before, after) == [(("materials",), "moved", ["a", "b"], ["b", "a"])]
    reviews = [a_step(name, "review") for name in "ab"]
    (moved,) = diff({"steps": [*reviews, a_step()]}, {"steps": [*reviews[::-1], a_step()]})
    assert moved[:2] == (("steps",), "moved")


def test_of_a_list_of_values_those_are_told_that_came_or_went():
    assert diff({"channels": ["window", "web"]}, {"channels": ["window", "post"]}) == [
        (("channels",), "added", None, "post"),
        (("channels",), "removed", "web", None),
    ]


def test_another_order_of_values_and_how_often_they_stand_there_is_told():
    (moved,) = diff({"channels": ["window", "web"]}, {"channels": ["web", "window"]})
    assert moved[:2] == (("channels",), "moved")
    assert differences(["a", "a"], ["a"]) == [Change((), "moved", ["a", "a"], ["a"])]


def test_what_has_no_name_is_told_by_its_place():
    assert differences({"a": [{"x": 1}]}, {"a": [{"x": 2}, {"x": 3}]}) == [
        Change(("a", "1", "x"), "changed", 1, 2),
        Change(("a", "2"), "added", None, {"x": 3}),
    ]


def test_true_is_not_one():
    (change,) = differences({"const": True}, {"const": 1})
    assert (change.before, change.after) == (True, 1)


values = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["a", "b"]) | st.sampled_from([2, 3]),
    lambda part: (
        st.lists(part, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "x", "y"]), part, max_size=3)
    ),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "id"]), values, max_size=3)


@given(objects, objects)
def test_something_is_told_if_and_only_if_something_changed(before, after):
    assert (differences(before, after) == []) == (before == after)
