"""Planning shows over HTTP, for the studio and for the shop's own programs: changing, steps, copies, line-ups, people."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import ShowId
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.audit.trail import acting_by
from server.http.params import EntityId, OptionalKey, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, Match, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.protocol.pushes import Show
from server.shows.bodies import ShowBody, ShowChanges
from server.shows.line_up_repository import LineUpItem, ShowStaff, StaffPart
from server.shows.planning import Planning
from server.shows.rules import LINE_UP_MAX, STAFF_MAX, Step
from server.shows.service import Shows

Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]
PRICE_MAX = 100_000_000_000


class LineUpItemRequest(RequestBody):
    """A product, or one variant of it, in a show."""

    product: EntityId
    price: int | None = Field(
        default=None,
        ge=0,
        le=PRICE_MAX,
        description="Its price in the show, in minor units; null: its own. A product's is that of all its variants.",
    )


class LineUpRequest(RequestBody):
    """What the show is to sell, in this order; none: the channel's whole catalogue."""

    products: list[LineUpItemRequest] = Field(max_length=LINE_UP_MAX)


class LineUpItemBody(BaseModel):
    """A product, or one variant of it, in a show."""

    product: str
    price: int | None
    variant_of: str | None = Field(description="Of a variant the product that it is one of.")


class LineUpBody(BaseModel):
    """What a show sells, in order; empty where it sells the channel's whole catalogue. `version` is the show's."""

    products: list[LineUpItemBody]
    version: int


class ShowStaffItem(RequestBody):
    """Somebody who is meant to host or moderate the show."""

    person: EntityId
    part: StaffPart


class ShowStaffRequest(RequestBody):
    """Who is meant to host and moderate the show. What they may do comes from their role in the channel."""

    staff: list[ShowStaffItem] = Field(max_length=STAFF_MAX)


class ShowStaffBody(BaseModel):
    """Who is meant to host and moderate a show. `version` is the show's."""

    staff: list[ShowStaffItem]
    version: int


