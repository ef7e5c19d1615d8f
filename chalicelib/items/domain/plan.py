"""
What a case has to go through (办理流程), as its service item laid it down at submission.

A case keeps its plan: a later version of the item changes no case that was submitted before.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from ...clock.clock import Limit, SpecialProcedure
from ...kernel.actor import Identifier, Role
from ...kernel.base import Code, Frozen, Line
from ...kernel.formats import CertificateType, CreditCode
from ...kernel.reasons import Unfit

StepDays = Annotated[int, Field(ge=1, le=365)]
# Steps that every case may have, whatever its plan: see cases/domain/steps.py.
DESKS = frozenset({"intake", "supplement", "special", "extension", "delivery", "rating"})


class StepKind(StrEnum):
    HANDLE = "handle"  # 承办
    REVIEW = "review"  # 审核
    PARALLEL = "parallel"  # 并联审批: several departments under one clock
    APPROVE = "approve"  # 批准: ends in the decision


class Reviewer(Frozen):
    """A department that gives its opinion in a parallel review."""

    department: Identifier
    name: Line


class PlannedStep(Frozen):
    """`days` is the step's own limit in working days; None leaves only the limit of the whole."""

    id: Code
    name: Line
    kind: StepKind
    role: Role
    department: Identifier
    days: StepDays | None = None
    reviewers: tuple[Reviewer, ...] = ()

    @model_validator(mode="after")
    def _reviewers_fit(self) -> Self:
        if (self.kind is StepKind.PARALLEL) != bool(self.reviewers):
            raise Unfit(
                "parallel-step-reviewers",
                "step {step}: a parallel step names reviewers, others name none",
                step=self.id,
            )
        if len({r.department for r in self.reviewers}) != len(self.reviewers):
            raise Unfit(
                "department-reviews-once", "step {step}: a department reviews once", step=self.id
            )
        return self


class CertificateField(Frozen):
    """One line that a certificate says: its `label`, and the field of the form it is taken from."""

    label: Line
    form: Annotated[str, Field(pattern=r"^[^/]{1,100}$")]


class CertificateKind(Frozen):
    """
    The certificate that a grant produces. `type` is the GB/T 36904 type code: the defining
    authority's credit code (18) and a serial (3); `months` its validity, None without end; `says`
    what it tells besides its holder, its item and its validity.
    """

    type: CertificateType
    name: Line
    issuer: CreditCode
    months: Annotated[int, Field(ge=1, le=1200)] | None = None
    says: Annotated[tuple[CertificateField, ...], Field(max_length=30)] = ()


class Plan(Frozen):
    """
    `statutory` (法定时限) and `promised` (承诺时限) run from acceptance; `joint` tells whether the
    limits of joint handling apply (Administrative Licensing Law, art. 42); `fee` is in fen. A bad
    rating is answered within `rating_days` working days, which local rules set.
    `separation_of_duties` (职责分离): who handled the case does not review or approve it, and who
    reviewed it does not approve it.
    """

    at_once: bool = False
    joint: bool = False
    statutory: Limit
    promised: Limit
    steps: Annotated[tuple[PlannedStep, ...], Field(min_length=1)]
    special_procedures: tuple[SpecialProcedure, ...] = ()
    supplement_days: StepDays = 30
    rating_days: StepDays = 15
    fee: Annotated[int, Field(ge=0)] = 0
    certificate: CertificateKind | None = None
    separation_of_duties: bool = False

    @model_validator(mode="after")
    def _ends_in_a_decision(self) -> Self:
        kinds = [step.kind for step in self.steps]
        if kinds.count(StepKind.APPROVE) != 1 or kinds[-1] is not StepKind.APPROVE:
            raise Unfit("last-step-approves", "the last step, and no other, approves")
        if len({step.id for step in self.steps}) != len(self.steps):
            raise Unfit("step-ids-repeat", "every step has an id of its own")
        if not DESKS.isdisjoint(step.id for step in self.steps):
            raise Unfit(
                "step-id-reserved", "a planned step is called none of {names}", names=sorted(DESKS)
            )
        if self.statutory.unit == self.promised.unit and self.promised.days > self.statutory.days:
            raise Unfit(
                "promised-over-statutory", "the promised limit is at most the statutory one"
            )
        return self
