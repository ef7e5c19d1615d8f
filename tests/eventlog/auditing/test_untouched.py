"""What people do with the service is no finding: every story, told by the real commands."""

from pathlib import Path

from tests.stories.cases import told

from .city_hall import verdict


def test_every_story_is_whole(tmp_path: Path):
    events = told(tmp_path)
    found = verdict(tmp_path)
    assert found.events == len(events)
    assert found.documents > 10
    assert found.findings == ()
