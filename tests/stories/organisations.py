"""The departments of a city, drafted by one and published by another; one of them is closed."""

from pathlib import Path

from chalicelib.organisations.application import registry
from chalicelib.organisations.domain.registry import PublishOrganisations
from chalicelib.organisations.files.registry_file import read_file

from .world import World

FILE = Path(__file__).resolve().parents[2] / "examples" / "organisations" / "440800.yaml"


def a_city_publishes_its_departments(here: World) -> None:
    here.at("07-02", "11:00")
    found = read_file(FILE)
    caller = here.caller("system-qian")
    command = PublishOrganisations(
        **caller.about(here.platform.now()),
        **dict(found),
        drafted_by="editor-ma",
        note="示例：首次发布机构目录（虚构）。",
    )
    registry.publish(here.platform, caller, command)


STORIES = (a_city_publishes_its_departments,)
