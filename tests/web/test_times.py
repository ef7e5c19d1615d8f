"""Times in replies have three digits of a second (each walk looks); what is stored keeps six."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases.application import cases
from chalicelib.eventlog.codec import decode
from chalicelib.web import docs
from chalicelib.web.times import in_milliseconds, is_time

from ..city import City
from ..walks.walking import THREE_DIGITS


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("2026-02-10T01:02:03.456789+00:00", "2026-02-10T01:02:03.456+00:00"),
        ("2026-02-10T01:02:03.999999+08:00", "2026-02-10T01:02:03.999+08:00"),
        ("2026-02-10T01:02:03+00:00", "2026-02-10T01:02:03.000+00:00"),
        ("2026-02-10T01:02:03.5Z", "2026-02-10T01:02:03.500Z"),
        ("2026-02-10", "2026-02-10"),
        ("2026-02-10T01:02:03", "2026-02-10T01:02:03"),
        ("since 2026-02-10T01:02:03Z", "since 2026-02-10T01:02:03Z"),
    ],
)
def test_three_digits_always(stored, told):
    assert in_milliseconds({"at": stored})["at"] == told
    assert in_milliseconds([{"steps": [{"opened_at": stored}]}]) == [
        {"steps": [{"opened_at": told}]}
    ]


def test_what_people_filled_in_is_given_back_as_it_came():
    body = {"form": {"at": "2026-02-10T01:02:03Z"}, "reason": "2026-02-10T01:02:03Z"}
    assert in_milliseconds(body) == body


@given(st.datetimes(timezones=st.just(UTC)))
def test_no_time_is_told_as_a_later_one(at):
    told = datetime.fromisoformat(in_milliseconds({"at": at.isoformat()})["at"])
    assert told == at.replace(microsecond=at.microsecond // 1000 * 1000)


def test_what_is_stored_keeps_six_digits(city: City):
    case_id = city.submit()["case_id"]
    told = city.get("auditor-zheng", f"/cases/{case_id}/events").json()["events"]
    stream = city.platform.store.load(cases.stream(case_id))
    stored = [one for commit in stream.commits for one in decode(city.platform.codec, commit)]
    for one, whole in zip(told, stored, strict=True):
        at = datetime.fromisoformat(one["recorded_at"])
        assert THREE_DIGITS.fullmatch(one["recorded_at"])
        assert 0 <= (whole.recorded_at - at).total_seconds() < 0.001


def of_times(schema: Any, name: str = "") -> Iterator[str]:
    """The names of members that the document says are times."""
    if isinstance(schema, dict):
        if schema.get("format") == "date-time":
            yield name
        for key, one in schema.get("properties", {}).items():
            yield from of_times(one, key)
        for key in ("items", "anyOf", "additionalProperties"):
            yield from of_times(schema.get(key), name)
    elif isinstance(schema, list):
        for one in schema:
            yield from of_times(one, name)


def test_a_time_is_known_by_its_name() -> None:
    document = Path(docs.__file__).with_name("static") / "openapi.json"
    schemas = json.loads(document.read_text(encoding="utf-8"))["components"]["schemas"]
    found = {name for one in schemas.values() for name in of_times(one)}
    assert "recorded_at" in found
    assert not [name for name in found if not is_time(name)]
