"""What the replies of all subjects have in common, as models."""

from typing import Annotated

from pydantic import BaseModel, Field

Version = Annotated[int, Field(ge=1)]
Position = Annotated[int, Field(ge=1)]


class Page(BaseModel):
    """`next` is the cursor of the next page, null where there is none. Nothing is counted."""

    next: str | None
