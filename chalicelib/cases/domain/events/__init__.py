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
    "Days",
    "Desk",
    "Digest",
    "Division",
    "Event",
    "ExtensionGranted",
    "ExtensionRefused",
    "ExtensionRequested",
    "Form",
    "Holder",
    "MistakeCorrected",
    "PreCheckPassed",
    "ResultDelivered",
    "StepFinished",
    "StepId",
    "StepOpened",
    "StepRecorded",
    "StepStarted",
    "SubmissionReceived",
    "SubmissionReturned",
    "SupplementLapsed",
    "SupplementRequested",
    "SupplementSubmitted",
]

Event = (
    CaseDrafted
    | CaseSubmitted
    | PreCheckPassed
    | SubmissionReturned
    | CaseResubmitted
    | SubmissionReceived
    | SupplementRequested
    | SupplementSubmitted
    | SupplementLapsed
    | CaseAccepted
    | CaseDeemedAccepted
    | AcceptanceRefused
    | StepOpened
    | StepStarted
    | StepFinished
    | CaseSuspended
    | CaseResumed
    | ExtensionRequested
    | ExtensionGranted
    | ExtensionRefused
    | CaseTransferred
    | MistakeCorrected
    | CaseGranted
    | CaseDenied
    | CaseWithdrawn
    | CaseVoided
    | CaseConcluded
    | CertificateIssued
    | ResultDelivered
    | CaseRated
    | BadRatingAnswered
    | CaseArchived
    | CaseImported
    | StepRecorded
)
