"""Giveaways over HTTP: prepared by the host's side, who entered and who was left out, and the proof of a draw for everybody."""

from functools import partial
from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response

from server.access.dependencies import (
    OptionalIdentity,
    ShowId,
    member_of_show,
    reader_of_show,
    require_entry_to,
)
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import MEMBERS, RUNNERS, may_run_show
from server.audit.trail import acting_by
from server.giveaways.bodies import (
    EntryList,
    GiveawayBody,
    GiveawayList,
    GiveawayRequest,
    ProofBody,
    as_body,
    as_entry,
    as_proof,
    wanted,
)
from server.giveaways.service import Giveaways
from server.http.params import ENTITY_ID, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code

GiveawayId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The giveaway's id.")]
Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]


def router() -> APIRouter:
    """Return the routes of giveaways."""
    api = APIRouter(prefix="/v1", tags=["giveaways"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    add = api.add_api_route
    add(
        "/shows/{show}/giveaways",
        list_giveaways,
        methods=["GET"],
        summary="The giveaways of a show",
        responses=refusals(*known),
    )
    add(
        "/shows/{show}/giveaways",
        prepare_giveaway,
        methods=["POST"],
        status_code=201,
        summary="Prepare a giveaway",
        responses=refusals(*known, *OF_BODIES, Code.KEY_REUSED),
    )
    add(
        "/giveaways/{giveaway}",
        remove_giveaway,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Remove a giveaway that was never open",
        responses=refusals(*known, Code.CONFLICT) | STALE,
    )
    add(
        "/giveaways/{giveaway}/entries",
        list_entries,
        methods=["GET"],
        summary="Who entered a giveaway, and who was left out and why",
        responses=refusals(*known),
    )
    add(
        "/shows/{show}/giveaways/{giveaway}/proof",
        prove_draw,
        methods=["GET"],
        summary="What a draw is repeated from",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.NOT_FOUND,
            Code.UNAVAILABLE,
            Code.GUESTS_REFUSED,
        ),
    )
    return api


async def list_giveaways(
    show: ShowId, by: Annotated[Principal, reader_of_show(MEMBERS, "stats:read")], request: Request
) -> GiveawayList:
    """For the channel's staff and analysts. What winners wrote when they claimed is for hosts and admins."""
    found = await _giveaways(request).list_of(show, by.channel_id)
    return GiveawayList(giveaways=[as_body(each, runs=may_run_show(by.role)) for each in found])


async def prepare_giveaway(
    *,
    show: ShowId,
    body: GiveawayRequest,
    by: Annotated[Principal, member_of_show(RUNNERS, "shows:write")],
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> GiveawayBody:
    """For hosts and admins, before and during the show. Nobody else sees it before it is opened; its seed is made then."""
    intent = intent_of(by.id, key, "POST /v1/shows/giveaways", by.channel_id, show, body.model_dump())
    made = await _giveaways(request).prepare(show, by.channel_id, acting_by(by), wanted(body), intent=intent)
    answer_version(response, made.version)
    return as_body(made, runs=True)


async def remove_giveaway(giveaway: GiveawayId, by: Runner, request: Request, match: IfMatch) -> None:
    """For hosts and admins; one that was open stays."""
    shown = match.shown_by(partial(as_body, runs=True))
    await _giveaways(request).remove(giveaway, by.channel_id, acting_by(by), match=shown)


async def list_entries(
    giveaway: GiveawayId, by: Annotated[Principal, permitted(RUNNERS, "stats:read")], request: Request
) -> EntryList:
    """For hosts and admins."""
    found = await _giveaways(request).entries_of(giveaway, by.channel_id)
    return EntryList(entries=[as_entry(each) for each in found])


async def prove_draw(
    show: ShowId, giveaway: GiveawayId, identity: OptionalIdentity, request: Request
) -> ProofBody:
    """For whoever may enter the show, which needs no token where guests may. Tickets name nobody; everybody knows their own."""
    await require_entry_to(show, request, identity)
    return as_proof(await _giveaways(request).prove(show, giveaway))


def _giveaways(request: Request) -> Giveaways:
    return cast("Giveaways", request.app.state.giveaways)
