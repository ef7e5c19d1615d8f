"""What moves the due date: 挂起 恢复 延长 更正."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from ....clock.clock import SpecialProcedure
from ....kernel.actor import Identifier
from ....kernel.base import Code, Frozen, Personal, Text
from ..values import Document
from .fields import Days, PersonInCase


class CaseSuspended(Frozen):
    """挂起: a special procedure stops the clock; the applicant is told how long (art. 45)."""

    type: Literal["CaseSuspended"] = "CaseSuspended"
    pause: Code
    procedure: SpecialProcedure
    basis: Text
    reason: Text
    since: date
    expected_days: Days
    document: Document
    by: Identifier


class CaseResumed(Frozen):
    """恢复: a stop of the clock ended; `until` is the last day that does not count."""

    type: Literal["CaseResumed"] = "CaseResumed"
    pause: Code
    until: date
    result: Text | None = None


class ExtensionRequested(Frozen):
    """
    延长申请: whoever handles the case asks the head. `by` asks, and `person` stands for who that is
    in this case, as in `StepFinished`.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["ExtensionRequested"] = "ExtensionRequested"
    days: Days
    reason: Text
    by: Identifier | None = None
    person: PersonInCase | None = None


class ExtensionGranted(Frozen):
    """延长: there is more time, approved by the head, with a reasoned notice (art. 42)."""

    type: Literal["ExtensionGranted"] = "ExtensionGranted"
    days: Days
    basis: Text
    on: date
    document: Document
    by: Identifier


class ExtensionRefused(Frozen):
    """不予延长: the head refused the extension."""

    type: Literal["ExtensionRefused"] = "ExtensionRefused"
    reason: Text


class MistakeCorrected(Frozen):
    """
    更正: what event number `mistake` recorded stays; from here on `now` holds. `was` and `now` are
    JSON.
    """

    type: Literal["MistakeCorrected"] = "MistakeCorrected"
    mistake: Annotated[int, Field(ge=1)]
    field: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    was: Annotated[Any, Personal()] = None
    now: Annotated[Any, Personal()] = None
    reason: Text
