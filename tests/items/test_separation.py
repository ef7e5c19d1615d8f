"""Two pairs of eyes (职责分离): what a version asks for, also where it says nothing."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chalicelib.items.application import items
from chalicelib.items.domain import item
from chalicelib.items.domain.definition import as_published, same
from chalicelib.items.domain.item import ItemDefinition, ItemPublished, PublishItem
from chalicelib.kernel.actor import Actor, Role
from tests.office import MANAGER, Office

from .item_givens import a_step, an_item

EXAMPLES = Path(__file__).resolve().parents[2] / "events" / "item"
ABOUT: dict[str, Any] = {
    "at": datetime(2026, 3, 2, tzinfo=UTC),
    "by": Actor(account="sun", role=Role.ITEM_MANAGER),
}
unsaid = partial(an_item, separation_of_duties=None)
AT_ONCE = {
    "case_type": "at_once",
    "steps": [a_step()],
    "limits": {"statutory": {"days": 1}, "promised": {"days": 1}},
}


def publish(definition: ItemDefinition, *history: item.Event) -> list[item.Event]:
    return item.decide(PublishItem(**ABOUT, definition=definition), item.fold(history))


@pytest.mark.parametrize(
    ("definition", "asked"),
    [
        (unsaid(), True),
        (unsaid(**AT_ONCE), False),
        (an_item(separation_of_duties=False), False),
        (an_item(separation_of_duties=True, **AT_ONCE), True),
    ],
)
def test_a_new_version_records_whether_it_asks_for_two(definition, asked):
    (published,) = publish(definition)
    assert isinstance(published, ItemPublished)
    assert published.definition.separation_of_duties is asked
    assert published.definition.plan().separation_of_duties is asked


def test_a_version_from_before_asks_for_none_and_stays_so():
    for name in ("ItemPublished.v1", "ItemPublished.v2"):
        data = json.loads((EXAMPLES / f"{name}.example.json").read_text("utf-8"))["data"]
        old = ItemPublished.model_validate(data)
        assert old.definition.separation_of_duties is None
        assert not old.definition.plan().separation_of_duties
        # The same file again, as at every start of the demonstration, publishes nothing.
        assert publish(old.definition, old) == []


def test_what_was_left_unsaid_may_be_left_unsaid_again():
    assert publish(unsaid(), *publish(unsaid())) == []
    assert same(as_published(unsaid()), unsaid())


def test_saying_it_or_changing_anything_else_makes_a_version_that_asks():
    old = ItemPublished(version=1, definition=unsaid())
    for changed in (an_item(separation_of_duties=True), unsaid(name="食品经营许可核发（新版）")):
        (published,) = publish(changed, old)
        assert isinstance(published, ItemPublished)
        assert (published.version, published.definition.separation_of_duties) == (2, True)


def test_to_give_it_up_is_a_version_of_its_own():
    history = publish(unsaid())
    (published,) = publish(an_item(separation_of_duties=False), *history)
    assert isinstance(published, ItemPublished)
    assert published.definition.separation_of_duties is False


def test_a_case_keeps_what_its_version_asked_for(office: Office):
    before = office.state(office.submitted()).application.plan
    alone = office.definition.model_copy(update={"separation_of_duties": False})
    items.publish(office.platform, office.caller(MANAGER), alone)
    after = office.state(office.submitted(insist=True)).application.plan
    assert (before.separation_of_duties, after.separation_of_duties) == (True, False)
