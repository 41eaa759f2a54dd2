"""Lines over HTTP, for a show's staff: who waits, who has it now, and closing a line."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from server.access.dependencies import ShowId, member_of_show, reader_of_show
from server.access.principal import Principal
from server.access.roles import STAFF
from server.audit.trail import acting_by
from server.clock import to_wire
from server.http.params import ENTITY_ID, Face, Limit, Moment, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.protocol.waitlist_lines import PlaceState
from server.text.names import default_name, guest_number
from server.waitlist.lines import Lines
from server.waitlist.lines_repository import Line

ProductId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="A product, or variant.")]
After = Annotated[int, Query(ge=0, le=2**53, description="The `next` of the page before.")]


class LineBody(Face):
    """A product's line, over all shows of the channel."""

    product: str
    title: str
    options: dict[str, str] | None = Field(description="Of a variant: what it is of each option.")
    waiting: int = Field(description="Viewers who wait.")
    called: int = Field(description="Viewers whose turn it is.")
    closed: bool = Field(description="Nobody may join it.")


class PlaceSeenBody(Face):
    """A place that stands: whoever has a turn has a hold, which is paid until `expires_at`."""

    place: str
    show: str = Field(description="In which the place was taken.")
    viewer: str
    name: str = Field(
        description="Under which they asked something in that show last, else that of a guest without one."
    )
    guest: int | None = Field(description="The number in `name`, where it is that of a guest without one.")
    quantity: int
    state: PlaceState
    joined_at: Moment
    position: int | None = Field(description="While it waits: 1 for whoever is next.")
    expires_at: Moment | None


class LineList(Face):
    """Lines in which somebody stands, and those that are closed."""

    lines: list[LineBody]


class LinePage(Face):
    """A line with a page of its places, in their order."""

    line: LineBody
    places: list[PlaceSeenBody]
    next: int | None = Field(description="Send it as `after` for the page after this one; null on the last.")


class LineRequest(RequestBody):
    """How a line is to stand."""

    closed: bool


def router() -> APIRouter:
    """Return the routes of lines."""
    api = APIRouter(prefix="/v1/shows/{show}/waitlists", tags=["waitlist"])
    known = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route("", list_lines, methods=["GET"], summary="Who waits for what", responses=known)
    api.add_api_route(
        "/{product}", read_line, methods=["GET"], summary="The line of one product", responses=known
    )
    api.add_api_route(
        "/{product}",
        set_line,
        methods=["PUT"],
        summary="Close a line, or open it again",
        responses=refusals(*TO_PERMITTED, *OF_BODIES, Code.NOT_FOUND, Code.BUSY),
    )
    return api


Reader = Annotated[Principal, reader_of_show(STAFF, "orders:read")]
Staff = Annotated[Principal, member_of_show(STAFF, "shows:write")]


async def list_lines(show: ShowId, by: Reader, request: Request) -> LineList:
    """Of all products of the show's channel: a line is the product's, whichever show the place was taken in."""
    found = await _lines(request).list_of(by.channel_id)
    return LineList(lines=[as_body(each) for each in found])


async def read_line(
    show: ShowId, product: ProductId, by: Reader, request: Request, *, limit: Limit = 50, after: After = 0
) -> LinePage:
    """Whose turn it is, until when, and who waits, in the order in which they joined."""
    line, places = await _lines(request).read(by.channel_id, product, after=after, limit=limit)
    shown = [
        PlaceSeenBody(
            place=each.id,
            show=each.show_id,
            viewer=each.viewer_id,
            name=(name := each.name or default_name(each.viewer_id)),
            guest=guest_number(name),
            quantity=each.quantity,
            state=each.state,
            joined_at=to_wire(each.joined_at),
            position=each.position,
            expires_at=None if each.expires_at is None else to_wire(each.expires_at),
        )
        for each in places
    ]
    return LinePage(line=as_body(line), places=shown, next=places[-1].nr if len(places) == limit else None)


async def set_line(
    show: ShowId, product: ProductId, body: LineRequest, by: Staff, request: Request
) -> LineBody:
    """To close it ends the places that wait, and tells each of them; whose turn it is keeps it for the time that was promised.

    Nobody may join it then, in any show, until it is opened again. One that stands so already stays as it is.
    """
    line = await _lines(request).switch(show, by.channel_id, acting_by(by), product, closed=body.closed)
    return as_body(line)


def as_body(line: Line) -> LineBody:
    """Return a line as the API shows it."""
    return LineBody(
        product=line.product_id,
        title=line.title,
        options=line.options,
        waiting=line.waiting,
        called=line.called,
        closed=line.closed,
    )


def _lines(request: Request) -> Lines:
    return cast("Lines", request.app.state.lines)
