"""Views rebuilt by processes of this machine."""

from multiprocessing import active_children

import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.consumers import catch_up, live
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.rebuilding.rebuilds import Stopped, rebuild
from chalicelib.eventlog.views.port import Projection, ViewsError
from chalicelib.platform.platform import Platform
from chalicelib.serving.rebuild_crew import crew

from ..stories.cases import told


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> tuple[Platform, list[Projection]]:
    data = tmp_path_factory.mktemp("crew")
    told(data)
    platform = bootstrap.embedded(data, synchronous="OFF")
    views = [one for one in bootstrap.consumers(platform) if isinstance(one, Projection)]
    for one in views:
        catch_up(one, Feed(platform.source), platform.views)
    return platform, views


def two(platform: Platform, **changes):
    return crew(platform.store.path.parent, 2)._replace(worth=1, **changes)  # type: ignore[attr-defined]


def test_two_processes_make_the_views_that_live_ones_are(lived):
    platform, views = lived
    before = [live(one, platform.views) for one in views]
    seen: list[tuple[int, int]] = []
    rebuild(
        views,
        Feed(platform.source),
        platform.views,
        crew=two(platform),
        progress=lambda *at: seen.append(at),
    )
    head = platform.log.head()
    assert seen[-1] == (head, head)
    for one, was in zip(views, before, strict=True):
        assert live(one, platform.views) != was
        assert list(differences(one, Feed(platform.source), platform.views)) == [], one.name
    assert active_children() == []


def test_when_a_process_dies_the_live_views_stay_and_nothing_is_left_running(lived):
    platform, views = lived
    before = [live(one, platform.views) for one in views]

    def killing() -> bool:
        for one in active_children():
            one.kill()
        return False

    with pytest.raises(ViewsError, match="has died"):
        rebuild(views, Feed(platform.source), platform.views, crew=two(platform), stop=killing)
    assert [live(one, platform.views) for one in views] == before
    assert active_children() == []


def test_what_goes_wrong_in_a_process_is_told_here(lived):
    platform, views = lived
    shared = next(one for one in views if one.by_stream)
    older = [shared._replace(signature="of another release")]
    with pytest.raises(ViewsError, match="begin again"):
        rebuild(older, Feed(platform.source), platform.views, crew=two(platform))
    assert active_children() == []


def test_processes_end_when_the_rebuild_is_to_stop(lived):
    platform, views = lived
    asked: list[int] = []

    def soon() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Stopped):
        rebuild(views, Feed(platform.source), platform.views, crew=two(platform), stop=soon)
    assert active_children() == []
