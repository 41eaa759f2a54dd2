"""What a show has taken so far, over HTTP, for its staff."""

from typing import Annotated, cast

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from server.access.dependencies import ShowId, reader_of_show
from server.access.principal import Principal
from server.access.roles import STAFF
from server.clock import Clock
from server.db.engine import Database
from server.http.params import Face
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.shop.product_takings import read_taken


class ProductTakenBody(Face):
    """Of one product, or variant."""

    product: str | None = Field(description="Null: what the shop sold and the catalogue does not have.")
    title: str | None
    held: int = Field(description="Units that are set aside now, in any show of the channel.")
    begun: int = Field(
        description="Units that go to whoever pays first, which viewers of the show are buying and nobody holds."
    )
    orders: int = Field(description="Paid orders with it.")
    units: int
    amount: dict[str, int] = Field(description="Minor units by currency.")


class TakingsBody(BaseModel):
    """Of a whole show. An order with several products is one order here."""

    held: int
    begun: int
    orders: int
    units: int
    amount: dict[str, int] = Field(description="Minor units by currency.")
    products: list[ProductTakenBody] = Field(description="Those that were sold or are held.")


def router() -> APIRouter:
    """Return the route of takings."""
    api = APIRouter(prefix="/v1/shows/{show}", tags=["orders"])
    api.add_api_route(
        "/takings",
        read_takings,
        methods=["GET"],
        summary="What a show has taken so far",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    return api


async def read_takings(
    show: ShowId, by: Annotated[Principal, reader_of_show(STAFF, "orders:read")], request: Request
) -> TakingsBody:
    """For staff: what is held, orders, units and money, of each product and in all, as of now. Purchases by staff do not count."""
    database = cast("Database", request.app.state.database)
    now = cast("Clock", request.app.state.clock).now()
    async with database.read_soon() as connection:
        taken = await read_taken(connection, show, by.channel_id, now)
    return TakingsBody(
        held=taken.held,
        begun=taken.begun,
        orders=taken.orders,
        units=taken.units,
        amount=taken.amount,
        products=[ProductTakenBody.model_validate(each) for each in taken.products],
    )
