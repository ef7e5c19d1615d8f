"""Events become bytes, and the bytes the same events again, in every later release."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, ValidationError
from pydantic_core import from_json, to_json

from chalicelib.eventlog.codec import (
    WORTH_A_PARSER,
    UnknownEvent,
    codec,
    decode,
    encode,
    events,
    facts,
)
from chalicelib.eventlog.envelope import Circumstances, Happened
from chalicelib.eventlog.ports import CommandId, Commit
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.kernel.base import Frozen
from chalicelib.kernel.formats import Division, Phone

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CLERK = Actor(account="clerk-1", role=Role.CLERK, department="permits", level=4)
AT_THE_WINDOW = Circumstances(NOON, CLERK, Channel.WINDOW)


class Material(Frozen):
    code: str
    copies: int = 1


class Submitted(Frozen):
    """One field of each kind that the domain's events have."""

    item: str
    on: date
    at: AwareDatetime
    fee: Decimal
    channel: Channel
    form: dict[str, Any]
    materials: tuple[Material, ...] = ()
    agent: str | None = None


class Closed(Frozen):
    pass


CODEC = codec([Submitted, Closed])


def a_commit(body: bytes, length: int = 1, position: int | None = 7) -> Commit:
    return Commit("case-1", 3, length, CommandId("submit", b""), body, b"", position)


def there_and_back(*decided: Frozen | Happened) -> list[Any]:
    body = encode(decided, AT_THE_WINDOW, recorded_at=NOON, correlation_id="request-1")
    return decode(CODEC, a_commit(body, len(decided)))


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_moments = st.datetimes(timezones=st.just(UTC))
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)
_submitted = st.builds(
    Submitted,
    item=_texts,
    on=st.dates(),
    at=_moments,
    fee=st.decimals(0, 10**9, places=2),
    channel=st.sampled_from(Channel),
    form=st.dictionaries(_texts, _json, max_size=4),
    materials=st.lists(st.builds(Material, code=_texts, copies=st.integers(1, 9))).map(tuple),
    agent=st.none() | _texts,
)
_circumstances = st.builds(
    Circumstances,
    occurred_at=_moments,
    actor=st.builds(
        Actor,
        account=st.just("clerk-2"),
        role=st.sampled_from(Role),
        department=st.none() | st.just("water"),
        division=st.none() | st.just("440811"),
        level=st.integers(0, 4),
    ),
    channel=st.sampled_from(Channel),
    source=st.none() | _texts,
)


@given(st.lists(_submitted | st.just(Closed()), min_size=1, max_size=4))
def test_every_event_comes_back_as_it_was(decided):
    assert [one.data for one in there_and_back(*decided)] == decided


@given(_circumstances)
def test_all_circumstances_come_back_as_they_were(circumstances):
    body = encode([Closed()], circumstances, recorded_at=NOON, correlation_id="r")
    (read,) = decode(CODEC, a_commit(body))
    assert Circumstances(read.occurred_at, read.actor, read.channel, read.source) == circumstances


@given(_circumstances, _submitted)
def test_an_event_may_have_circumstances_of_its_own_among_others_that_have_not(own, submitted):
    first, second = there_and_back(Happened(submitted, own), Closed())
    assert Circumstances(first.occurred_at, first.actor, first.channel, first.source) == own
    assert (second.occurred_at, second.actor, second.channel) == AT_THE_WINDOW[:3]
    assert second.source is None


def test_the_envelope_says_where_an_event_stands_and_what_caused_it():
    first, second = there_and_back(Closed(), Closed())
    assert (first.stream, first.version, first.position) == ("case-1", 3, 7)
    assert (second.stream, second.version, second.position) == ("case-1", 4, 8)
    assert (first.type, first.schema, first.recorded_at) == ("Closed", 1, NOON)
    assert (first.causation_id, first.correlation_id) == ("submit", "request-1")


def test_a_commit_that_has_no_place_in_the_log_yet_can_be_read():
    body = encode([Closed()], AT_THE_WINDOW, recorded_at=NOON, correlation_id="r")
    assert [one.position for one in decode(CODEC, a_commit(body, position=None))] == [None]


def test_the_events_of_several_commits_come_in_order():
    bodies = [
        encode([one], AT_THE_WINDOW, recorded_at=NOON, correlation_id="r")
        for one in (Closed(), Closed())
    ]
    commits = [a_commit(bodies[0]), a_commit(bodies[1])._replace(version=4, position=8)]
    assert [one.version for one in events(CODEC, commits)] == [3, 4]


def test_what_is_stored_is_plain_json():
    body = from_json(encode([Closed()], AT_THE_WINDOW, recorded_at=NOON, correlation_id="r"))
    assert body == {
        "recorded_at": "2026-03-02T04:00:00Z",
        "correlation_id": "r",
        "occurred_at": "2026-03-02T04:00:00Z",
        "actor": {"account": "clerk-1", "role": "clerk", "department": "permits", "level": 4},
        "channel": "window",
        "events": [{"type": "Closed", "schema": 1, "data": {}}],
    }


# Events are forever


class Earlier:
    class Rated(Frozen):
        stars: int


class Now:
    class Rated(Frozen):
        schema_version: ClassVar[int] = 2
        grade: int


class Later:
    class Rated(Frozen):
        schema_version: ClassVar[int] = 3
        grade: int
        comment: str