def router() -> APIRouter:
    """Return the routes of planning."""
    api = APIRouter(prefix="/v1/shows/{show}", tags=["shows"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    sent = (*known, *OF_BODIES)
    add = api.add_api_route
    add("", change_show, methods=["PATCH"], summary="Change a show", responses=refusals(*sent) | STALE)
    for step, summary in _STEPS.items():
        codes = (*known, Code.CONFLICT, *((Code.SHOW_NOT_LIVE,) if step == "end" else ()))
        add(
            f"/{step}",
            stepping(step),
            methods=["POST"],
            summary=summary,
            responses=refusals(*codes),
            operation_id=f"{step}_show",
        )
    add(
        "/copy",
        copy_show,
        methods=["POST"],
        status_code=201,
        summary="A draft like this show",
        responses=refusals(*known, Code.KEY_REUSED),
    )
    for archived, path, summary in _LISTINGS:
        add(
            path,
            archiving(archived),
            methods=["POST"],
            summary=summary,
            responses=refusals(*known, Code.CONFLICT),
            operation_id=f"{path[1:]}_show",
        )
    add(
        "/line-up", get_line_up, methods=["GET"], summary="What a show is to sell", responses=refusals(*known)
    )
    add(
        "/line-up",
        put_line_up,
        methods=["PUT"],
        summary="Give a show another line-up",
        responses=refusals(*sent) | STALE,
    )
    add(
        "/staff",
        get_staff,
        methods=["GET"],
        summary="Who is meant to host and moderate",
        responses=refusals(*known),
    )
    add(
        "/staff",
        put_staff,
        methods=["PUT"],
        summary="Say who is meant to host and moderate",
        responses=refusals(*sent) | STALE,
    )
    return api


_STEPS: dict[Step, str] = {
    "schedule": "Let everybody see a draft; end a rehearsal; take a cancelling back",
    "rehearse": "Begin a rehearsal, which staff alone see",
    "start": "Start a show",
    "end": "End a show",
    "cancel": "Cancel a show",
}
_LISTINGS = (
    (True, "/archive", "Take a show out of the lists"),
    (False, "/restore", "Put an archived show back into the lists"),
)


async def change_show(
    show: ShowId, body: ShowChanges, by: Runner, *, match: IfMatch, request: Request, response: Response
) -> ShowBody:
    """For hosts and admins. What is not sent stays. Whoever has the show open sees the change at once."""
    changed = await _planning(request).change(
        show, by.channel_id, acting_by(by), body.as_columns(), _shown(match)
    )
    return _answer(response, changed)


def stepping(step: Step) -> Callable[..., Awaitable[ShowBody]]:
    """Return the route of a step."""

    async def take(show: ShowId, by: Runner, request: Request, response: Response) -> ShowBody:
        shows = cast("Shows", request.app.state.shows)
        return _answer(response, await shows.step(show, acting_by(by), step, by.channel_id))

    take.__doc__ = "For hosts and admins. A step that was taken before changes nothing."
    return take


def archiving(archived: bool) -> Callable[..., Awaitable[ShowBody]]:
    """Return the route that takes a show out of the lists, or puts it back."""

    async def list_otherwise(show: ShowId, by: Runner, request: Request, response: Response) -> ShowBody:
        planning = _planning(request)
        return _answer(
            response, await planning.archive(show, by.channel_id, acting_by(by), archived=archived)
        )

    list_otherwise.__doc__ = "For hosts and admins. Drafts, and shows that are over, may be out of the lists."
    return list_otherwise


async def copy_show(
    show: ShowId, by: Runner, request: Request, response: Response, key: OptionalKey = None
) -> ShowBody:
    """For hosts and admins. The draft has the plan, the line-up and the people, and no time. The same key gets it again."""
    intent = intent_of(by.id, key, "POST /v1/shows/copy", by.channel_id, show)
    copied = await _planning(request).copy(show, by.channel_id, acting_by(by), intent=intent)
    response.headers["Location"] = f"/v1/shows/{copied.id}"
    return _answer(response, copied)


async def get_line_up(show: ShowId, by: Runner, request: Request, response: Response) -> LineUpBody:
    """For hosts and admins. What viewers see of it, with titles and stock, is in the snapshot."""
    found, items = await _planning(request).line_up_of(show, by.channel_id)
    return await _answer_line_up(request, response, found, items)


async def put_line_up(
    show: ShowId, body: LineUpRequest, by: Runner, *, match: IfMatch, request: Request, response: Response
) -> LineUpBody:
    """For hosts and admins, in a live show too. What is no longer sold is no longer pinned; what was paid stays as it was."""
    items = [LineUpItem(each.product, each.price) for each in body.products]
    changed = await _planning(request).arrange(show, by.channel_id, acting_by(by), items, _shown(match))
    return await _answer_line_up(request, response, changed, items)


async def get_staff(show: ShowId, by: Runner, request: Request, response: Response) -> ShowStaffBody:
    """For hosts and admins."""
    found, staff = await _planning(request).staff_of(show, by.channel_id)
    return _answer_staff(response, found, staff)


async def put_staff(
    show: ShowId, body: ShowStaffRequest, by: Runner, *, match: IfMatch, request: Request, response: Response
) -> ShowStaffBody:
    """For hosts and admins."""
    staff = [ShowStaff(each.person, each.part) for each in body.staff]
    changed = await _planning(request).assign(show, by.channel_id, acting_by(by), staff, _shown(match))
    return _answer_staff(response, changed, staff)


def _planning(request: Request) -> Planning:
    return cast("Planning", request.app.state.planning)


def _shown(match: Match) -> Match:
    return match.shown_by(ShowBody.model_validate)


def _answer(response: Response, show: Show) -> ShowBody:
    answer_version(response, show.version)
    return ShowBody.model_validate(show)


async def _answer_line_up(
    request: Request, response: Response, show: Show, items: list[LineUpItem]
) -> LineUpBody:
    answer_version(response, show.version)
    headings = await _planning(request).headings_of(show.channel, items)
    lines = [
        LineUpItemBody(
            product=item.product_id, price=item.price_minor, variant_of=headings.get(item.product_id)
        )
        for item in items
    ]
    return LineUpBody(products=lines, version=show.version)


def _answer_staff(response: Response, show: Show, staff: list[ShowStaff]) -> ShowStaffBody:
    answer_version(response, show.version)
    return ShowStaffBody(
        staff=[ShowStaffItem(person=each.person_id, part=each.part) for each in staff], version=show.version
    )
