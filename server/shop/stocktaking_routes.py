"""The invariant of stock over HTTP: on hand = free + held + sold, of every product and variant of a channel."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request
from pydantic import Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import STAFF
from server.clock import Clock, to_wire
from server.db.engine import Database
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Cursor, Face, Limit, Moment
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.shop.stocktaking import Count, count_channel


class CountBody(Face):
    """A product, or variant, as it says of itself, and what its orders, holds and movements say."""

    product: str
    title: str
    on_hand: int = Field(description="`free` + `held` + `sold`.")
    free: int
    held: int
    sold: int
    in_orders: int = Field(
        description="Units in orders that were taken from this stock, less those that came back: as many as `sold`."
    )
    returned: int = Field(description="Units that came back by refunds; what was written off stays sold.")
    in_holds: int = Field(description="Units in holds that are placed: as many as `held`.")
    moves: int = Field(description="How often the stock has changed since changes are counted.")
    rows: int = Field(description="Rows of changes: as many as `moves`.")
    entered: int | None = Field(
        description="What the rows of changes say is on hand; null of a product that is older than they are."
    )
    waiting: int = Field(description="How many viewers wait for it in line.")
    in_line: int = Field(description="Places in its line: as many as are `waiting`.")
    agrees: bool


class InvariantBody(Face):
    """Whether all of a channel's stock agrees, and a page of its products by id."""

    channel: str
    as_of: Moment
    agrees: bool
    wrong: int = Field(
        description="Of how many products something disagrees: `showfloor stock verify` names them."
    )
    products: list[CountBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the route of the invariant."""
    api = APIRouter(prefix="/v1/channels/{channel}/stock", tags=["products"])
    api.add_api_route(
        "/invariant",
        get_invariant,
        methods=["GET"],
        summary="Whether free, held and sold are what is on hand",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    return api


async def get_invariant(
    channel: Annotated[str, Path(pattern=ENTITY_ID, max_length=40)],
    by: Annotated[Principal, permitted(STAFF, "catalogue:read")],
    request: Request,
    *,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> InvariantBody:
    """All numbers of one answer are of one moment; sales that go on meanwhile do no harm."""
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)
    async with cast("Database", request.app.state.database).read_soon() as connection:
        found, wrong = await count_channel(connection, channel, after=cursor, limit=limit + 1)
    page = [_as_body(count, agrees) for count, agrees in found[:limit]]
    return InvariantBody(
        channel=channel,
        as_of=to_wire(cast("Clock", request.app.state.clock).now()),
        agrees=not wrong,
        wrong=wrong,
        products=page,
        next=page[-1].product if len(found) > limit else None,
    )


def _as_body(count: Count, agrees: bool) -> CountBody:
    return CountBody(
        product=count.product_id,
        title=count.title,
        on_hand=count.on_hand,
        free=count.stock,
        held=count.held,
        sold=count.sold,
        in_orders=count.ordered,
        returned=count.returned,
        in_holds=count.in_holds,
        moves=count.moves,
        rows=count.rows,
        entered=count.entered,
        waiting=count.waiting,
        in_line=count.in_line,
        agrees=agrees,
    )
