"""Stock over HTTP: changed by plus and minus, or set by who has seen it; and every change that there was."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field, model_validator

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS, STAFF
from server.audit.trail import acting_by
from server.catalogue.rules import STOCK_MAX
from server.catalogue.stock_repository import StockChangeRead
from server.catalogue.stockroom import NOTE_CHARACTERS_MAX, Adding, Setting, Stockroom
from server.clock import to_wire
from server.http.params import ENTITY_ID, Face, Limit, Moment, OptionalKey, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.journal.intents import intent_of
from server.protocol.codes import Code

ProductId = Annotated[
    str, Path(pattern=ENTITY_ID, max_length=40, description="The id of a product or a variant.")
]


class StockRequest(RequestBody):
    """Either `add`, or `seen` and `to`."""

    add: int | None = Field(default=None, ge=-STOCK_MAX, le=STOCK_MAX, description="Negative: fewer.")
    seen: int | None = Field(
        default=None, ge=0, le=STOCK_MAX, description="How many were left when you looked."
    )
    to: int | None = Field(default=None, ge=0, le=STOCK_MAX, description="How many there are to be.")
    reason: Literal["restock", "correction", "return"] | None = Field(
        default=None, description="`restock` for more and `correction` for fewer unless you say."
    )
    note: str = Field(default="", max_length=4 * NOTE_CHARACTERS_MAX)

    @model_validator(mode="after")
    def _one_way(self) -> "StockRequest":
        setting = self.seen is not None and self.to is not None
        if (self.add is None) is not setting or (self.seen is None) is not (self.to is None):
            raise ValueError("Either `add`, or `seen` and `to`.")
        return self

    def wanted(self) -> Adding | Setting:
        """Return the change that is asked for."""
        if self.add is not None:
            return Adding(self.add)
        assert self.seen is not None, "else there is `add`"
        assert self.to is not None, "it comes with `seen`"
        return Setting(self.seen, self.to)


class StockBody(Face):
    """How many are left, after which change."""

    product: str
    stock: int
    move: int


class StockChangeBody(Face):
    """A change of stock; of a sale `actor` is the buyer, `role` is `viewer` or `staff`, and `order` its order."""

    move: int = Field(description="Which change of this stock it was, counted from 1.")
    at: Moment
    reason: str = Field(
        description="`sale`, `hold`, `hold_released`, `hold_expired`, `hold_sold`, `restock`, `correction`, `return`, `write_off`, "
        "`import`, `created` or `variants`."
    )
    delta: int
    stock_after: int
    actor: str
    actor_name: str
    role: str
    show: str | None
    order: str | None
    note: str | None


class StockChangePage(Face):
    """A page of changes, newest first."""

    changes: list[StockChangeBody]
    next: int | None = Field(description="Send it as `before` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes of stock."""
    api = APIRouter(prefix="/v1", tags=["products"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (Code.CONFLICT, Code.SOLD_OUT, Code.KEY_REUSED, *OF_BODIES)
    api.add_api_route(
        "/products/{product}/stock",
        change_stock,
        methods=["POST"],
        summary="Add or take away units, or set what was seen",
        responses=refusals(*known, *sent),
    )
    api.add_api_route(
        "/products/{product}/stock-changes",
        list_stock_changes,
        methods=["GET"],
        summary="Every change of a product's stock",
        responses=refusals(*known),
    )
    return api


async def change_stock(
    product: ProductId,
    body: StockRequest,
    by: Annotated[Principal, permitted(RUNNERS, "catalogue:write")],
    request: Request,
    key: OptionalKey = None,
) -> StockBody:
    """`seen` and `to`: refused with `conflict` and the true `stock` when another number is left, so that no sale is overwritten."""
    intent = intent_of(by.id, key, f"POST /v1/products/{product}/stock", by.channel_id, body.model_dump())
    counted = await _stockroom(request).change(
        by.channel_id,
        acting_by(by),
        product,
        body.wanted(),
        reason=body.reason,
        note=body.note,
        intent=intent,
    )
    return StockBody.model_validate(counted)


async def list_stock_changes(
    product: ProductId,
    by: Annotated[Principal, permitted(STAFF, "catalogue:read")],
    request: Request,
    before: Annotated[
        int | None,
        Query(ge=1, le=2**53 - 1, description="`next` of the page before; none for the first page."),
    ] = None,
    limit: Limit = 20,
) -> StockChangePage:
    """Sales stand among them, each with how many were left after it."""
    found = await _stockroom(request).list_changes(by.channel_id, product, before=before, limit=limit + 1)
    page = [_as_body(each) for each in found[:limit]]
    return StockChangePage(changes=page, next=page[-1].move if len(found) > limit else None)


def _as_body(change: StockChangeRead) -> StockChangeBody:
    return StockChangeBody(
        move=change.move,
        at=to_wire(change.at),
        reason=change.reason,
        delta=change.delta,
        stock_after=change.stock_after,
        actor=change.actor,
        actor_name=change.actor_name,
        role=change.role,
        show=change.show,
        order=change.order,
        note=change.note,
    )


def _stockroom(request: Request) -> Stockroom:
    return cast("Stockroom", request.app.state.stockroom)
