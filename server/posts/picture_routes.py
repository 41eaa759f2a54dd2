"""The pictures of posts over HTTP: sent by viewers, seen by everybody while their post is approved, by its author and staff before."""

from typing import cast

from fastapi import APIRouter, Request, Response

from server.access.dependencies import CurrentIdentity
from server.access.roles import is_staff
from server.errors import RefusedError
from server.http import pacing
from server.http.refusals import TO_PERMITTED, refusals
from server.http.uploads import read_body
from server.pace.rates import Act
from server.pictures.routes import A_PICTURE
from server.pictures.rules import MEDIA_TYPES
from server.posts.bodies import UploadBody
from server.posts.faces import PREFIX
from server.posts.pictures import PostPictures
from server.posts.routes import PostId
from server.protocol.codes import Code

_BARE = {"Content-Security-Policy": "default-src 'none'; sandbox"}
AS_LONG_AS_IT_STANDS = {
    **_BARE,
    "Cache-Control": "public, no-cache",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Whoever keeps it asks each time whether it may still be seen."""


def router() -> APIRouter:
    """Return the routes of posts' pictures."""
    api = APIRouter(tags=["posts"])
    taking = (Code.PICTURE_UNREADABLE, Code.PICTURE_TOO_LARGE, Code.TOO_LARGE, Code.BUSY, Code.TOO_FAST)
    api.add_api_route(
        "/v1/posts/pictures",
        send_picture,
        methods=["POST"],
        status_code=201,
        summary="Send a picture for a post",
        openapi_extra=A_PICTURE,
        responses=refusals(*TO_PERMITTED, *taking),
    )
    api.add_api_route(
        "/v1/posts/{post}/picture",
        get_picture,
        methods=["GET"],
        summary="The picture of a post, before everybody may see it",
        response_class=Response,
        responses={200: {"content": {"image/webp": {}}}, **refusals(*TO_PERMITTED, Code.NOT_FOUND)},
    )
    api.add_api_route(
        f"/{PREFIX}/{{name}}", show_picture, methods=["GET"], include_in_schema=False, response_model=None
    )
    return api


def _pictures(request: Request) -> PostPictures:
    return cast("PostPictures", request.app.state.post_pictures)


async def send_picture(viewer: CurrentIdentity, request: Request) -> UploadBody:
    """For viewers. The body is the file as it is: JPEG, PNG, WebP or AVIF, told by its contents.

    What is kept are renderings, without anything that the file says of its place and its maker; for an hour, until a post has it.
    """
    if is_staff(viewer.role):
        raise RefusedError(Code.FORBIDDEN, "Who works for the channel sends no viewer's posts.")
    await pacing.spend(request, Act.POST_PICTURE, viewer=viewer.viewer_id)
    content = await read_body(request, _pictures(request).bytes_max)
    return UploadBody.model_validate(
        await _pictures(request).send(viewer.channel_id, viewer.viewer_id, content)
    )


async def get_picture(post: PostId, viewer: CurrentIdentity, request: Request) -> Response:
    """For its author, and for moderators, hosts and admins: WebP, at most 640 pixels wide."""
    content = await _pictures(request).read_for(viewer, post)
    return Response(content, media_type="image/webp", headers={**_BARE, "Cache-Control": "no-store"})


async def show_picture(name: str, request: Request) -> Response:
    """A rendering, for everybody as long as its post is approved."""
    headers = {**AS_LONG_AS_IT_STANDS, "ETag": f'"{name}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        if not await _pictures(request).may_be_seen(name):
            raise RefusedError(Code.NOT_FOUND)
        return Response(status_code=304, headers=headers)
    content = await _pictures(request).read_public(name)
    return Response(content, media_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)
