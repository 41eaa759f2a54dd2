"""Parameters that several routes share: pages of lists, and models that refuse what they do not know."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from fastapi import Header, Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from server.errors import RefusedError

T = TypeVar("T")
ENTITY_ID = r"^[A-Za-z0-9_-]+$"
EntityId = Annotated[str, Field(min_length=1, max_length=40, pattern=ENTITY_ID)]

OneLine = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""Text without NUL, which PostgreSQL cannot store."""

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC.")]
"""A time in an answer, written as on the socket."""

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_WRITTEN_AS = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")
_NOT_IN_ADDRESSES = frozenset('\\"<>^`{|}')


def _as_written(value: object) -> object:
    if not isinstance(value, str) or not _WRITTEN_AS.match(value):
        raise ValueError("a time is written as in RFC 3339")
    return value


def _in_our_time(at: datetime) -> datetime:
    if not EARLIEST <= at < LATEST:
        raise ValueError("a time is from 2000 to 2099")
    return at.astimezone(UTC)


GivenMoment = Annotated[
    AwareDatetime,
    Field(strict=False, description="RFC 3339 with an offset; from 2000 to 2099."),
    BeforeValidator(_as_written),
    AfterValidator(_in_our_time),
]
"""A time in a request; in UTC afterwards."""


def as_address(value: str) -> str:
    """Return an address that a page may load from; raises `ValueError` for one that no browser takes as it stands."""
    if not value:
        return value
    if not value.isprintable() or " " in value or _NOT_IN_ADDRESSES.intersection(value):
        raise ValueError(
            "an address holds no spaces, control characters or any of " + " ".join(_NOT_IN_ADDRESSES)
        )
    parts = urlsplit(value)
    if not parts.scheme and not parts.netloc and value.startswith("/"):
        return value
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address begins with http://, https:// or /")
    if "@" in parts.netloc or parts.port == 0:
        raise ValueError("an address names nobody and no port 0")
    return value


Address = Annotated[
    str,
    Field(max_length=500, pattern=r"^(https?://[^\s/?#@]+([/?#]\S*)?|/([^\s/]\S*)?|)$"),
    AfterValidator(as_address),
]
"""Where a picture or video lies: with http, https, or on this server; empty for none."""

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


def by_field(rule: Callable[[T], T]) -> AfterValidator:
    """Return a check of a field by a rule that raises RefusedError: the refusal then names the field, beside others that are wrong."""

    def check(value: T) -> T:
        try:
            return rule(value)
        except RefusedError as refused:
            raise ValueError(refused.message) from None

    return AfterValidator(check)


class RequestBody(BaseModel):
    """A request's body: no conversions between types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Face(BaseModel):
    """Part of an answer, read off an object of the server."""

    model_config = ConfigDict(from_attributes=True)
