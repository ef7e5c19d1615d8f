"""The quick ways of a rebuild say what the plain ones say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from chalicelib.eventlog.decoding import decoded, decoder
from chalicelib.eventlog.rebuilding.bulk_fold import as_stored
from chalicelib.eventlog.views.port import (
    MAX_KEY,
    MAX_ROW,
    Entry,
    Unstorable,
    check_singly,
    check_storable,
)
from chalicelib.kernel.actor import Channel

from ..following import CODEC, live_through, open_town, shown

PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES: Any = (
    PLAIN
    | st.floats()
    | st.sampled_from(Channel)
    | st.dates()
    | st.tuples(PLAIN, PLAIN)
    | st.lists(PLAIN, max_size=3)
    | st.dictionaries(st.text(max_size=3), PLAIN, max_size=3)
)
ROWS = st.dictionaries(st.text(max_size=4), VALUES, max_size=12)


@given(ROWS, ROWS)
def test_a_changed_row_is_what_storage_would_give_back(before, changes):
    known = from_json(to_json(before))
    row = {**known, **changes}
    expected = from_json(to_json(row))
    stored, more = as_stored("view", row, known)
    assert to_json(stored) == to_json(expected)  # as bytes: no NaN equals another
    assert [type(one) for one in stored.values()] == [type(one) for one in expected.values()]
    assert len(to_json(stored)) <= len(to_json(known)) + more


@given(st.lists(VALUES, max_size=4), st.data())
def test_a_list_is_what_storage_would_give_back_whatever_it_keeps_of_the_one_before(before, data):
    known = from_json(to_json({"a": before}))
    kept = st.sampled_from(known["a"]) if known["a"] else VALUES
    row = {"a": data.draw(st.lists(kept | VALUES, max_size=8))}  # the same objects, some twice
    expected = from_json(to_json(row))
    stored, more = as_stored("view", row, known)
    assert to_json(stored) == to_json(expected)
    assert [type(one) for one in stored["a"]] == [type(one) for one in expected["a"]]
    assert len(to_json(stored)) <= len(to_json(known)) + more


@pytest.mark.parametrize("row", [{1: "x"}, {True: 1}, {Channel.WEB: "x"}, {"a": Channel.WEB}])
def test_names_and_values_become_what_json_has(row):
    expected = from_json(to_json(row))
    for stored in (
        as_stored("view", row, None)[0],
        as_stored("view", {"a": row}, {"a": 1})[0]["a"],
    ):
        assert stored == expected
        assert [type(one) for one in [*stored, *stored.values()]] == [
            type(one) for one in [*expected, *expected.values()]
        ]


@pytest.mark.parametrize("row", ["text", None, 1, ["a"]])
def test_a_row_is_an_object(row):
    with pytest.raises(TypeError, match="a row is a JSON object"):
        as_stored("view", row, {})


def test_what_is_no_text_is_no_value_of_a_row():
    with pytest.raises(UnicodeEncodeError):
        as_stored("view", {"a": "\ud800"}, {"a": "x"})


@given(
    st.text(min_size=1, max_size=MAX_KEY),
    st.lists(st.builds(Entry, st.text(max_size=3), st.text(), st.text(max_size=1100)), max_size=4),
)
def test_places_fit_where_the_plain_check_says_so(key, entries):
    places = tuple(entries)
    assert verdict(check_storable, key, b"{}", places) == verdict(check_singly, key, 2, places)


def verdict(ask: Any, *about: Any) -> type[Exception] | None:
    try:
        ask(*about)
    except (Unstorable, UnicodeEncodeError) as error:
        return type(error)
    return None


def test_a_row_that_is_too_large_is_refused():
    row = {"text": "x" * MAX_ROW}
    with pytest.raises(Unstorable):
        check_storable("key", to_json(row), ())


def test_commits_are_decoded_together_as_one_by_one(tmp_path):
    """Among them some of another release, and some that are broken."""
    town = open_town(tmp_path)
    live_through(town.store, 400, poison=0.1)
    commits = town.store.read(0, 1000)
    together, alone = decoder(CODEC)(commits), [decoded(CODEC, one) for one in commits]
    assert [shown(one) for one in together] == [shown(one) for one in alone]
    town.close()
