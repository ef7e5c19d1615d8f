"""What problems say of an item besides the reason."""

from typing import Any

from ...web.problems import Fault, pointer
from ..application.eligibility import AnswersInvalid
from ..application.review import DifferenceNotSeen
from ..domain.item import ItemClosed, NotPublishable


def successors(error: ItemClosed) -> dict[str, Any]:
    """The items that new cases go to instead, if there are."""
    there = [one.model_dump(mode="json") for one in error.successors]
    return {"successors": there} if there else {}


def misfits(error: NotPublishable) -> dict[str, Any]:
    faults = [Fault(pointer(("definition", *one.where)), "item", one.why) for one in error.misfits]
    return {"faults": faults}


def wrong_answers(error: AnswersInvalid) -> dict[str, Any]:
    faults = [Fault(pointer(("answers", one.question)), "answer", one.why) for one in error.wrong]
    return {"faults": faults}


def difference(error: DifferenceNotSeen) -> dict[str, Any]:
    """What is to be looked at, and the digest that says that it was."""
    return {"changes": [one.plain for one in error.changes], "difference": error.digest}
