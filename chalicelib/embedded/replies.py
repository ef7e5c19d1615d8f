"""
What the HTTP service answers, as models. Only docs/openapi.json is made from them; a test holds
real replies against it.
"""

from typing import Final

from pydantic import BaseModel

from ..domain.item import ItemDefinition
from . import case_replies, list_replies

MODELS: Final[tuple[type[BaseModel], ...]] = (
    case_replies.CommandReply,
    case_replies.SubmissionReply,
    case_replies.CaseReply,
    case_replies.CaseEvents,
    list_replies.CardPage,
    list_replies.ProcessStepPage,
    list_replies.ItemPage,
    list_replies.ItemReply,
    ItemDefinition,
    list_replies.UploadReply,
    list_replies.UploadTicket,
    list_replies.Health,
    list_replies.Problem,
)
