"""An administrative duty is taken up, and kept."""

import pytest

from chalicelib.platform import duties
from chalicelib.platform.duty import NotSeparated

from .world import World, actor


def an_auditor_begins(here: World) -> None:
    """Who audits once never runs the system."""
    here.at("07-03")
    auditor = actor("auditor-zheng")
    duties.take_up(here.platform, auditor)
    with pytest.raises(NotSeparated):
        duties.take_up(
            here.platform, auditor.model_copy(update={"role": actor("system-qian").role})
        )
