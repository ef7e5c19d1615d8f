"""Telephone numbers: what people write is taken, and kept in one way (issue G, 4.1)."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.codes.phones import canonical_phone
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.formats import Phone

KEPT = re.compile(get_args(Phone)[1].pattern, re.ASCII)
WRITTEN = {
    "13800000000": (
        "+86 138-0000-0000",
        "0086 13800000000",
        "１３８００００００００",
        "138 0000 0000",
    ),
    "07593388888": ("0759-3388888", "（0759）3388888", "+86 759 338 8888", "0759 338\u20118888"),
    "01065981114": ("010-65981114", "+861065981114"),
    "02083300000": ("020 8330 0000",),
    "4008100000": ("400-810-0000",),
    "+85251234567": ("+852 5123 4567", "00852-51234567"),
    "+85366123456": ("+853 6612 3456",),
    "+85328123456": ("+853-2812-3456",),
    "+886912345678": ("+886 0912-345-678", "+886912345678"),
    "+886227208889": ("+886 2 2720 8889",),
}


@pytest.mark.parametrize("kept", WRITTEN)
def test_a_number_is_kept_in_one_way_however_it_was_written(kept: str) -> None:
    assert {canonical_phone(text) for text in (*WRITTEN[kept], kept)} == {kept}
    assert KEPT.fullmatch(kept)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12800000000",
        "1380000000",
        "138000000000",
        "3388888",
        "0759-1388888",
        "+852 1234 5678",
        "+1 202 555 0100",
        "+86 852 51234567 1",
        "abc",
        "110",
    ],
)
def test_what_rings_nowhere_is_refused_and_told_how_to_write_it(text: str) -> None:
    with pytest.raises(Invalid, match="area code"):
        canonical_phone(text)


@given(st.text("+0123456789 -()０１８６·", max_size=24))
def test_what_is_taken_fits_the_pattern_of_the_events_and_stays_as_it_is(text: str) -> None:
    try:
        kept = canonical_phone(text)
    except Invalid:
        return
    assert KEPT.fullmatch(kept)
    assert canonical_phone(kept) == kept
