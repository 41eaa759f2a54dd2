"""FAQs over HTTP: for viewers of a show, and for the merchant's people and programs."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request, Response

from server.access.dependencies import EntrantOfShow, ShowId
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS, STAFF
from server.audit.trail import acting_by
from server.faq.bodies import (
    FaqBody,
    LikeBody,
    LikeLine,
    LikeRequest,
    LineChange,
    LineRequest,
    StaffFaqBody,
    StaffFaqLineBody,
    as_edit,
    as_line,
    as_staff_line,
)
from server.faq.rules import FaqLine
from server.faq.service import Faq
from server.http import pacing
from server.http.params import ENTITY_ID, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.pace.rates import Act
from server.protocol.codes import Code

ProductId = Annotated[
    str, Path(pattern=ENTITY_ID, max_length=40, description="The product's id, or a variant's.")
]
LineId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The line's id.")]
Reader = Annotated[Principal, permitted(STAFF, "catalogue:read")]
Writer = Annotated[Principal, permitted(RUNNERS, "catalogue:write")]


def router() -> APIRouter:
    """Return the routes of FAQs."""
    api = APIRouter(prefix="/v1", tags=["faq"])
    entering = (*TO_PERMITTED, Code.NOT_FOUND, Code.GUESTS_REFUSED, Code.BANNED)
    written = (*TO_PERMITTED, Code.NOT_FOUND, *OF_BODIES)
    of_product, one = "/products/{product}/faq", "/faq/{line}"
    add = api.add_api_route
    add(
        "/shows/{show}/faq/similar",
        find_like,
        methods=["POST"],
        summary="Answered questions like a text",
        responses=refusals(*entering, *OF_BODIES),
    )
    add(
        "/shows/{show}/faq/{line}/helped",
        tell_helped,
        methods=["POST"],
        status_code=204,
        response_class=Response,
        summary="A line answered what somebody was about to ask",
        responses=refusals(*entering, Code.TOO_FAST),
    )
    add(
        "/shows/{show}/faq/{product}",
        get_shown,
        methods=["GET"],
        summary="What was asked and answered about a product",
        responses=refusals(*entering),
    )
    add(
        of_product,
        get_all,
        methods=["GET"],
        summary="All lines of a product's FAQ",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    add(
        of_product,
        add_line,
        methods=["POST"],
        status_code=201,
        summary="A new line of a product's FAQ",
        responses=refusals(*written, Code.TOO_MANY, Code.KEY_REUSED),
    )
    add(one, change_line, methods=["PATCH"], summary="Change a line", responses=refusals(*written) | STALE)
    add(
        one,
        remove_line,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Remove a line",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND) | STALE,
    )
    return api


async def get_shown(
    show: ShowId, product: ProductId, request: Request, response: Response, viewer: EntrantOfShow
) -> FaqBody:
    """For whoever may enter the show, the newest first; a product has at most 100."""
    response.headers["Cache-Control"] = "no-store"
    lines = await _faq(request).shown(show, product)
    return FaqBody(lines=[as_line(line) for line in lines])


async def find_like(
    show: ShowId, body: LikeRequest, viewer: EntrantOfShow, request: Request, response: Response
) -> LikeBody:
    """For whoever may enter the show: what it sells has been asked before, in this show or another. The text is kept nowhere."""
    await pacing.spend(request, Act.SIMILAR, viewer=viewer.viewer_id)
    found = await _faq(request).like(show, body.text, body.product, limit=body.limit)
    response.headers["Cache-Control"] = "no-store"
    return LikeBody(
        lines=[LikeLine(likeness=round(likeness), line=as_line(line)) for line, likeness in found]
    )


async def tell_helped(show: ShowId, line: LineId, viewer: EntrantOfShow, request: Request) -> None:
    """For whoever may enter the show: the line answers what they were about to ask. Counted once for each viewer, and not for staff."""
    await pacing.spend(request, Act.VOTE, viewer=viewer.viewer_id)
    await _faq(request).count_help(show, line, viewer.viewer_id, counted=viewer.role == "viewer")


async def get_all(product: ProductId, by: Reader, request: Request, response: Response) -> StaffFaqBody:
    """For staff, and keys with `catalogue:read`: those that viewers do not see too."""
    response.headers["Cache-Control"] = "no-store"
    lines = await _faq(request).all_of(by.channel_id, product)
    helped = await _faq(request).helped(lines)
    return StaffFaqBody(lines=[as_staff_line(line) for line in lines], helped=helped)


async def add_line(
    *,
    product: ProductId,
    body: LineRequest,
    by: Writer,
    request: Request,
    response: Response,
    key: OptionalKey = None,
) -> StaffFaqLineBody:
    """For hosts and admins. The same key gets it again."""
    place = "POST /v1/products/{product}/faq"
    intent = intent_of(by.id, key, place, product, body.model_dump(mode="json"))
    line = await _faq(request).add(by.channel_id, acting_by(by), product, as_edit(body), intent=intent)
    return _tell(response, line)


async def change_line(
    *, line: LineId, body: LineChange, by: Writer, request: Request, response: Response, match: IfMatch
) -> StaffFaqLineBody:
    """For hosts and admins. No later answer in a show replaces it from then on."""
    shown = match.shown_by(as_staff_line)
    changed = await _faq(request).change(by.channel_id, acting_by(by), line, as_edit(body), shown)
    return _tell(response, changed)


async def remove_line(line: LineId, by: Writer, request: Request, match: IfMatch) -> None:
    """For hosts and admins. Where the same is answered in a show again, there is a line again."""
    await _faq(request).remove(by.channel_id, acting_by(by), line, match.shown_by(as_staff_line))


def _tell(response: Response, line: FaqLine) -> StaffFaqLineBody:
    answer_version(response, line.version)
    return as_staff_line(line)


def _faq(request: Request) -> Faq:
    return cast("Faq", request.app.state.faq)
