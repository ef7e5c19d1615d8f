"""
Who has nothing more to do with the case: 回避. The reasons tell of relations and quarrels, and are
personal.
"""

from datetime import date
from typing import Annotated, Literal

from ....kernel.actor import Identifier
from ....kernel.base import Frozen, Personal, Text
from .fields import PersonInCase, StepId


class RecusalRequested(Frozen):
    """
    申请回避: somebody asks that `account` have nothing more to do with the case; the head decides,
    in `step`. Until then it is handled on (行政处罚法 art. 43).
    """

    type: Literal["RecusalRequested"] = "RecusalRequested"
    account: Identifier
    reason: Annotated[Text, Personal()]
    step: StepId


class HandlerRecused(Frozen):
    """
    回避: from now on `account` does nothing in this case as staff; `by` decided it, or is the same.
    `person` stands for who that is in this case, as in `StepFinished`. What was theirs waits for
    their colleagues, in the same commit.
    """

    type: Literal["HandlerRecused"] = "HandlerRecused"
    account: Identifier
    reason: Annotated[Text, Personal()]
    on: date
    by: Identifier
    person: PersonInCase | None = None


class RecusalRefused(Frozen):
    """驳回回避申请: the head found no reason for it; `account` goes on."""

    type: Literal["RecusalRefused"] = "RecusalRefused"
    account: Identifier
    reason: Annotated[Text, Personal()]
    by: Identifier
