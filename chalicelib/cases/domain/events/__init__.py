"""
The events of a case (办件). Their names and fields are what is stored and published: see events/.

Every step of the work opens, starts and finishes explicitly, in the same commit as the fact that
moved it, so that who was responsible when can be read off without knowing the procedure.
"""

from ....kernel.formats import Division
from .clock import (
    CaseResumed,
    CaseSuspended,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    MistakeCorrected,
)
from .fields import (
    CaseNumber,
    CertificateIdentifier,
    Days,
    Desk,
    Form,
    Holder,
    PersonInCase,
    QueryCodeDigest,
    StepId,
)
from .imported import CaseImported, StepRecorded
from .intake import (
    AcceptanceRefused,
    CaseAccepted,
    CaseDeemedAccepted,
    CaseDrafted,
    CaseResubmitted,
    CaseSubmitted,
    DraftDiscarded,
    PreCheckPassed,
    SubmissionReceived,
    SubmissionReturned,
    SupplementLapsed,
    SupplementRequested,
    SupplementSubmitted,
)
from .outcome import (
    BadRatingAnswered,
    CaseArchived,
    CaseConcluded,
    CaseDenied,
    CaseGranted,
    CaseRated,
    CaseVoided,
    CaseWithdrawn,
    CertificateIssued,
    ResultDelivered,
)
from .recusal import HandlerRecused, RecusalRefused, RecusalRequested
from .steps import CaseTransferred, StepClockCorrected, StepFinished, StepOpened, StepStarted

__all__ = [
    "Acceptance",
    "AcceptanceRefused",
    "BadRatingAnswered",
    "CaseAccepted",
    "CaseArchived",
    "CaseConcluded",
    "CaseDeemedAccepted",
    "CaseDenied",
    "CaseDrafted",
    "CaseGranted",
    "CaseImported",
    "CaseNumber",
    "CaseRated",
    "CaseResubmitted",
    "CaseResumed",
    "CaseSubmitted",
    "CaseSuspended",
    "CaseTransferred",
    "CaseVoided",
    "CaseWithdrawn",
    "CertificateIdentifier",
    "CertificateIssued",
    "Changes",
    "Clock",
    "Days",
    "Desk",
    "Division",
    "DraftDiscarded",
    "Event",
    "ExtensionGranted",
    "ExtensionRefused",
    "ExtensionRequested",
    "Form",
    "HandlerRecused",
    "Holder",
    "Imported",
    "MistakeCorrected",
    "Outcome",
    "PersonInCase",
    "PreCheckPassed",
    "QueryCodeDigest",
    "RecusalRefused",
    "RecusalRequested",
    "Recusals",
    "ResultDelivered",
    "StepClockCorrected",
    "StepFinished",
    "StepId",
    "StepOpened",
    "StepRecorded",
    "StepStarted",
    "Steps",
    "Submission",
    "SubmissionReceived",
    "SubmissionReturned",
    "SupplementLapsed",
    "SupplementRequested",
    "SupplementSubmitted",
]

# The phases of the procedure (see wiring.py); in the order of a life, in which examples are told.
Submission = (
    CaseDrafted
    | DraftDiscarded
    | CaseSubmitted
    | PreCheckPassed
    | SubmissionReturned
    | CaseResubmitted
    | SubmissionReceived
)
Acceptance = (
    SupplementRequested
    | SupplementSubmitted
    | SupplementLapsed
    | CaseAccepted
    | CaseDeemedAccepted
    | AcceptanceRefused
)
Steps = StepOpened | StepStarted | StepFinished | StepClockCorrected
Clock = CaseSuspended | CaseResumed | ExtensionRequested | ExtensionGranted | ExtensionRefused
Changes = CaseTransferred | MistakeCorrected
Recusals = RecusalRequested | HandlerRecused | RecusalRefused
Outcome = (
    CaseGranted
    | CaseDenied
    | CaseWithdrawn
    | CaseVoided
    | CaseConcluded
    | CertificateIssued
    | ResultDelivered
    | CaseRated
    | BadRatingAnswered
    | CaseArchived
)
Imported = CaseImported | StepRecorded
Event = Submission | Acceptance | Steps | Clock | Changes | Recusals | Outcome | Imported
