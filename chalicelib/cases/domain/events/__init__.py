"""
The events of a case (办件). Their names and fields are what is stored and published: see events/.

Every step of the work opens, starts and finishes explicitly, in the same commit as the fact that
moved it, so that who was responsible when can be read off without knowing the procedure.
"""

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
    Digest,
    Division,
    Form,
    Holder,
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
from .steps import CaseTransferred, StepFinished, StepOpened, StepStarted

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
    "Clock",
    "Days",
    "Desk",
    "Digest",
    "Division",
    "Event",
    "ExtensionGranted",
    "ExtensionRefused",
    "ExtensionRequested",
    "Form",
    "Handling",
    "Holder",
    "Imported",
    "MistakeCorrected",
    "Outcome",
    "PreCheckPassed",
    "ResultDelivered",
    "StepFinished",
    "StepId",
    "StepOpened",
    "StepRecorded",
    "StepStarted",
    "Submission",
    "SubmissionReceived",
    "SubmissionReturned",
    "SupplementLapsed",
    "SupplementRequested",
    "SupplementSubmitted",
]

# The phases of the procedure, as the documents have them.
Submission = (
    CaseDrafted
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
Handling = StepOpened | StepStarted | StepFinished | CaseTransferred | MistakeCorrected
Clock = CaseSuspended | CaseResumed | ExtensionRequested | ExtensionGranted | ExtensionRefused
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
Event = Submission | Acceptance | Handling | Clock | Outcome | Imported
