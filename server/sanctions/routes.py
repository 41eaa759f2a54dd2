"""Sanctions over HTTP: what a person is told of theirs, their appeal, and for staff the channel's list with what was appealed against."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from server.access.dependencies import CurrentIdentity, ShowId
from server.access.entry import is_of
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.repository import read_terms
from server.access.roles import RUNNERS, STAFF
from server.access.tables import SanctionRow
from server.access.tokens import Identity
from server.audit.trail import acting_by
from server.clock import to_wire
from server.db.engine import Database
from server.errors import RefusedError
from server.http.params import ENTITY_ID, Cursor, Face, Limit, Moment, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.protocol.sanctioned import AppealState, LikeBy, SanctionKind, SanctionReason
from server.sanctions.bodies import OwnSanctionBody, Until, own_body
from server.sanctions.faces import as_own, as_staff
from server.sanctions.rules import APPEAL_CHARACTERS_MAX
from server.sanctions.service import Sanctions

ChannelId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]
ReturningDoes = Literal["hold", "mute", "shadow", "off"]
SanctionId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The sanction's id.")]


class OwnSanctions(Face):
    """The newest twenty, ended and lifted ones among them."""

    sanctions: list[OwnSanctionBody]
    now: Moment = Field(description="The server's time, by which `until` is to be read.")


class AppealBody(Face):
    """What somebody wrote against a sanction, and what came of it."""

    text: str
    state: AppealState
    at: Moment
    answered_at: Moment | None
    by: str | None = Field(description="Who answered it.")


class SanctionBody(Face):
    """What staff have laid on a viewer."""

    id: str
    show: str = Field(description="Where it was given.")
    kind: SanctionKind
    viewer: str
    name: str | None = Field(description="What they were called, if it was seen.")
    reason: SanctionReason
    at: Moment
    by: str
    until: Until
    channel: bool = Field(description="It holds in every show of the channel.")
    version: int
    lifted_at: Moment | None
    lifted_by: str | None
    appeal: AppealBody | None
    device: bool = Field(description="Of a ban: whoever comes with the same device is out.")
    address: bool = Field(description="Of a ban: every guest of the same address is out.")
    like: str | None = Field(description="The ban whose person they likely are, where the server laid it.")
    like_by: LikeBy | None


class SanctionPage(Face):
    """A page of the channel's sanctions, the newest first."""

    sanctions: list[SanctionBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


class SanctionSettings(RequestBody):
    """How a channel deals with guests who are likely somebody banned."""

    returning: ReturningDoes = Field(
        description="What they write waits for approval (`hold`, at first), is refused, or hidden from others; `off`: nobody is looked for."
    )


class AppealRequest(RequestBody):
    """Why it should not hold."""

    text: str = Field(
        min_length=1,
        max_length=4 * APPEAL_CHARACTERS_MAX,
        description=f"At most {APPEAL_CHARACTERS_MAX} characters as it is kept.",
    )


def router() -> APIRouter:
    """Return the routes of sanctions."""
    api = APIRouter(prefix="/v1", tags=["sanctions"])
    own = (Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.FORBIDDEN, Code.NOT_FOUND)
    api.add_api_route(
        "/shows/{show}/sanctions/own",
        list_own,
        methods=["GET"],
        summary="What was laid on the caller in a show",
        responses=refusals(*own, Code.UNAVAILABLE),
    )
    api.add_api_route(
        "/shows/{show}/sanctions/{sanction}/appeal",
        appeal,
        methods=["POST"],
        summary="Appeal against one's own sanction, once",
        responses=refusals(*own, *OF_BODIES, Code.CONFLICT, Code.BUSY, Code.UNAVAILABLE),
    )
    api.add_api_route(
        "/channels/{channel}/sanctions",
        list_sanctions,
        methods=["GET"],
        summary="The sanctions of a channel",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    path = "/channels/{channel}/sanction-settings"
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route(
        path,
        read_settings,
        methods=["GET"],
        summary="What is laid on whoever is likely banned",
        responses=refusals(*known),
    )
    api.add_api_route(
        path,
        set_settings,
        methods=["PUT"],
        summary="Set what is laid on whoever is likely banned",
        responses=refusals(*known, *OF_BODIES),
    )
    return api


async def read_settings(
    channel: ChannelId, by: Annotated[Principal, permitted(STAFF)], request: Request
) -> SanctionSettings:
    """For the channel's staff."""
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)
    returning = await _sanctions(request).read_returning(channel)
    return SanctionSettings(returning=cast("ReturningDoes", returning))


async def set_settings(
    channel: ChannelId,
    body: SanctionSettings,
    by: Annotated[Principal, permitted(RUNNERS, "shows:write")],
    request: Request,
) -> SanctionSettings:
    """For hosts and admins; it is so for whoever is recognised from then on."""
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)
    await _sanctions(request).set_returning(channel, acting_by(by), body.returning)
    return body


