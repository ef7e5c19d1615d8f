"""The store that growth is measured on is one that Banjian could have made."""

import pytest

from benchmarks.growth.cases import told
from benchmarks.growth.store import filled
from chalicelib import bootstrap
from chalicelib.cases import domain as case
from chalicelib.cases.application import cases
from chalicelib.cases.domain.state import Lodged
from chalicelib.codes.numbers import parse_case_number
from chalicelib.eventlog.codec import events
from chalicelib.eventlog.consumers import catch_up, live
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.ports import verify
from chalicelib.eventlog.views.port import Projection
from chalicelib.kernel.actor import SYSTEM


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("store"), 1000, told(tmp_path_factory.mktemp("told")))


def streams(platform) -> set[str]:
    return {one.stream for one in platform.log.read(0, 10_000) if one.stream.startswith("case-")}


def test_every_copied_case_is_whole_and_a_case_of_its_own(platform):
    found = []
    for stream in streams(platform):
        verify(platform.store.load(stream))
        state = cases.get(platform, SYSTEM, stream.removeprefix(f"{case.CATEGORY}-")).state
        assert isinstance(state, Lodged)
        parse_case_number(state.application.number)
        found.append((state.application.number, state.application.holder))
    assert len(found) >= 40
    assert len({number for number, _ in found}) == len(found)
    assert len({holder for _, holder in found}) > len(found) / 2


def test_the_cases_are_mixed_and_of_many_kinds(platform):
    commits = platform.log.read(0, 10_000)
    kinds = {one.type for one in events(platform.codec, commits)}
    assert {"CaseGranted", "CertificateIssued", "CaseDenied", "CaseWithdrawn"} <= kinds
    assert {"SupplementRequested", "CaseSuspended", "CaseVoided", "CaseArchived"} <= kinds
    order = [one.stream for one in commits if one.stream.startswith("case-")]
    assert order != sorted(order)


def test_every_view_takes_all_of_it(platform):
    for one in bootstrap.consumers(platform):
        if isinstance(one, Projection):
            catch_up(one, Feed(platform.source), platform.views)
            assert platform.views.parked(live(one, platform.views)) == []
