"""
What the HTTP service answers, as models. Only the OpenAPI document is made from them; a test
holds real replies against it.
"""

from typing import Final

from pydantic import BaseModel

from ..cases import (
    replies as case_replies,
)
from ..cases import (
    replies_lists as list_replies,
)
from ..cases import (
    replies_progress as progress_replies,
)
from ..certificates import replies as certificate_replies
from ..documents import replies as document_replies
from ..items import replies as item_replies
from ..people import replies as people_replies
from . import docs_replies

MODELS: Final[tuple[type[BaseModel], ...]] = (
    case_replies.CommandReply,
    case_replies.SubmissionReply,
    case_replies.CaseReply,
    case_replies.CaseEvents,
    progress_replies.ProgressReply,
    progress_replies.QueryCode,
    list_replies.CardPage,
    list_replies.ProcessStepPage,
    item_replies.ItemPage,
    item_replies.ItemReply,
    item_replies.ItemVersions,
    item_replies.ItemChanges,
    item_replies.ItemCommandReply,
    item_replies.ItemDraftPage,
    item_replies.ItemDraftReply,
    item_replies.EligibilityReply,
    item_replies.CodeSets,
    item_replies.CodeSet,
    item_replies.PublishedItem,
    document_replies.UploadReply,
    document_replies.UploadStatus,
    document_replies.UploadTicket,
    document_replies.UploadPart,
    document_replies.CaseDocuments,
    document_replies.DocumentLink,
    list_replies.Health,
    docs_replies.OpenApiDocument,
    people_replies.TokenReply,
    people_replies.KeySet,
    people_replies.AccountReply,
    people_replies.AccountOutcome,
    people_replies.CompanyPage,
    people_replies.EntityReply,
    people_replies.MandateReply,
    people_replies.MandatePage,
    certificate_replies.CertificatePage,
    certificate_replies.CertificateReply,
    certificate_replies.CertificateSignature,
    certificate_replies.CertificateTaken,
    certificate_replies.AuthorisationReply,
    certificate_replies.RevisionReply,
    certificate_replies.ShowingReply,
    certificate_replies.VerdictReply,
    certificate_replies.HeldMaterials,
    list_replies.Problem,
)
