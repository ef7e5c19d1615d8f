"""The catalogue: what can be applied for today, though a day comes without an event."""

from datetime import UTC, date, datetime

from pydantic_core import from_json, to_json

from chalicelib.eventlog.envelope import Recorded
from chalicelib.items.domain import item
from chalicelib.items.domain.item import ItemPredecessor, NamedItem
from chalicelib.items.projections import catalogue as item_catalogue
from chalicelib.items.projections.catalogue import PROJECTION, Asked, card, entries, listed
from chalicelib.kernel.actor import Actor, Channel, Role
from tests.items.item_givens import CODE, an_item

BY = Actor(account="sun", role=Role.ITEM_MANAGER, division="000000")
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)
A, B = (NamedItem(code=letter * 31, name=letter) for letter in "AB")


def row(*history):
    """What is stored after this history, as storage would give it back."""
    made = None
    for version, event in enumerate(history, 1):
        one = Recorded(
            f"item-{CODE}",
            version,
            version,
            event.type,
            1,
            AT,
            AT,
            BY,
            Channel.INTERNAL,
            "command",
            "request",
            None,
            event,
        )
        assert PROJECTION.key(one) == CODE
        made = PROJECTION.evolve(made, one)
        made = None if made is None else from_json(to_json(made))
    return made


def published(number=1, since=None, **changes):
    return item.ItemPublished(
        version=number, definition=an_item(**changes), in_force_from=since, note=None
    )


def places(made):
    return {(one.index, one.partition) for one in entries(made)}


suspended, resumed = item.ItemSuspended(reason="系统升级"), item.ItemResumed()
split = item.ItemSplit(into=(A, B), from_day=AFTER, reason="改革")
saved = item.ItemDraftSaved(content={"name": "新稿"}, based_on=1)


def test_a_published_item_is_listed_whole_and_by_department():
    made = row(published())
    assert places(made) == {("items", "published"), ("items", "published 440800-market")}
    shown = card(made, BEFORE)
    assert (shown["code"], shown["version"], shown["state"]) == (CODE, 1, "published")
    assert (shown["limits"]["promised"]["days"], shown["fee"], shown["successors"]) == (10, 0, [])


def test_a_version_that_takes_effect_later_shows_on_its_day():
    made = row(published(), published(2, AFTER, name="新", department="440800-new"))
    assert card(made, BEFORE)["version"] == 1
    assert (card(made, AFTER)["version"], card(made, AFTER)["name"]) == (2, "新")
    assert listed(made, Asked("published", "440800-market"), BEFORE)
    assert not listed(made, Asked("published", "440800-new"), BEFORE)
    assert not listed(made, Asked("published", "440800-market"), AFTER)
    assert listed(made, Asked("published", "440800-new"), AFTER)
    assert {("items", f"published 440800-{one}") for one in ("new", "market")} <= places(made)


def test_a_version_of_before_there_was_such_a_day_begins_on_its_own():
    made = row(published(), published(2, valid_from="2026-07-01"))
    assert [card(made, day)["version"] for day in (BEFORE, AFTER)] == [1, 2]


def test_an_item_that_is_yet_to_come_is_shown_as_it_will_be():
    assert card(row(published(since=AFTER)), BEFORE)["version"] == 1


def test_suspended_resumed_retired():
    assert card(row(published(), suspended), BEFORE)["state"] == "suspended"
    assert card(row(published(), suspended, published(2)), BEFORE)["state"] == "suspended"
    assert card(row(published(), suspended, resumed), BEFORE)["state"] == "published"
    assert card(row(published(), item.ItemRetired(reason="取消")), BEFORE)["state"] == "retired"


def test_a_split_shows_on_its_day_in_both_lists():
    made = row(published(), split)
    assert {("items", "published"), ("items", "split")} <= places(made)
    assert listed(made, Asked("published", None), BEFORE)
    assert not listed(made, Asked("split", None), BEFORE)
    assert not listed(made, Asked("published", None), AFTER)
    shown = listed(made, Asked("split", None), AFTER)
    assert shown is not None
    assert shown["successors"] == [A.code, B.code]
    assert card(row(published(), split, suspended), BEFORE)["state"] == "suspended"


def test_a_merger_shows_on_its_day():
    made = row(published(), item.ItemMerged(into=A, from_day=AFTER, reason="改革"))
    assert (card(made, AFTER)["state"], card(made, AFTER)["successors"]) == ("merged", [A.code])


def test_a_predecessor_changes_nothing_in_the_catalogue():
    here = ItemPredecessor(code=A.code, name="A", from_day=AFTER)
    took = item.ItemTookOver(how="merged", predecessors=(here,))
    assert row(published(), took) == row(published())


def test_drafts_are_listed_apart_and_not_as_items():
    first = item.ItemDraftSaved(content={"name": 7})
    made = row(first)
    assert places(made) == {("drafts", "drafts")}
    assert made["draft"]["name"] is None
    assert row(first, item.ItemDraftDiscarded()) is None
    made = row(published(), saved)
    assert ("drafts", "drafts") in places(made)
    assert (made["draft"]["name"], made["draft"]["saved_by"]) == ("新稿", "sun")


def test_a_draft_that_is_published_discarded_or_overtaken_by_the_end_is_listed_no_more():
    used = item.ItemPublished(version=2, definition=an_item(), from_draft=True)
    for end in (used, item.ItemDraftDiscarded(), item.ItemRetired(reason="取消"), split):
        assert ("drafts", "drafts") not in places(row(published(), saved, end))
    assert ("drafts", "drafts") in places(row(published(), saved, published(2)))


def test_other_streams_are_none_of_its_business():
    assert item_catalogue.key(Recorded("case-1", *[None] * 12)) is None  # type: ignore[arg-type]
