"""What people look for in their own words is found: 60 labelled queries, and what nobody offers."""

import csv
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from chalicelib.codes.divisions import related
from chalicelib.items.application.search import missed, terms
from chalicelib.items.application.search.ranking import Index
from chalicelib.items.projections import catalogue
from tests.items.world import NOW, a_platform

EXAMPLES = Path("examples/items")
LABELLED = Path(__file__).with_name("relevance.csv")


def _words(path):
    item = yaml.safe_load(path.read_text(encoding="utf-8"))
    return catalogue.words(item)


@pytest.fixture(scope="module")
def index():
    return Index({path.stem: _words(path) for path in EXAMPLES.glob("*.yaml")})


@pytest.fixture(scope="module")
def labelled():
    with LABELLED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {kind: list(some) for kind, some in groupby(rows, key=lambda row: row["kind"])}


def _first(index, query):
    hits = index.search(query)
    return hits[0].code if hits else ""


def test_the_labelled_queries_are_as_many_as_the_readme_says(labelled):
    assert {kind: len(some) for kind, some in labelled.items()} == {
        "exact": 20,
        "colloquial": 20,
        "typo": 20,
        "none": 10,
    }


@pytest.mark.parametrize(("kind", "least"), [("exact", 1.0), ("colloquial", 0.9), ("typo", 0.95)])
def test_the_first_hit_is_the_one_that_is_meant(index, labelled, kind, least):
    wrong = [row for row in labelled[kind] if _first(index, row["query"]) != row["item"]]
    assert 1 - len(wrong) / len(labelled[kind]) >= least, wrong


def test_what_no_item_offers_is_not_found(index, labelled):
    found = {row["query"]: _first(index, row["query"]) for row in labelled["none"]}
    wrong = {query for query, hit in found.items() if hit}
    assert wrong <= {"离婚"}, found  # the marriage office is where one asks


def test_scores_are_in_order_and_the_same_each_time(index):
    for query in ("许可证", "登记", "permit", "公司"):
        hits = index.search(query)
        assert hits == index.search(query)
        assert [one.score for one in hits] == sorted((one.score for one in hits), reverse=True)
        assert all(0 < one.score <= 1 for one in hits)


@pytest.mark.parametrize("query", ["", " ", "！？", "\u200b", "😀", "a" * 10_000, "许" * 10_000])
def test_nothing_that_is_typed_breaks_it(index, query):
    assert isinstance(index.search(query), list)


def test_how_it_is_typed_does_not_matter(index):
    assert _first(index, "ＫＴＶ") == _first(index, "ktv") == "entertainment-venue-permit"
    assert terms.of_query("老 年 证") != frozenset()


def test_an_empty_catalogue_has_no_hits():
    assert Index({}).search("许可证") == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("440800", "440800", True),
        ("440802", "440800", True),
        ("440000", "440802", True),
        ("000000", "440802", True),
        ("440100", "440800", False),
        ("440800", "450000", False),
        ("110000", "110101", True),
    ],
)
def test_a_division_is_related_to_those_above_and_below(one, other, expected):
    assert related(one, other) is expected
    assert related(other, one) is expected


# Queries without a hit


def test_a_query_is_recorded_once_three_addresses_missed_it(tmp_path):
    counter = missed.Counter()
    with a_platform(tmp_path) as platform:
        for address in ("a", "a", "a", "b"):
            missed.note(platform, "办 护照", address, counter)
        assert missed.most_missed(platform, NOW.date()) == []
        missed.note(platform, "办 护照", "c", counter)
        assert missed.most_missed(platform, NOW.date()) == [("办 护照", 3)]


@pytest.mark.parametrize(
    "query", ["440802195001011234", "张三 13800138000", "https://x.example/?a=1"]
)
def test_numbers_are_never_recorded(tmp_path, query):
    counter = missed.Counter()
    with a_platform(tmp_path) as platform:
        for address in "abcdef":
            missed.note(platform, query, address, counter)
        assert missed.most_missed(platform, NOW.date()) == []


def test_a_flood_of_queries_records_so_many_a_day_and_is_forgotten():
    counter, day = missed.Counter(), date(2026, 3, 2)
    told = sum(
        counter.asked(f"q{number}", bytes([who]), day) > 0
        for number in range(3 * missed.A_DAY)
        for who in range(missed.THRESHOLD)
    )
    assert told == missed.A_DAY
    for number in range(2 * missed.KEPT):
        counter.asked(f"other{number}", b"x", day)
    assert len(counter._asked) <= missed.KEPT
    assert not counter.asked("q0", b"\0", date(2026, 3, 3))
