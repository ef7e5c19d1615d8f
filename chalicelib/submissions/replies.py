"""What submissions answer, as models (see web/replies.py)."""

from pydantic import AwareDatetime, BaseModel

from ..kernel.actor import Identifier
from ..kernel.base import Code
from ..web.replies import Page


class DraftCard(BaseModel):
    """`expires_at`, if it does, unless it is saved again: then it is discarded."""

    case_id: Identifier
    item: Code
    item_name: str
    variant: Code | None
    saved_at: AwareDatetime
    expires_at: AwareDatetime | None


class DraftPage(Page):
    items: list[DraftCard]
