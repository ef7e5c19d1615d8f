"""The demonstration: the invented items, departments, people and companies of examples/."""

from pathlib import Path
from typing import Final

from ..platform.platform import Platform
from . import item_directory
from .demo_people import sign_up
from .item_directory import Published
from .registry_files import load_examples, publish_departments

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
# Two hands here as well: the examples were drafted by those who wrote them.
DRAFTED_BY: Final = "examples"


def publish(platform: Platform, examples: Path = EXAMPLES) -> Published:
    """
    What is there already stays, whatever has become of it since; who signs in has been at a
    counter. Raises NotStarted where the examples are not.
    """
    items = item_directory.read(examples / "items")
    load_examples(platform, examples / "registry")
    publish_departments(platform, examples / "organisations", DRAFTED_BY)
    sign_up(platform)
    return item_directory.publish(platform, items, DRAFTED_BY)
