"""How a commit lies in the table, and what DynamoDB counts of it."""

import json
import zlib
from base64 import b64encode
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb.items import (
    MAX_ITEM,
    from_image,
    from_item,
    size,
    to_item,
    write_units,
)
from chalicelib.eventlog.ports import MAX_BODY, MAX_NAME, CommandId, Commit, Damaged, History

NOISE = Random(1).randbytes(MAX_BODY)  # noqa: S311 - what cannot be compressed, not a secret
COMMAND = CommandId("9f0c1f2e-5d0b-4f0e-9c39-2f0d6a5f1b11", bytes(32))


def a_commit(body: bytes = b"{}", length: int = 1) -> Commit:
    return History("case-01").following(COMMAND, length, body)


def padded(total: int) -> Commit:
    """Its item, with the body as it is, has so many bytes."""
    return a_commit(NOISE[: total - size(to_item(a_commit(b"")))])


def the_image(item):
    """As Lambda gets it."""
    encoded = {
        name: {"B": b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in item.items()
    }
    return json.loads(json.dumps(encoded))


def test_this_is_what_is_stored():
    commit = a_commit(b'{"events":[1,2]}', length=2)
    assert to_item(commit) == {
        "stream": {"S": "case-01"},
        "version": {"N": "1"},
        "n": {"N": "2"},
        "c": {"S": COMMAND.id},
        "f": {"B": bytes(32)},
        "h": {"B": commit.hash},
        "b": {"B": b'{"events":[1,2]}'},
    }


def test_one_event_needs_no_count():
    assert "n" not in to_item(a_commit())


bodies = st.one_of(
    st.binary(max_size=3000),
    st.builds(lambda text, n: text.encode() * n, st.text(max_size=40), st.integers(0, 3000)),
)


@given(bodies.filter(lambda body: len(body) <= MAX_BODY), st.integers(1, 999))
def test_a_commit_comes_back_exactly(body, length):
    commit = a_commit(body, length)
    assert from_item(to_item(commit)) == from_image(the_image(to_item(commit))) == commit


@given(bodies.filter(lambda body: len(body) <= MAX_BODY))
def test_compression_never_costs_and_is_there_only_where_it_saves(body):
    item = to_item(a_commit(body))
    head = {name: value for name, value in item.items() if name not in ("b", "z")}
    plain = write_units({**head, "b": {"B": body}})
    assert write_units(item) < plain if "z" in item else write_units(item) == plain


@pytest.mark.parametrize(
    ("total", "units"), [(1023, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3)]
)
def test_a_write_unit_is_a_kilobyte_begun(total, units):
    item = to_item(padded(total))
    assert (size(item), write_units(item)) == (total, units)


def test_a_body_of_one_unit_is_left_as_it_is():
    body = b" " * 800
    assert to_item(a_commit(body))["b"] == {"B": body}


def test_a_body_is_deflated_where_that_saves_a_unit():
    item = to_item(a_commit(b" " * 1000))
    assert "b" not in item
    assert write_units(item) == 1


def test_a_body_that_deflating_makes_no_cheaper_is_left_as_it_is():
    body = NOISE[:1500] + b" " * 200
    assert to_item(a_commit(body))["b"] == {"B": body}


def test_the_largest_body_fits_with_a_long_name_and_a_long_command_id():
    history = History("x" * MAX_NAME)
    commit = history.following(CommandId("k" * MAX_NAME, bytes(32)), 999, NOISE)
    assert size(to_item(commit)) <= MAX_ITEM


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": "case"}, 4),
        ({"S": "湛江"}, 6),
        ({"S": "🏛"}, 4),
        ({"S": ""}, 0),
        ({"B": b"12345"}, 5),
        ({"B": b""}, 0),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "12"}, 2),
        ({"N": "123"}, 3),
        ({"N": "1234"}, 3),
        ({"N": "0012"}, 2),
        ({"N": "1000000"}, 2),
        ({"N": "0.5"}, 2),
        ({"N": "-12"}, 3),
    ],
    ids=str,
)
def test_sizes_are_counted_as_documented(value, expected):
    assert size({"": value}) == expected
    assert size({"name": value}) == expected + 4
    assert size({"办": value}) == expected + 3


@given(st.integers(-(10**37), 10**37))
def test_a_number_is_never_counted_below_the_documented_guideline(number):
    significant = str(abs(number)).strip("0")
    guideline = -(-len(significant) // 2) + 1
    assert guideline <= size({"": {"N": str(number)}}) <= guideline + 2


def test_deflated_bodies_of_old_stay_readable():
    """Forever, whatever this release would write: level and library may change, the format not."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = deflate.compress(b'{"events":[]}') + deflate.flush()
    item = to_item(a_commit())
    del item["b"]
    assert from_item({**item, "z": {"B": packed}}).body == b'{"events":[]}'


def without(name):
    return lambda item: {key: value for key, value in item.items() if key != name}


def having(**values):
    return lambda item: {**without("b")(item), **values}


BOMB = zlib.compressobj(9, zlib.DEFLATED, -15)
PACKED = BOMB.compress(bytes(MAX_BODY + 1)) + BOMB.flush()


@pytest.mark.parametrize(
    "forged",
    [
        *map(without, ("stream", "version", "c", "f", "h", "b")),
        having(z={"B": b"not deflated"}),
        having(z={"B": PACKED}),
        having(z={"B": PACKED[:9]}),
        having(b={"S": "text"}),
        having(b={"B": b""}, n={"N": "many"}),
    ],
)
def test_what_is_no_commit_is_damaged(forged):
    item = forged(to_item(a_commit()))
    with pytest.raises(Damaged, match="is not stored as a commit is"):
        from_item(item)
    with pytest.raises(Damaged, match="is not stored as a commit is"):
        from_image(the_image(item))


@pytest.mark.parametrize(
    "image", [{"b": {"B": "%%%"}}, {"b": "text"}, {"b": {"B": 5}}, {"b": None}]
)
def test_an_image_that_is_no_item_is_damaged(image):
    with pytest.raises(Damaged):
        from_image(image)
