"""Pictures over HTTP: sent and listed by the channel's side, seen by everybody."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.clock import to_wire
from server.errors import RefusedError
from server.http.params import Cursor, Face, Limit, Moment
from server.http.refusals import TO_PERMITTED, refusals
from server.http.uploads import read_body
from server.pictures.rules import CARD, MEDIA_TYPES, WIDTHS, address_of, file_of
from server.pictures.service import Pictures
from server.pictures.tables import PictureRow
from server.protocol.codes import Code

Reader = Annotated[Principal, permitted(RUNNERS, "catalogue:read")]
Writer = Annotated[Principal, permitted(RUNNERS, "catalogue:write")]
PictureId = Annotated[str, Path(pattern=r"^[0-9a-f]{40}$", description="The picture's id.")]
FOR_GOOD = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""A shop's page of another origin may show them too, and nothing in them is ever carried out."""
_KINDS = ("image/jpeg", "image/png", "image/webp", "image/avif")
A_PICTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS},
    }
}


class PictureBody(Face):
    """A picture of the channel."""

    id: str
    address: str = Field(description="What a product's `image` or a show's cover holds.")
    addresses: dict[str, str] = Field(description="By the width in pixels that each has at most; WebP.")
    card: str = Field(description="A JPEG for link previews.")
    width: int = Field(description="As it came, upright.")
    height: int
    bytes: int = Field(description="As it came.")
    created_at: Moment


class PicturePage(Face):
    """Some pictures, the newest first."""

    pictures: list[PictureBody]
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


def router() -> APIRouter:
    """Return the routes of pictures."""
    api = APIRouter(tags=["pictures"])
    api.add_api_route(
        "/v1/pictures",
        send_picture,
        methods=["POST"],
        status_code=201,
        summary="Send a picture",
        openapi_extra=A_PICTURE,
        responses={
            200: {"model": PictureBody, "description": "The channel has it already."},
            **refusals(
                *TO_PERMITTED, Code.PICTURE_UNREADABLE, Code.PICTURE_TOO_LARGE, Code.TOO_LARGE, Code.BUSY
            ),
        },
    )
    api.add_api_route(
        "/v1/pictures",
        list_pictures,
        methods=["GET"],
        summary="The channel's pictures",
        responses=refusals(*TO_PERMITTED),
    )
    api.add_api_route(
        "/v1/pictures/{picture}",
        get_picture,
        methods=["GET"],
        summary="One picture",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    api.add_api_route(
        "/pictures/{name}", show_picture, methods=["GET"], include_in_schema=False, response_model=None
    )
    return api


def _pictures(request: Request) -> Pictures:
    return cast("Pictures", request.app.state.pictures)


async def send_picture(by: Writer, request: Request, response: Response) -> PictureBody:
    """The body is the file as it is: JPEG, PNG, WebP or AVIF, told by its contents. What is kept are renderings, without its metadata.

    The same bytes twice are one picture.
    """
    pictures = _pictures(request)
    content = await read_body(request, pictures.bounds.bytes_max)
    picture, new = await pictures.add(by.channel_id, content, by=by.id)
    response.status_code = 201 if new else 200
    return as_body(picture)


async def list_pictures(
    by: Reader, request: Request, cursor: Cursor = None, limit: Limit = 50
) -> PicturePage:
    """For hosts and admins."""
    found = await _pictures(request).page(by.channel_id, after=cursor, limit=limit + 1)
    shown = found[:limit]
    return PicturePage(
        pictures=[as_body(one) for one in shown], next=shown[-1].id if len(found) > limit else None
    )


async def get_picture(picture: PictureId, by: Reader, request: Request) -> PictureBody:
    """For hosts and admins."""
    return as_body(await _pictures(request).find(by.channel_id, picture))


async def show_picture(name: str, request: Request) -> Response:
    """A rendering, for everybody and for good: its address changes with its contents."""
    if file_of(name) is None:
        raise RefusedError(Code.NOT_FOUND)
    tag = f'"{name}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={**FOR_GOOD, "ETag": tag})
    content = await _pictures(request).read(name)
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={**FOR_GOOD, "ETag": tag})


def as_body(picture: PictureRow) -> PictureBody:
    """Return the picture as the API shows it."""
    return PictureBody(
        id=picture.id,
        address=address_of(picture.id),
        addresses={str(width): address_of(picture.id, f"{width}.webp") for width in WIDTHS},
        card=address_of(picture.id, CARD),
        width=picture.width,
        height=picture.height,
        bytes=picture.bytes,
        created_at=to_wire(picture.created_at),
    )
