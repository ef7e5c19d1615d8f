"""What /organisations answers, as a model (see replies.py)."""

from typing import Annotated

from pydantic import BaseModel, Field

from ..clock.calendar import Day
from ..kernel.actor import Identifier
from ..kernel.base import Line
from ..kernel.formats import Division


class DepartmentRow(BaseModel):
    """
    A department (机构); at a `counter` people are seen in person. `valid_from` and `valid_until`
    are included, null where nobody said.
    """

    code: Identifier
    name: Line
    name_en: Line
    division: Division
    parent: Identifier | None
    counter: bool
    valid_from: Day | None
    valid_until: Day | None


class DepartmentPage(BaseModel):
    """`version` is that of the registry which the division published last, 0 before the first."""

    items: list[DepartmentRow]
    next: str | None
    version: Annotated[int, Field(ge=0)]