class WithMore:
    class Rated(Frozen):
        schema_version: ClassVar[int] = 4
        reads_from: ClassVar[int] = 3
        grade: int
        comment: str
        channel: str | None = None


def stars_to_grade(data: dict[str, Any]) -> dict[str, Any]:
    """In GB/T 39046 1 is best."""
    return {"grade": 6 - data["stars"]}


def stored(event: Frozen) -> Commit:
    return a_commit(encode([event], AT_THE_WINDOW, recorded_at=NOON, correlation_id="r"))


def test_an_event_of_an_earlier_schema_is_brought_up_to_date():
    (read,) = decode(
        codec([Now.Rated], {("Rated", 1): stars_to_grade}), stored(Earlier.Rated(stars=5))
    )
    assert (read.data, read.schema) == (Now.Rated(grade=1), 2)


def test_an_event_of_the_current_schema_is_left_as_it_is():
    (read,) = decode(codec([Now.Rated], {("Rated", 1): stars_to_grade}), stored(Now.Rated(grade=4)))
    assert (read.data, read.schema) == (Now.Rated(grade=4), 2)


def test_upcasters_follow_one_another():
    upcasters = {
        ("Rated", 1): stars_to_grade,
        ("Rated", 2): lambda data: {**data, "comment": ""},
    }
    (read,) = decode(codec([Later.Rated], upcasters), stored(Earlier.Rated(stars=2)))
    assert read.data == Later.Rated(grade=4, comment="")


UPCASTERS = {
    ("Rated", 1): stars_to_grade,
    ("Rated", 2): lambda data: {**data, "comment": ""},
}


@pytest.mark.parametrize("event", [Earlier.Rated(stars=2), Later.Rated(grade=4, comment="")])
def test_where_only_optional_fields_were_added_no_upcaster_is_needed(event):
    (read,) = decode(codec([WithMore.Rated], UPCASTERS), stored(event))
    assert (read.data, read.schema) == (WithMore.Rated(grade=4, comment=""), 4)


def test_both_schemas_are_read_in_one_call():
    commits = [
        stored(Later.Rated(grade=4, comment="a")),
        stored(WithMore.Rated(grade=1, comment="b")),
    ]
    known = codec([WithMore.Rated], UPCASTERS)
    known.category("").commits = WORTH_A_PARSER
    assert [one["data"].comment for one in _entries(known, commits)] == ["a", "b"]
    assert [vars(one)["comment"] for one in facts(known, commits)] == ["a", "b"]


def _entries(known, commits):
    bodies = b"[%b]" % b",".join(one.body for one in commits)
    return [
        entry
        for body in known.category("").parser.validate_json(bodies)
        for entry in body["events"]
    ]


def test_an_event_whose_upcaster_is_lost_is_refused():
    with pytest.raises(UnknownEvent, match="Rated of schema 1: this release has lost"):
        decode(codec([Now.Rated]), stored(Earlier.Rated(stars=5)))


def test_an_event_of_a_newer_schema_is_refused():
    with pytest.raises(UnknownEvent, match="Rated of schema 2 is newer than 1"):
        decode(codec([Earlier.Rated]), stored(Now.Rated(grade=1)))


def test_an_event_of_an_unknown_type_is_refused():
    with pytest.raises(UnknownEvent, match="case-1@3: no event type Closed"):
        decode(codec([]), stored(Closed()))


@pytest.mark.parametrize(
    "data", [{"item": 7}, {}, {"surprise": True}], ids=["wrong type", "missing", "extra"]
)
def test_data_that_does_not_fit_its_type_is_refused(data):
    plain = from_json(stored(Closed()).body)
    plain["events"] = [{"type": "Submitted", "schema": 1, "data": data}]
    with pytest.raises(ValueError, match="Submitted"):
        decode(CODEC, a_commit(to_json(plain)))


# Codes that were taken while a digit was one of any alphabet


class Person(Frozen):
    phone: Phone


class Phoned(Frozen):
    division: Division
    people: tuple[Person, ...] = ()
    note: str = ""


def phoned(**data: Any) -> Commit:
    at = '"recorded_at":"2026-03-02T04:00:00Z","occurred_at":"2026-03-02T04:00:00Z"'
    actor = '"actor":{"account":"a","role":"clerk"},"channel":"window","correlation_id":"c"'
    entry = f'{{"type":"Phoned","schema":1,"data":{to_json(data).decode()}}}'
    body = f'{{{at},{actor},"events":[{entry}]}}'.encode()
    return Commit("s-1", 1, 1, CommandId("c", b""), body, b"", 1)


def test_a_code_in_digits_of_another_alphabet_is_read_in_those_of_ascii():
    people = [{"phone": "13800138000"}, {"phone": "170１2345678"}]
    commit = phoned(division="44０800", people=people, note="１ 号")
    expected = Phoned(
        division="440800",
        people=(Person(phone="13800138000"), Person(phone="17012345678")),
        note="１ 号",
    )
    for _ in range(2):
        assert facts(codec([Phoned]), [commit]) == [expected]
    many = codec([Phoned])
    assert facts(many, [commit] * WORTH_A_PARSER) == [expected] * WORTH_A_PARSER
    assert decode(codec([Phoned]), commit)[0].data == expected


@pytest.mark.parametrize("division", ["44080", "44080x", "44080張", 440800])
def test_a_code_that_is_none_in_any_alphabet_is_not_read(division):
    with pytest.raises(ValidationError):
        facts(codec([Phoned]), [phoned(division=division)])
