"""A document: begun, refused or received, scanned; said twice, it happens once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.documents.domain import document as d
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid, NotFound

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
BY = Actor(account="citizen-zhang", role=Role.APPLICANT)
IT = {"sha256": "0" * 64, "size": 700, "media_type": "application/pdf"}
SAID: dict[str, Any] = {"at": NOW, "by": BY}


def begin(**changes):
    fields = {**SAID, "account": BY.account, **IT, "expires_at": NOW + timedelta(days=1)}
    return d.BeginUpload(**{**fields, **changes})


def receive(**changes):
    return d.Receive(**{**SAID, "owner": BY.account, **IT, "awaits_scan": True, **changes})


def scan(verdict="clean", engine="ClamAV 1/1"):
    return d.RecordScan(**SAID, verdict=verdict, engine=engine)


def refuse(attempt=1):
    return d.RefuseUpload(**SAID, attempt=attempt, reason="the parts make something else")


def after(*commands, state=d.initial):
    for one in commands:
        state = d.fold(d.decide(one, state), state)
    return state


def test_an_upload_goes_on_until_it_expires_and_then_begins_anew():
    state = after(begin())
    assert d.decide(begin(at=NOW + timedelta(hours=23)), state) == []
    assert after(begin(at=NOW + timedelta(days=1)), state=state).attempts == 2


@pytest.mark.parametrize("change", [{"size": 701}, {"media_type": "image/png"}], ids=str)
def test_an_upload_that_is_announced_otherwise_begins_anew(change):
    assert after(begin(), begin(**change)).attempts == 2


def test_a_refusal_is_of_the_attempt_that_was_looked_at():
    twice = after(begin(), refuse(), begin())
    assert d.decide(refuse(1), twice) == []
    assert isinstance(after(refuse(2), state=twice), d.Refused)
    assert d.decide(refuse(1), after(begin(), receive())) == []


def test_what_is_received_is_not_begun_again_nor_as_something_else():
    kept = after(begin(), receive())
    assert d.decide(begin(media_type=d.UNSAID), kept) == []
    with pytest.raises(Invalid, match=r"image/png.*application/pdf"):
        d.decide(begin(media_type="image/png"), kept)


def test_the_last_scan_counts():
    assert after(receive(awaits_scan=False)).scan == "not_scanned"
    assert after(receive()).scan == "pending"
    assert after(receive(), scan()).scan == "clean"
    assert after(receive(), scan(), scan("infected", "ClamAV 1/2")).scan == "infected"


@pytest.mark.parametrize("state", [d.initial, after(begin()), after(begin(), refuse())])
def test_what_was_not_received_is_not_scanned(state):
    with pytest.raises(NotFound):
        d.decide(scan(), state)


COMMANDS = st.sampled_from(
    [begin(), begin(size=701), receive(), refuse(), refuse(2), scan(), scan("infected")]
)


@given(st.lists(COMMANDS, max_size=8), COMMANDS)
def test_whatever_was_before_said_twice_happens_once(before, command):
    state = d.initial
    for one in before:
        try:
            state = after(one, state=state)
        except NotFound:
            continue
    try:
        state = after(command, state=state)
    except NotFound:
        return
    assert d.decide(command, state) == []
