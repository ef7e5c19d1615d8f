"""What /openapi.json answers, as a model (see replies.py)."""

from typing import Any

from pydantic import BaseModel


class OpenApiDocument(BaseModel):
    """An OpenAPI document; https://spec.openapis.org/oas/v3.1 says what is in it."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, str]]
    tags: list[dict[str, str]]
    security: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]
