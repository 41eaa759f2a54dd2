"""The caller's channel over HTTP."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS, MEMBERS
from server.channels.rules import (
    CART_CHARACTERS_MAX,
    ORIGIN_CHARACTERS_MAX,
    ORIGINS_MAX,
    Language,
    cart_template,
    page_origins,
)
from server.channels.service import Channels
from server.channels.shapes import ChannelName, TimeZone
from server.channels.tables import ChannelRow
from server.clock import to_wire
from server.http.params import Moment, OneLine, RequestBody, by_field
from server.http.refusals import refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.protocol.codes import Code

PageOrigins = Annotated[
    list[Annotated[OneLine, Field(max_length=ORIGIN_CHARACTERS_MAX)]],
    Field(
        max_length=ORIGINS_MAX,
        description="Each as `https://shop.example`, with a port where it is not the usual one; `http` for localhost alone.",
    ),
    by_field(page_origins),
]

OrderTaker = Literal["showfloor", "shop"]
CartUrl = Annotated[
    OneLine,
    Field(
        max_length=CART_CHARACTERS_MAX,
        description="`https://…` with `{sku}`, `{external_id}`, `{product}`, `{quantity}`, `{attribution}`: where the shop takes orders.",
    ),
    by_field(cart_template),
]
AttributionHours = Annotated[
    int,
    Field(ge=0, le=24 * 90, description="How long after a show its customers' orders are the show's."),
]


class ChannelChanges(RequestBody):
    """What is to change; what is left out stays."""

    name: ChannelName | None = None
    time_zone: TimeZone | None = None
    language: Language | None = None
    origins: PageOrigins | None = None
    frame_ancestors: PageOrigins | None = None
    order_taker: OrderTaker | None = None
    cart_url: CartUrl | None = None
    attribution_hours: AttributionHours | None = None
    guests_allowed: bool | None = Field(
        default=None, description="Whether new shows take guests unless they say otherwise."
    )


class ChannelBody(BaseModel):
    """A channel, as its own people see it."""

    id: str
    name: str
    currency: str = Field(description="ISO 4217; it never changes.")
    time_zone: str = Field(description="An IANA name.")
    language: Language
    origins: list[str] = Field(description="Origins whose pages may have the channel's shows in them.")
    frame_ancestors: list[str] = Field(
        description="Origins whose pages may show the viewer's page in a frame."
    )
    order_taker: OrderTaker
    cart_url: str
    attribution_hours: int
    guests_allowed: bool = Field(description="Whether new shows take guests unless they say otherwise.")
    version: int
    created_at: Moment


def router() -> APIRouter:
    """Return the routes of a channel's own people."""
    api = APIRouter(prefix="/v1", tags=["channel"])
    known = (
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.TOKEN_REVOKED,
        Code.FORBIDDEN,
        Code.NOT_FOUND,
        Code.UNAVAILABLE,
    )
    api.add_api_route(
        "/channel", get_channel, methods=["GET"], summary="The caller's channel", responses=refusals(*known)
    )
    api.add_api_route(
        "/channel",
        change_channel,
        methods=["PATCH"],
        summary="Change the caller's channel",
        responses=refusals(*known, Code.BAD_JSON, Code.TOO_LARGE) | STALE,
    )
    return api


async def get_channel(
    by: Annotated[Principal, permitted(MEMBERS)], request: Request, response: Response
) -> ChannelBody:
    """For the channel's own people, analysts among them. The `ETag` is its version."""
    return _answer(response, await _channels(request).find(by.channel_id))


async def change_channel(
    body: ChannelChanges,
    by: Annotated[Principal, permitted(ADMINS)],
    match: IfMatch,
    request: Request,
    response: Response,
) -> ChannelBody:
    """For admins. What is left out, or null, stays as it is. Other origins hold on every process within a second."""
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    changed = await _channels(request).change(by, changes, match.shown_by(_as_body))
    return _answer(response, changed)


def _channels(request: Request) -> Channels:
    return cast("Channels", request.app.state.channels)


def _answer(response: Response, row: ChannelRow) -> ChannelBody:
    answer_version(response, row.version)
    return _as_body(row)


def _as_body(row: ChannelRow) -> ChannelBody:
    return ChannelBody(**row.model_dump(exclude={"created_at"}), created_at=to_wire(row.created_at))
