"""Who has to do what, since when, and what came of it: 承办 审核 批准."""

from datetime import date
from typing import ClassVar, Literal

from ....items.domain.plan import StepKind
from ....kernel.actor import Identifier, Role
from ....kernel.base import Code, Frozen, Line, Text
from ....kernel.formats import Division, ItemCode
from ..values import Document, StepOutcome, Stood, TransferKind
from .fields import CaseNumber, Desk, PersonInCase, StepId


class StepOpened(Frozen):
    """
    环节开始: from `on` a step waits for `role` in `department`; `planned` is the plan's id of it,
    `days` its own limit in working days. `item`, `number` and `confidential` repeat what the case
    is, for whoever reads only the steps.
    """

    schema_version: ClassVar[int] = 3
    reads_from: ClassVar[int] = 1
    type: Literal["StepOpened"] = "StepOpened"
    item: ItemCode
    number: CaseNumber
    step: StepId
    planned: Code
    name: Line
    kind: StepKind | Desk
    role: Role
    department: Identifier
    division: Division
    on: date
    days: int | None = None
    confidential: Literal[True] | None = None


class StepStarted(Frozen):
    """签收: somebody took the step up."""

    type: Literal["StepStarted"] = "StepStarted"
    step: StepId
    handler: Identifier


class StepFinished(Frozen):
    """
    环节办结: what came of a step, and who finished it. `stood` are the days of a planned step's
    time in which the clock of the case stood, as far as was known on the day `on`. `person` stands
    for the handler as a person, in this case alone; it is not there where the handler's token names
    nobody.
    """

    schema_version: ClassVar[int] = 3
    reads_from: ClassVar[int] = 1
    type: Literal["StepFinished"] = "StepFinished"
    step: StepId
    outcome: StepOutcome
    handler: Identifier
    opinion: Text | None = None
    stood: tuple[Stood, ...] = ()
    person: PersonInCase | None = None
    on: date | None = None


class StepClockCorrected(Frozen):
    """
    环节时限更正: a stop of the clock was entered, ended or corrected after the step was finished.
    `stood` are now the days of its time in which the clock of the case stood.
    """

    type: Literal["StepClockCorrected"] = "StepClockCorrected"
    step: StepId
    stood: tuple[Stood, ...]


class CaseTransferred(Frozen):
    """转办 / 转报: from now on `to_department` in `to_division` is responsible."""

    type: Literal["CaseTransferred"] = "CaseTransferred"
    kind: TransferKind
    from_department: Identifier
    from_division: Division
    to_department: Identifier
    to_division: Division
    reason: Text
    document: Document
