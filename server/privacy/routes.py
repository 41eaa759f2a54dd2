"""A person's data over HTTP: for the person themselves by their token, and for the admins of the channel whose viewer they are."""

from collections.abc import Mapping
from typing import Annotated, Any, Self, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field, model_validator
from pydantic_core import to_json

from server import security
from server.access.customers import Customers
from server.access.dependencies import CurrentIdentity
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.clock import to_wire
from server.errors import RefusedError
from server.http.params import Cursor, Face, Limit, Moment, OneLine, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.privacy.erasures import Erasures
from server.privacy.tables import ErasureRow
from server.protocol.codes import Code

Admin = Annotated[Principal, permitted(ADMINS)]
_Named = Annotated[OneLine, Field(min_length=1, max_length=200)]
ViewerId = Annotated[
    OneLine, Path(min_length=1, max_length=200, description="The viewer's id, as the exports name it.")
]


class PersonNamed(RequestBody):
    """Who is meant: by one of three."""

    viewer: _Named | None = Field(default=None, description="Their id, as the exports name it.")
    order: _Named | None = Field(
        default=None, description="The number of an order of theirs, ours or the shop's."
    )
    customer: _Named | None = Field(
        default=None, description="What the shop calls them: `sub` in its tokens."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.viewer, self.order, self.customer].count(None) != 2:
            raise ValueError("name one of `viewer`, `order` and `customer`")
        return self


class PersonBody(Face):
    """That something is kept of a person, and how much."""

    viewer: str
    ids: int = Field(description="Under how many ids: a guest who turned out to be a customer is one person.")
    rows: dict[str, int] = Field(description="How many rows, by table (`docs/privacy.md`).")


class PeopleFound(BaseModel):
    """Whoever was meant."""

    people: list[PersonBody] = Field(description="One, or none when nothing is kept about anybody by that.")


class AskedBody(Face):
    """An erasure that was asked for: it is carried out within a minute."""

    id: str
    asked_at: Moment


class ErasureBody(AskedBody):
    """An erasure, as the channel's admins see it."""

    asked_by: str | None = Field(description="The name of who asked; null: the person themselves.")
    done_at: Moment | None = Field(description="Null: not yet.")
    ids: int | None
    shows: int | None
    rows: int | None


class ErasurePage(BaseModel):
    """A page of erasures, the newest first."""

    erasures: list[ErasureBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes about a person's data."""
    api = APIRouter(prefix="/v1", tags=["privacy"])
    own = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    file: Mapping[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}}}}
    api.add_api_route(
        "/viewers/me/data",
        get_own_data,
        methods=["GET"],
        summary="Everything that is kept about the viewer",
        response_class=Response,
        responses={**file, **own},
    )
    api.add_api_route(
        "/viewers/me/erasure",
        erase_me,
        methods=["POST"],
        status_code=202,
        summary="Erase the viewer",
        responses=refusals(*TO_PERMITTED),
    )
    api.add_api_route(
        "/viewers/find",
        find_person,
        methods=["POST"],
        summary="What is kept about a person",
        responses=refusals(*TO_PERMITTED, *OF_BODIES),
    )
    api.add_api_route(
        "/viewers/{viewer}/data",
        get_data,
        methods=["GET"],
        summary="Everything that is kept about a person",
        response_class=Response,
        responses={**file, **own},
    )
    api.add_api_route(
        "/viewers/{viewer}/erasure",
        erase,
        methods=["POST"],
        status_code=202,
        summary="Erase a person",
        responses=own,
    )
    api.add_api_route(
        "/erasures",
        list_erasures,
        methods=["GET"],
        summary="The channel's erasures",
        responses=refusals(*TO_PERMITTED),
    )
    return api


async def get_own_data(viewer: CurrentIdentity, request: Request) -> Response:
    """As JSON, by table. A guest who is a customer since asks with the customer's token."""
    return _as_file(await _erasures(request).hand_out_to(viewer))


async def erase_me(viewer: CurrentIdentity, request: Request) -> AskedBody:
    """Their sign-ins end at once; within a minute counts are all that is left. Orders stay, as nobody's. It cannot be taken back."""
    row = await _erasures(request).ask_as(viewer)
    security.note("erasure_asked", id=row.id)
    return AskedBody(id=row.id, asked_at=to_wire(row.asked_at))


async def find_person(body: PersonNamed, by: Admin, request: Request) -> PeopleFound:
    """For admins, about what their channel keeps: what other channels keep of the same person is in nothing here."""
    try:
        viewer = await _viewer_named(body, by, request)
        found = await _erasures(request).look_at(by.channel_id, viewer)
    except RefusedError as refused:
        if refused.code is not Code.NOT_FOUND:
            raise
        return PeopleFound(people=[])
    rows = {table: len(each) for table, each in found["rows"].items()}
    return PeopleFound(people=[PersonBody(viewer=viewer, ids=len(found["ids"]), rows=rows)])


async def get_data(viewer: ViewerId, by: Admin, request: Request) -> Response:
    """For admins, who hand it to the person. It is noted in the audit, without the id."""
    return _as_file(await _erasures(request).hand_out_by(by, viewer))


async def erase(viewer: ViewerId, by: Admin, request: Request) -> AskedBody:
    """For admins; as if the person had asked themselves."""
    row = await _erasures(request).ask_for(by, viewer)
    security.note("erasure_asked", id=row.id)
    return AskedBody(id=row.id, asked_at=to_wire(row.asked_at))


async def list_erasures(by: Admin, request: Request, cursor: Cursor = None, limit: Limit = 20) -> ErasurePage:
    """Without anybody's id: what is left is that somebody was erased, when, and how much that was."""
    found = await _erasures(request).list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [_as_body(each) for each in found[:limit]]
    return ErasurePage(erasures=page, next=page[-1].id if len(found) > limit else None)


async def _viewer_named(body: PersonNamed, by: Principal, request: Request) -> str:
    if body.order is not None:
        return await _erasures(request).find_buyer(by.channel_id, body.order)
    if body.customer is not None:
        customers = cast("Customers", request.app.state.customers)
        known = await customers.viewer_named(by.channel_id, body.customer)
        if known is None:
            raise RefusedError(Code.NOT_FOUND)
        return known
    assert body.viewer is not None, "one of the three is there"
    return body.viewer


def _erasures(request: Request) -> Erasures:
    return cast("Erasures", request.app.state.erasures)


def _as_file(found: dict[str, Any]) -> Response:
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="what-is-kept.json"'}
    return Response(to_json(found, indent=2), media_type="application/json", headers=headers)


def _as_body(row: ErasureRow) -> ErasureBody:
    return ErasureBody(
        id=row.id,
        asked_at=to_wire(row.asked_at),
        asked_by=row.asked_by_name,
        done_at=to_wire(row.done_at) if row.done_at else None,
        ids=row.ids,
        shows=row.shows,
        rows=row.rows,
    )
