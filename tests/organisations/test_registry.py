"""Departments: published by two people, found by code, refused where they are not there."""

import logging
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.codes import divisions
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid, NotAllowed
from chalicelib.organisations.application import registry as application
from chalicelib.organisations.application.registry import Organisations
from chalicelib.organisations.domain import registry
from chalicelib.platform import organisations
from chalicelib.platform.organisations import UnknownDepartment
from tests.items.world import a_platform

from .givens import OFFICE, a_department, publish

CITY, DAY = "440800", date(2026, 3, 2)


@pytest.fixture
def platform(tmp_path):
    with a_platform(tmp_path) as opened:
        yield opened


def check(platform, code, division=None, on=DAY):
    return organisations.check(platform, code, on, division)


# Publishing


def test_one_person_alone_publishes_nothing(platform):
    author = Actor(account="author", role=Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="author drafted it"):
        publish(platform, CITY, "440800-civil", by=author)
    assert application.get(platform, CITY).version == 0


def test_a_version_is_whole_and_the_same_again_is_none(platform):
    assert publish(platform, CITY, "440800-civil", "440800-hall").version == 1
    assert publish(platform, CITY, "440800-civil", "440800-hall").version == 1
    assert publish(platform, CITY, "440800-civil").version == 2
    assert [one.code for one in application.get(platform, CITY).departments] == ["440800-civil"]


@pytest.mark.parametrize(
    ("departments", "told"),
    [
        (["440800-a", "440800-a"], "440800-a: is there twice"),
        (["440802-a"], "440802-a: begins with the code of another division than 440800"),
        ([a_department("a", valid_from="2026-02-02", valid_until="2026-02-01")], "ends before"),
        ([a_department("a", parent="b")], "a: has a parent, b, that is not there"),
        ([a_department("a", parent="a")], "a: is among its own parents"),
        ([a_department("a", parent="b"), a_department("b", parent="a")], "b: is among its own"),
    ],
)
def test_what_cannot_be_a_registry_is_told(platform, departments, told):
    with pytest.raises(Invalid, match=told):
        publish(platform, CITY, *departments)


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True), st.data())
def test_parents_lead_somewhere_and_never_round(codes, data):
    parents = {one: data.draw(st.sampled_from([None, *codes])) for one in codes}
    departments = [a_department(one, parent=parents[one]) for one in codes]
    found = {str(one) for one in registry.misfits(CITY, departments)}
    for one in codes:
        above, steps = parents[one], 0
        while above is not None and above != one and steps < 9:
            above, steps = parents[above], steps + 1
        assert (f"{one}: is among its own parents" in found) is (above == one)


# What is asked of it


def test_until_a_division_has_published_any_code_is_taken_and_warned_of_once(platform, caplog):
    with caplog.at_level(logging.WARNING):
        assert check(platform, "449999-nobody-knows") is None
        assert check(platform, "449999-nobody-knows") is None
    assert [one.message for one in caplog.records] == [
        "department 449999-nobody-knows is taken as it is: its division has published none"
    ]


def test_from_then_on_an_unknown_code_is_refused_by_name(platform):
    publish(platform, CITY, "440800-civil")
    with pytest.raises(UnknownDepartment, match="440800-fire is no department that 440800"):
        check(platform, "440800-fire")
    with pytest.raises(UnknownDepartment, match="civil is no department"):
        check(platform, "civil", CITY)
    # What the division above says of it does not help a department that its own does not know.
    with pytest.raises(UnknownDepartment):
        check(platform, "440800-civil-2", "440000")
    assert check(platform, "440800-civil", CITY).name == "440800-civil"
    assert check(platform, "440802-civil", "440802") is None


def test_a_department_of_another_division_is_not_of_this_one(platform):
    publish(platform, CITY, "440800-civil")
    publish(platform, "440802", "440802-civil")
    with pytest.raises(UnknownDepartment, match="440802-civil is no department that 440800"):
        check(platform, "440802-civil", CITY)


