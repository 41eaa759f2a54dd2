"""The audit over HTTP: what happened in a channel, for its admins."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.audit.actions import KINDS, About
from server.audit.repository import Deed, Sought, read_deeds
from server.clock import to_wire
from server.db.engine import Database
from server.http.params import ENTITY_ID, Cursor, Limit, Moment, OneLine
from server.http.refusals import TO_PERMITTED, refusals

Words = Annotated[
    OneLine,
    Query(
        alias="q",
        max_length=120,
        description="Only rows with each of these words in the name of who did it, or of what was done something to.",
    ),
]


class ActorBody(BaseModel):
    """Who did it: one of the channel's people, or a program by its API key."""

    id: str
    name: str = Field(description="As they were called then; empty in rows of long ago.")
    role: str = Field(description="The role that they had then; `key` for a program.")


class DeedBody(BaseModel):
    """One thing that was done."""

    id: str
    at: Moment
    by: ActorBody
    action: str = Field(description="Such as `product.change`; pages have a sentence for each.")
    subject: str = Field(description="The id of what it was done to; empty where it was done to several.")
    called: str | None = Field(description="The subject's name.")
    variant_of: str | None = Field(description="Of a variant the product that it is one of.")
    show: str | None
    show_title: str | None
    details: dict[str, Any] = Field(description="What else is known, by action.")


class DeedPage(BaseModel):
    """A page of the audit, the newest first."""

    deeds: list[DeedBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the route of the audit."""
    api = APIRouter(prefix="/v1", tags=["audit"])
    api.add_api_route(
        "/audit", list_deeds, methods=["GET"], summary="What happened", responses=refusals(*TO_PERMITTED)
    )
    return api


async def list_deeds(
    by: Annotated[Principal, permitted(ADMINS)],
    request: Request,
    *,
    q: Words = "",
    about: Annotated[About | None, Query(description="Only what was done to these.")] = None,
    actor: Annotated[
        str | None, Query(pattern=ENTITY_ID, max_length=60, description="Only what this person or key did.")
    ] = None,
    show: Annotated[
        str | None, Query(pattern=ENTITY_ID, max_length=40, description="Only what was done in this show.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> DeedPage:
    """For admins: who of the channel's people and programs did what, and when. Send the same filters with `cursor`."""
    sought = Sought(q.split(), KINDS[about] if about else (), actor, show)
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        found = await read_deeds(connection, by.channel_id, sought, after=cursor, limit=limit + 1)
    page = [_as_body(each) for each in found[:limit]]
    return DeedPage(deeds=page, next=page[-1].id if len(found) > limit else None)


def _as_body(deed: Deed) -> DeedBody:
    return DeedBody(
        id=deed.id,
        at=to_wire(deed.at),
        by=ActorBody(id=deed.actor, name=deed.name, role=deed.role),
        action=deed.action,
        subject=deed.subject,
        called=deed.called,
        variant_of=deed.variant_of,
        show=deed.show_id or None,
        show_title=deed.show_title,
        details={name: value for name, value in deed.details.items() if name != "channel"},
    )
