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


class Follower(BaseModel):
    """A consumer: `lag` is how many events it has still to take, `parked` what it could not."""

    name: str
    lag: Annotated[int, Field(ge=0)]
    parked: Annotated[int, Field(ge=0)]


class ReadinessDetails(BaseModel):
    """Null is what is not known, or there is nothing of (on AWS: disk and processes)."""

    position: Annotated[int, Field(ge=0)] | None
    writes_refused: str | None
    disk_free_bytes: Annotated[int, Field(ge=0)] | None
    disk_size_bytes: Annotated[int, Field(ge=0)] | None
    heartbeat_seconds: Annotated[float, Field(ge=0)] | None
    restarts: Annotated[int, Field(ge=0)] | None
    consumers: list[Follower]


class Readiness(BaseModel):
    """`details` are null to who need not know them."""

    status: Literal["ready"]
    details: ReadinessDetails | None


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
