"""Parameters that several routes share: pages of lists, and models that refuse what they do not know."""

from typing import Annotated

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ENTITY_ID = r"^[A-Za-z0-9_-]+$"
EntityId = Annotated[str, Field(min_length=1, max_length=40, pattern=ENTITY_ID)]

OneLine = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""Text without NUL, which PostgreSQL cannot store."""

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC.")]
"""A time in an answer, written as on the socket."""

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=40,
        pattern=ENTITY_ID,
        description="`next` of the page before; none for the first page.",
    ),
]


_idempotency_key = Header(
    alias="Idempotency-Key",
    min_length=8,
    max_length=64,
    pattern=ENTITY_ID,
    description="Chosen by the caller: carried out once per key, however often it is sent. Shared with `key` on the socket.",
)
IdempotencyKey = Annotated[str, _idempotency_key]
OptionalKey = Annotated[str | None, _idempotency_key]


class RequestBody(BaseModel):
    """A request's body: no conversions between types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Face(BaseModel):
    """Part of an answer, read off an object of the server."""

    model_config = ConfigDict(from_attributes=True)
