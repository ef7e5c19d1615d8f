"""Where Chinese text may be cut into lines."""

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.adapters.pdf.lines import wrapped

TEXT = st.text(st.sampled_from("湛江市卫生，。（）《》“”、ab12 -:.\n"), max_size=80)


def width(text: str) -> float:
    """As in print: letters are half as wide."""
    return sum(0.5 if one.isascii() else 1.0 for one in text)


def lines(text: str, limit: float) -> list[str]:
    return wrapped(text, width, limit)


@given(TEXT, st.integers(2, 20))
@example("", 2)
@example("（", 2)
@example("\n\n", 5)
def test_nothing_is_lost_but_blanks(text: str, limit: int):
    assert "".join("".join(lines(text, limit)).split()) == "".join(text.split())


@given(TEXT, st.integers(2, 20))
def test_no_line_is_too_wide(text: str, limit: int):
    assert max(map(width, lines(text, limit))) <= limit


def test_no_mark_begins_or_ends_a_line_that_must_not():
    assert lines("依法受理，予以公告。", 4) == ["依法受", "理，予以", "公告。"]
    assert lines("以上附（见附件）为准", 4) == ["以上附", "（见附", "件）为准"]
    assert lines("参照《办法》办理", 3) == ["参照", "《办", "法》办", "理"]


def test_words_and_numbers_stay_in_one_piece():
    assert lines("编号20230000403号", 6) == ["编号", "20230000403", "号"]
    assert lines("Zhanjiang City Hall", 7) == ["Zhanjiang City", "Hall"]


def test_a_word_that_is_wider_than_a_line_is_cut():
    assert lines("号" + "x" * 9, 2) == ["号", "xxxx", "xxxx", "x"]


def test_a_character_wider_than_the_line_stands_alone():
    assert lines("湛江", 0.5) == ["湛", "江"]


def test_breaks_in_the_text_are_kept():
    assert lines("一\r\n二\n\n三", 9) == ["一", "二", "", "三"]
