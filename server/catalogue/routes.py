"""Products over HTTP: for the studio and for the shop's own programs."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS, STAFF
from server.audit.trail import acting_by
from server.catalogue.bodies import (
    UPSERTED_MAX,
    BulkBody,
    BulkRequest,
    LineBody,
    ProductBody,
    ProductRequest,
    as_product_body,
    as_wanted_line,
    wanted_product,
)
from server.catalogue.rules import TITLE_CHARACTERS_MAX
from server.catalogue.service import Catalogue, Search
from server.catalogue.wanted import WantedProduct, Written
from server.http.params import (
    ENTITY_ID,
    Cursor,
    EntityId,
    Face,
    Limit,
    OneLine,
    OptionalKey,
    RequestBody,
)
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, Match, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code

ProductId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The product's id.")]
Reader = Annotated[Principal, permitted(STAFF, "catalogue:read")]
Writer = Annotated[Principal, permitted(RUNNERS, "catalogue:write")]
Words = Annotated[
    OneLine,
    Query(
        alias="q",
        max_length=TITLE_CHARACTERS_MAX,
        description="Only products with each of these words in their title, or in a SKU or external id.",
    ),
]


class ProductPage(Face):
    """A page of products, in the channel's order."""

    products: list[ProductBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class OrderRequest(RequestBody):
    """Products in a new order."""

    products: list[EntityId] = Field(
        min_length=1,
        max_length=UPSERTED_MAX,
        description="They take the places that they have together, in this order; all others stay.",
    )


def router() -> APIRouter:
    """Return the routes of products."""
    api = APIRouter(prefix="/v1", tags=["products"])
    found = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*found, *OF_BODIES)
    add = api.add_api_route
    add(
        "/products",
        list_products,
        methods=["GET"],
        summary="The channel's products",
        responses=refusals(*TO_PERMITTED),
    )
    add(
        "/products",
        create_product,
        methods=["POST"],
        status_code=201,
        summary="A new product of the channel",
        responses=refusals(*sent, Code.TAKEN, Code.KEY_REUSED),
    )
    add(
        "/products/bulk",
        upsert_products,
        methods=["POST"],
        summary="Up to 1,000 products, made or changed",
        responses=refusals(*sent),
    )
    add(
        "/products/order",
        reorder_products,
        methods=["PUT"],
        status_code=204,
        response_class=Response,
        summary="Put products in another order",
        responses=refusals(*sent),
    )
    add(
        "/products/{product}", get_product, methods=["GET"], summary="One product", responses=refusals(*found)
    )
    add(
        "/products/{product}",
        change_product,
        methods=["PATCH"],
        summary="Change a product",
        responses=refusals(*sent, Code.TAKEN, Code.CONFLICT, Code.SOLD_OUT) | STALE,
    )
    for act, does in (("archive", "Sell a product no more"), ("restore", "Sell an archived product again")):
        add(
            f"/products/{{product}}/{act}",
            archive_product if act == "archive" else restore_product,
            methods=["POST"],
            summary=does,
            responses=refusals(*found, Code.CONFLICT) | STALE,
        )
    return api


async def list_products(
    by: Reader,
    request: Request,
    *,
    q: Words = "",
    state: Annotated[
        Literal["active", "archived"], Query(description="Those on sale, or those put away.")
    ] = "active",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ProductPage:
    """For staff, and keys with `catalogue:read`. Send the same filters with `cursor`."""
    search = Search(tuple(q.split()), archived=state == "archived")
    found = await _catalogue(request).list_of(by.channel_id, search, after=cursor, limit=limit + 1)
    page = [as_product_body(family) for family in found[:limit]]
    return ProductPage(products=page, next=page[-1].id if len(found) > limit else None)


async def get_product(product: ProductId, by: Reader, request: Request, response: Response) -> ProductBody:
    """Archived ones too. The `ETag` is its version, which stock does not change."""
    family = await _catalogue(request).find(by.channel_id, product)
    answer_version(response, family.head.version)
    return as_product_body(family)


async def create_product(
    body: ProductRequest, by: Writer, request: Request, response: Response, key: OptionalKey = None
) -> ProductBody:
    """It stands behind all others. The same key gets it again."""
    wanted = wanted_product(body)
    intent = intent_of(by.id, key, "POST /v1/products", by.channel_id, wanted)
    family = await _catalogue(request).create(by.channel_id, acting_by(by), wanted, intent=intent)
    response.headers["Location"] = f"/v1/products/{family.head.id}"
    answer_version(response, family.head.version)
    return as_product_body(family)


async def change_product(
    product: ProductId,
    body: ProductRequest,
    by: Writer,
    request: Request,
    *,
    response: Response,
    match: IfMatch,
) -> ProductBody:
    """Sets what is given. `variants`, where given, are all of them: a present one that is left out is archived."""
    return await _change(product, wanted_product(body), by, request, response=response, match=match)


async def archive_product(
    product: ProductId, by: Writer, request: Request, *, response: Response, match: IfMatch
) -> ProductBody:
    """It and its variants are sold no more, and stay in orders and figures."""
    return await _change(product, WantedProduct(active=False), by, request, response=response, match=match)


async def restore_product(
    product: ProductId, by: Writer, request: Request, *, response: Response, match: IfMatch
) -> ProductBody:
    """It is sold again as it was."""
    return await _change(product, WantedProduct(active=True), by, request, response=response, match=match)


async def upsert_products(body: BulkRequest, by: Writer, request: Request) -> BulkBody:
    """Sends what came of each. A repeated call is harmless: what is so already is `unchanged`. Committed a hundred or so at a time."""
    read = [as_wanted_line(line) for line in body.products]
    wanted = [each for each in read if isinstance(each, WantedProduct)]
    done = iter(await _catalogue(request).upsert(by.channel_id, acting_by(by), wanted))
    written = [each if isinstance(each, Written) else next(done) for each in read]
    return BulkBody(results=[LineBody.model_validate(each) for each in written])


async def reorder_products(body: OrderRequest, by: Writer, request: Request) -> Response:
    """The order of the studio's list and of every show that sells the whole catalogue."""
    await _catalogue(request).reorder(by.channel_id, acting_by(by), body.products)
    return Response(status_code=204)


async def _change(
    product_id: str,
    wanted: WantedProduct,
    by: Principal,
    request: Request,
    *,
    response: Response,
    match: Match,
) -> ProductBody:
    require = match.shown_by(as_product_body).require
    family = await _catalogue(request).change(by.channel_id, acting_by(by), product_id, wanted, require)
    answer_version(response, family.head.version)
    return as_product_body(family)


def _catalogue(request: Request) -> Catalogue:
    return cast("Catalogue", request.app.state.catalogue)
