"""What the replies of all subjects have in common, as models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Version = Annotated[int, Field(ge=1)]
Position = Annotated[int, Field(ge=1)]


class Page(BaseModel):
    """`next` is the cursor of the next page, null where there is none. Nothing is counted."""

    next: str | None


class Health(BaseModel):
    """`position` is the last one of the log; null to who need not know it."""

    status: Literal["ok"]
    position: Annotated[int, Field(ge=0)] | None


# Documentation


class OpenApiDocument(BaseModel):
    """An OpenAPI document; https://spec.openapis.org/oas/v3.1 says what is in it."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, str]]
    tags: list[dict[str, str]]
    security: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]
