"""Auctions over HTTP: prepared in the studio or on the host's page, bid upon by any caller with a token, and the proof of their bids."""

from functools import partial
from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from server.access.dependencies import EntrantOfShow, ShowId, member_of_show, reader_of_show
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import MEMBERS, RUNNERS
from server.auctions.bodies import (
    AuctionBody,
    AuctionList,
    AuctionRequest,
    BidBody,
    BidRequest,
    OwnBidBody,
    OwnBids,
    as_body,
    as_taken,
    terms_of,
)
from server.auctions.book import Wanted
from server.auctions.proof import Line, read_proof
from server.auctions.service import Auctions, Seen
from server.audit.trail import acting_by
from server.http import pacing
from server.http.params import ENTITY_ID, IdempotencyKey, OptionalKey
from server.http.proofs import PROOF, ProofFormat, proof_answer
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.pace.rates import Act
from server.protocol.codes import Code
from server.viewers.naming import as_called

AuctionId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The auction's id.")]
Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]


def router() -> APIRouter:
    """Return the routes of auctions."""
    api = APIRouter(prefix="/v1", tags=["auctions"])
    _add_staffs(api)
    _add_viewers(api)
    api.add_api_route(
        "/shows/{show}/auctions/proof",
        prove_auctions,
        methods=["GET"],
        summary="Every bid that counted, and what came of it",
        response_class=StreamingResponse,
        responses={
            **PROOF,
            **refusals(*TO_PERMITTED, Code.NOT_FOUND),
        },
    )
    return api


def _add_staffs(api: APIRouter) -> None:
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*known, *OF_BODIES, Code.SHOW_NOT_LIVE)
    add = api.add_api_route
    add(
        "/shows/{show}/auctions",
        list_auctions,
        methods=["GET"],
        summary="The auctions of a show",
        responses=refusals(*known),
    )
    add(
        "/shows/{show}/auctions",
        prepare_auction,
        methods=["POST"],
        status_code=201,
        summary="Prepare an auction",
        responses=refusals(*sent, Code.KEY_REUSED),
    )
    add(
        "/auctions/{auction}", get_auction, methods=["GET"], summary="One auction", responses=refusals(*known)
    )
    add(
        "/auctions/{auction}",
        change_auction,
        methods=["PUT"],
        summary="Change an auction that never ran",
        responses=refusals(*sent, Code.CONFLICT) | STALE,
    )
    add(
        "/auctions/{auction}",
        remove_auction,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Remove an auction that never ran",
        responses=refusals(*known, Code.CONFLICT) | STALE,
    )


def _add_viewers(api: APIRouter) -> None:
    asked = (
        Code.UNAUTHENTICATED,
        Code.TOKEN_EXPIRED,
        Code.FORBIDDEN,
        Code.GUESTS_REFUSED,
        Code.NOT_FOUND,
    )
    bid = (Code.AUCTION_CLOSED, Code.OUTBID, Code.ALREADY_LEADING, Code.BIDDING_BLOCKED, Code.TOO_MANY)
    away = (Code.UNAVAILABLE, Code.KEY_REUSED, Code.BUSY, Code.TOO_FAST, Code.BAD_JSON, Code.TOO_LARGE)
    api.add_api_route(
        "/shows/{show}/auctions/{auction}/bids",
        place_bid,
        methods=["POST"],
        status_code=201,
        summary="Bid",
        responses=refusals(*asked, *bid, *away),
    )
    api.add_api_route(
        "/shows/{show}/bids",
        list_own_bids,
        methods=["GET"],
        summary="One's own bids",
        responses=refusals(*asked, Code.UNAVAILABLE),
    )


async def list_auctions(
    show: ShowId, by: Annotated[Principal, reader_of_show(MEMBERS, "stats:read")], request: Request
) -> AuctionList:
    """For the channel's staff and analysts: with who bids, by number and name, and who may buy what they won."""
    found = await _auctions(request).list_of(show, by.channel_id)
    return AuctionList(auctions=[as_body(each) for each in found])


async def get_auction(
    auction: AuctionId,
    by: Annotated[Principal, permitted(MEMBERS, "stats:read")],
    request: Request,
    response: Response,
) -> AuctionBody:
    """For the channel's staff and analysts."""
    found = await _auctions(request).find(auction, by.channel_id)
    answer_version(response, found.auction.version)
    return as_body(found)


async def prepare_auction(
    *,
    show: ShowId,
    body: AuctionRequest,
    by: Annotated[Principal, member_of_show(RUNNERS, "shows:write")],
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> AuctionBody:
    """For hosts and admins, before and during the show. Nobody else sees it before it is started."""
    intent = intent_of(
        by.id, key, "POST /v1/shows/auctions", by.channel_id, show, body.model_dump(mode="json")
    )
    made = await _auctions(request).prepare(show, by.channel_id, acting_by(by), terms_of(body), intent=intent)
    answer_version(response, made.version)
    return as_body(Seen(made))


async def change_auction(
    *,
    auction: AuctionId,
    body: AuctionRequest,
    by: Runner,
    request: Request,
    response: Response,
    match: IfMatch,
) -> AuctionBody:
    """For hosts and admins. The whole auction is sent."""
    changed = await _auctions(request).change(
        auction, by.channel_id, acting_by(by), terms_of(body), match.shown_by(as_body)
    )
    answer_version(response, changed.version)
    return as_body(Seen(changed))


async def remove_auction(auction: AuctionId, by: Runner, request: Request, match: IfMatch) -> None:
    """For hosts and admins."""
    await _auctions(request).remove(auction, by.channel_id, acting_by(by), match.shown_by(as_body))


async def place_bid(
    show: ShowId,
    auction: AuctionId,
    body: BidRequest,
    key: IdempotencyKey,
    identity: EntrantOfShow,
    *,
    request: Request,
) -> BidBody:
    """Sends the bid once it is committed. Repeating the request with the same key is safe, and gets the first answer."""
    await pacing.spend(request, Act.BID, viewer=identity.viewer_id)
    wanted = Wanted(
        auction,
        identity.viewer_id,
        body.max,
        name=(await as_called(request, show, identity)).name,
        guest=identity.guest,
        staff=identity.role != "viewer",
    )
    intent = intent_of(identity.viewer_id, key, "POST /v1/shows/auctions/bids", show, auction, body.max)
    assert intent is not None, "the key is required"
    return as_taken(await _auctions(request).bid(show, wanted, intent=intent))


async def list_own_bids(show: ShowId, identity: EntrantOfShow, request: Request) -> OwnBids:
    """Also what the viewer bid as a guest of the show, before they signed in."""
    found = await _auctions(request).list_own(show, identity.viewer_id)
    return OwnBids(
        bids=[
            OwnBidBody(auction=id, bidder=number, max=max_minor, leading=leading)
            for id, number, max_minor, leading in found
        ]
    )


async def prove_auctions(
    show: ShowId,
    by: Annotated[Principal, reader_of_show(RUNNERS, "orders:read")],
    request: Request,
    *,
    format: ProofFormat = "csv",
) -> StreamingResponse:
    """For hosts and admins: each auction that ran, its bids, its end and who may buy, in order. Mosts are told once it is over."""
    read = partial(read_proof, show_id=show)
    return await proof_answer(request, by.id, name=f"{show}-auctions", format=format, kind=Line, read=read)


def _auctions(request: Request) -> Auctions:
    return cast("Auctions", request.app.state.auctions)
