"""Every department that anything names is in the first draft."""

from pathlib import Path

import pytest

from chalicelib.eventlog.envelope import Recorded
from chalicelib.organisations.application.drafting import drafted, named

from ..stories.cases import told


@pytest.fixture(scope="module")
def happened(tmp_path_factory) -> list[Recorded]:
    return told(Path(tmp_path_factory.mktemp("stories")))


def test_what_all_stories_name_is_found_with_its_windows(happened):
    found = {one.code: one for one in drafted(happened, "440800")}
    assert {"440800-hall", "440800-civil", "440800-environment"} <= found.keys()
    assert found["440800-civil"].name == "市民政局"
    assert found["440800-hall"].counter
    assert not found["440800-environment"].counter
    assert {one.code for one in drafted(happened, "440802")} == {"440802-environment"}
    assert not any("." in code for code in found)


def test_it_is_found_wherever_it_stands_transfers_and_imports_too(happened):
    kinds = {one.type for one in happened if list(named(one))}
    assert kinds >= {"ItemPublished", "CaseTransferred", "CaseSubmitted", "CaseImported"}
    by_type = {one.type: one for one in happened}
    moved = by_type["CaseTransferred"]
    assert moved.data.to_department in {one.code for one in named(moved)}
