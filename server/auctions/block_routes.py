"""Who may not bid in a channel's auctions, and letting them bid again."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS, STAFF
from server.auctions.bodies import BlockList, as_block
from server.auctions.service import Auctions
from server.audit.trail import acting_by
from server.errors import RefusedError
from server.http.params import ENTITY_ID
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code

ChannelId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]


def router() -> APIRouter:
    """Return the routes of blocks."""
    api = APIRouter(prefix="/v1/channels/{channel}/auction-blocks", tags=["auctions"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route("", list_blocks, methods=["GET"], summary="Who may not bid", responses=refusals(*known))
    api.add_api_route(
        "/{viewer}",
        lift_block,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Let somebody bid again",
        responses=refusals(*known),
    )
    return api


async def list_blocks(
    channel: ChannelId, by: Annotated[Principal, permitted(STAFF, "stats:read")], request: Request
) -> BlockList:
    """For the channel's staff: winners of the last weeks who did not pay."""
    _require_own(channel, by)
    return BlockList(blocks=[as_block(each) for each in await _auctions(request).list_blocks(channel)])


async def lift_block(
    channel: ChannelId,
    viewer: Annotated[str, Path(pattern=ENTITY_ID, max_length=40)],
    by: Annotated[Principal, permitted(RUNNERS, "shows:write")],
    request: Request,
) -> None:
    """For hosts and admins."""
    _require_own(channel, by)
    await _auctions(request).lift(channel, viewer, acting_by(by))


def _require_own(channel: str, by: Principal) -> None:
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


def _auctions(request: Request) -> Auctions:
    return cast("Auctions", request.app.state.auctions)
