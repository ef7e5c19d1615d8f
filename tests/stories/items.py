"""An item from its draft to its successors; two that become one."""

from datetime import date
from pathlib import Path

from chalicelib.items.application import drafts as item_drafts
from chalicelib.items.application import items
from chalicelib.items.application.search import missed
from chalicelib.items.application.succession import Becoming, replace
from chalicelib.items.domain.item import ItemDefinition
from chalicelib.items.files.item_files import read_item

from .world import World

ITEMS = Path(__file__).resolve().parents[2] / "examples" / "items"
MANAGER, SECOND = "items-sun", "items-tang"


def example(file: str, /, **changes: object) -> ItemDefinition:
    return read_item(ITEMS / f"{file}.yaml").model_copy(update=changes)


def publish(here: World, *definitions: ItemDefinition, note: str | None = None) -> None:
    for definition in definitions:
        items.publish(here.platform, here.caller(SECOND), definition, note, MANAGER)


def allowances(here: World) -> None:
    """Drafted, given up, drafted again and published; revised for a later day; split in two."""
    here.at("03-02")
    both = example("disability-allowances")
    half = {"name": both.name, "department": both.department}
    item_drafts.save(here.platform, here.caller(MANAGER), both.code, half)
    item_drafts.discard(here.platform, here.caller(MANAGER), both.code)
    whole = both.model_dump(mode="json", exclude_none=True)
    item_drafts.save(here.platform, here.caller(MANAGER), both.code, whole)
    item_drafts.publish(here.platform, here.caller(SECOND), both.code, "首次发布。")
    here.at("06-01")
    revised = both.model_copy(update={"real_name_level": 1, "valid_from": date(2026, 7, 1)})
    publish(here, revised, note="实名等级由2级降为1级，自7月1日起施行。")
    here.at("09-01")
    living = example(
        "disability-allowances", code="1144080000000106243440506003000", name="困难残疾人生活补贴"
    )
    nursing = example(
        "disability-allowances", code="1144080000000106243440506004000", name="重度残疾人护理补贴"
    )
    publish(here, living, nursing)
    why = "两项补贴分别申请、分别审核。"
    becoming = Becoming("split", (living.code, nursing.code), why, date(2026, 10, 1))
    replace(here.platform, here.caller(MANAGER), both.code, becoming)


def one_licence_for_all(here: World) -> None:
    """The registration of small eateries goes into the food licence."""
    here.at("09-01")
    licence = example("food-business-licence")
    eatery = example(
        "food-business-licence", code="1144080000000105493440105009000", name="小餐饮登记"
    )
    publish(here, licence, eatery)
    becoming = Becoming("merged", (licence.code,), "小餐饮登记并入食品经营许可（虚构）。")
    replace(here.platform, here.caller(MANAGER), eatery.code, becoming)


def looked_for_in_vain(here: World) -> None:
    """Three people look for what is no item."""
    here.at("09-02")
    counter = missed.Counter()
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        missed.note(here.platform, "护照", address, counter)


STORIES = (looked_for_in_vain, allowances, one_licence_for_all)