async def list_own(
    show: ShowId, request: Request, response: Response, identity: CurrentIdentity
) -> OwnSanctions:
    """Also for who is banned from the show. A shadow mute is not among them."""
    await _require_viewer_of(show, request, identity)
    response.headers["Cache-Control"] = "no-store"
    rows = await _sanctions(request).list_own(show, identity.viewer_id)
    return OwnSanctions(
        sanctions=[own_body(as_own(row)) for row in rows], now=to_wire(request.app.state.clock.now())
    )


async def appeal(
    show: ShowId, sanction: SanctionId, body: AppealRequest, request: Request, identity: CurrentIdentity
) -> OwnSanctionBody:
    """Also for who is banned from the show. The same words again change nothing; other words are a `conflict`."""
    await _require_viewer_of(show, request, identity)
    standing = await _sanctions(request).appeal(show, identity.viewer_id, sanction, body.text)
    assert standing.own is not None, "nobody appeals against what is hidden from them"
    return own_body(standing.own)


async def list_sanctions(
    *,
    channel: ChannelId,
    by: Annotated[Principal, permitted(STAFF)],
    request: Request,
    response: Response,
    cursor: Cursor = None,
    limit: Limit = 50,
    appealed: Annotated[bool, Query(description="Only those whose appeal waits for an answer.")] = False,
) -> SanctionPage:
    """For the channel's staff, with the words of appeals; ended and lifted ones are among them."""
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)
    response.headers["Cache-Control"] = "no-store"
    found = await _sanctions(request).list_of(channel, after=cursor, limit=limit + 1, appealed=appealed)
    page = [_body(row) for row in found[:limit]]
    return SanctionPage(sanctions=page, next=page[-1].id if len(found) > limit else None)


async def _require_viewer_of(show: str, request: Request, identity: Identity) -> None:
    """Raise unless the show is the caller's channel's, be it together with others, and viewers may know of it; who is banned passes."""
    database = cast("Database", request.app.state.database)
    async with database.read_soon() as connection:
        terms = await read_terms(connection, show)
    if terms is None or terms.hidden:
        raise RefusedError(Code.NOT_FOUND)
    if not is_of(identity.channel_id, terms):
        raise RefusedError(Code.FORBIDDEN, "This token is of another channel.")


def _body(row: SanctionRow) -> SanctionBody:
    sanction = as_staff(row)
    return SanctionBody(
        id=row.id,
        show=row.show_id,
        kind=sanction.kind,
        viewer=row.viewer_id,
        name=row.name,
        reason=sanction.reason,
        at=sanction.at,
        by=sanction.by,
        until=sanction.until,
        channel=sanction.channel,
        version=row.version,
        lifted_at=None if row.lifted_at is None else to_wire(row.lifted_at),
        lifted_by=row.lifted_by_name,
        appeal=_appeal(row),
        device=row.device,
        address=row.address,
        like=row.like_id,
        like_by=sanction.like_by,
    )


def _appeal(row: SanctionRow) -> AppealBody | None:
    if row.appeal is None or row.appealed_at is None:
        return None
    return AppealBody(
        text=row.appeal,
        state=cast("AppealState", row.appeal_state),
        at=to_wire(row.appealed_at),
        answered_at=None if row.answered_at is None else to_wire(row.answered_at),
        by=row.answered_by_name,
    )


def _sanctions(request: Request) -> Sanctions:
    return cast("Sanctions", request.app.state.sanctions)
