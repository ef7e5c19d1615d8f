"""What another system's record says of a case that it handled."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime

from ....items.domain.plan import StepKind
from ....kernel.actor import Identifier
from ....kernel.base import Frozen, Line, Personal
from ....kernel.formats import Division, ItemCode
from ..values import ItemRef
from .fields import RecordedDesk, StepId


class CaseImported(Frozen):
    """
    导入办件: a case that another system handled; what its record says, not what our rules would
    say.
    """

    type: Literal["CaseImported"] = "CaseImported"
    case_id: Identifier
    reference: Line
    item: ItemRef
    division: Division
    department: Identifier
    responsible: Annotated[Line, Personal()] | None = None
    deadline: AwareDatetime | None = None


class StepRecorded(Frozen):
    """
    导入环节: a step of an imported case, of which the source tells that it was done. `started_at`
    where it tells that too; `previous_ended_at` is when the step before ended, or the case began.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["StepRecorded"] = "StepRecorded"
    step: StepId
    item: ItemCode
    number: Line
    name: Line
    kind: StepKind | RecordedDesk
    department: Identifier
    division: Division
    handler: Annotated[Line, Personal()]
    previous_ended_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