def test_nor_is_it_of_a_division_that_has_published_nothing(platform):
    publish(platform, CITY, "440800-civil")
    with pytest.raises(UnknownDepartment, match="440800-civil is a department of 440800, and not"):
        check(platform, "440800-civil", "440802")


def test_a_section_counts_as_its_department_unless_it_is_registered_itself(platform):
    ended = a_department("440800-civil.old", valid_until="2026-01-31")
    publish(platform, CITY, "440800-civil", ended)
    assert check(platform, "440800-civil.cards").code == "440800-civil"
    assert check(platform, "440800-civil.cards.desk").code == "440800-civil"
    with pytest.raises(UnknownDepartment, match="not valid on 2026-03-02"):
        check(platform, "440800-civil.old")
    with pytest.raises(UnknownDepartment, match=r"440800\.cards is no department"):
        check(platform, "440800.cards", CITY)


@pytest.mark.parametrize(
    ("on", "there"),
    [("2025-12-31", False), ("2026-01-01", True), ("2026-06-30", True), ("2026-07-01", False)],
)
def test_a_department_is_valid_from_its_first_day_to_its_last(platform, on, there):
    one = a_department("440800-civil", valid_from="2026-01-01", valid_until="2026-06-30")
    publish(platform, CITY, one)
    try:
        check(platform, "440800-civil", on=date.fromisoformat(on))
    except UnknownDepartment:
        assert not there
    else:
        assert there


def test_another_process_finds_out_within_seconds(platform, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(application, "monotonic", lambda: clock[0])
    other = replace(platform, organisations=Organisations(platform.store, platform.codec))
    assert check(other, "440800-fire") is None
    publish(platform, CITY, "440800-civil")
    assert check(other, "440800-fire") is None
    clock[0] += application.SECONDS + 0.1
    with pytest.raises(UnknownDepartment):
        check(other, "440800-fire")
    with pytest.raises(UnknownDepartment):
        check(platform, "440800-fire")


def test_what_is_asked_often_is_read_seldom(platform, monkeypatch):
    publish(platform, CITY, "440800-civil")
    read: list[str] = []
    load = platform.store.load

    def counted(stream, *known):
        read.append(stream)
        return load(stream, *known)

    monkeypatch.setattr(platform.store, "load", counted)
    for _ in range(1000):
        check(platform, "440800-civil", CITY)
    assert len(read) <= 2


def test_below_is_a_department_its_sections_and_what_has_it_for_a_parent():
    registered = application.by_code(
        registry.Published(
            version=1,
            division=CITY,
            departments=(
                a_department("bureau"),
                a_department("branch", parent="bureau"),
                a_department("point", parent="branch.desk"),
            ),
        )
    )
    assert organisations.belongs(registered, "bureau.section", "bureau")
    assert organisations.belongs(registered, "branch", "bureau")
    assert organisations.belongs(registered, "point.1", "bureau")
    assert not organisations.belongs(registered, "bureau", "branch")
    assert not organisations.belongs(registered, "bureaux", "bureau")


@pytest.mark.parametrize(
    ("division", "of", "lies"),
    [
        ("440802", "440800", True),
        ("440802", "440000", True),
        ("440802", "000000", True),
        ("440802", "100000", True),
        ("440800", "440802", False),
        ("110100", "440800", False),
        ("440800", "440800", True),
    ],
)
def test_divisions_lie_in_one_another_by_their_digits(division, of, lies):
    assert divisions.lies_in(division, of) is lies
    assert (of in divisions.above(division)) is (lies and of != "100000")


def test_a_right_in_a_division_reaches_those_below_and_the_centres_code_reaches_none():
    for own in ("000000", "440000", "440800", "440802"):
        assert divisions.covers(own, "440802")
    for elsewhere in ("440802", "450000", "100000", None):
        assert not divisions.covers(elsewhere, "440800")


def test_the_publisher_of_the_given_is_not_its_author():
    assert OFFICE.account != "author"
