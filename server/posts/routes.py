"""Viewers' own posts over HTTP: sent, read and taken back by viewers, moderated by staff."""

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request, Response

from server.access.dependencies import (
    CurrentIdentity,
    EntrantOfShow,
    OptionalIdentity,
    ShowId,
    require_entry_to,
)
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import STAFF
from server.audit.trail import acting_by
from server.http import pacing
from server.http.params import ENTITY_ID, Cursor, EntityId, Limit, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.pace.rates import Act
from server.posts.bodies import (
    OwnPostBody,
    OwnPosts,
    PostPage,
    PostRequest,
    ReasonRequest,
    StaffPostBody,
    StaffPostPage,
    as_draft,
    own_body,
    public_body,
    staff_body,
)
from server.posts.rules import CONSENT, Approve, Move, Post, Reject, Remove, Restore
from server.posts.service import Posts
from server.protocol.codes import Code
from server.protocol.posted import PostState
from server.viewers.naming import as_called

ProductId = Annotated[
    str, Path(pattern=ENTITY_ID, max_length=40, description="The product's id, or a variant's.")
]
PostId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The post's id.")]
OWN_MAX = 100
Moderator = Annotated[Principal, permitted(STAFF, "catalogue:write")]


def router() -> APIRouter:
    """Return the routes of posts."""
    api = APIRouter(prefix="/v1", tags=["posts"])
    entering = (*TO_PERMITTED, Code.NOT_FOUND, Code.GUESTS_REFUSED, Code.BANNED)
    moderating = (*TO_PERMITTED, Code.NOT_FOUND, Code.CONFLICT)
    sending = (Code.CONSENT_NEEDED, Code.TEXT_REFUSED, Code.MUTED, Code.TOO_MANY, Code.SHOW_NOT_LIVE)
    add = api.add_api_route
    add(
        "/shows/{show}/posts",
        send_post,
        methods=["POST"],
        status_code=201,
        summary="Send a post about a product",
        responses=refusals(*entering, *sending, *OF_BODIES, Code.KEY_REUSED),
    )
    add(
        "/posts/own",
        list_own,
        methods=["GET"],
        summary="The viewer's own posts",
        responses=refusals(*TO_PERMITTED),
    )
    add(
        "/posts/{post}",
        read_post,
        methods=["GET"],
        summary="One post, for moderation",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    add(
        "/shows/{show}/posts/{product}",
        list_approved,
        methods=["GET"],
        summary="Viewers' posts about a product",
        responses=refusals(*entering),
    )
    add(
        "/posts/{post}",
        withdraw_post,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Take one's own post back",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND),
    )
    add(
        "/posts",
        list_queue,
        methods=["GET"],
        summary="The channel's viewers' posts, for moderation",
        responses=refusals(*TO_PERMITTED),
    )
    for name, move, summary in _PLAIN:
        add(
            f"/posts/{{post}}/{name}",
            moving_by(move),
            methods=["POST"],
            summary=summary,
            responses=refusals(*moderating) | STALE,
            operation_id=f"{name}_post",
        )
    for name, reasoned, summary in _REASONED:
        add(
            f"/posts/{{post}}/{name}",
            moving_for(reasoned),
            methods=["POST"],
            summary=summary,
            responses=refusals(*moderating, *OF_BODIES) | STALE,
            operation_id=f"{name}_post",
        )
    return api


_PLAIN: tuple[tuple[str, type[Approve | Restore], str], ...] = (
    ("approve", Approve, "Let everybody see a post"),
    ("restore", Restore, "Have a post wait again"),
)
_REASONED: tuple[tuple[str, type[Reject | Remove], str], ...] = (
    ("reject", Reject, "Do not show a post"),
    ("remove", Remove, "Take a post down"),
)


async def send_post(
    *,
    show: ShowId,
    body: PostRequest,
    viewer: EntrantOfShow,
    request: Request,
    key: OptionalKey = None,
) -> OwnPostBody:
    """For viewers, before, during and after a show. It waits for a moderator. The same key gets the same post again."""
    await pacing.spend(request, Act.POST, viewer=viewer.viewer_id)
    place = "POST /v1/shows/{show}/posts"
    intent = intent_of(viewer.viewer_id, key, place, show, body.model_dump(mode="json"))
    called = await as_called(request, show, viewer)
    return own_body(await _posts(request).send(show, called, as_draft(body), intent=intent))


async def list_own(
    viewer: CurrentIdentity,
    request: Request,
    response: Response,
    product: Annotated[EntityId | None, Query(description="Only posts about this product.")] = None,
    cursor: Cursor = None,
) -> OwnPosts:
    """For the bearer of the token alone, also when they may enter no show any more: what they sent in any show."""
    response.headers["Cache-Control"] = "no-store"
    found = await _posts(request).own(viewer, product, after=cursor, limit=OWN_MAX + 1)
    page = [own_body(post) for post in found[:OWN_MAX]]
    return OwnPosts(posts=page, consent=CONSENT, next=page[-1].id if len(found) > OWN_MAX else None)


async def read_post(post: PostId, by: Moderator, request: Request, response: Response) -> StaffPostBody:
    """For moderators, hosts and admins, with its version as `ETag`; one that was taken back is not found."""
    response.headers["Cache-Control"] = "no-store"
    posts = _posts(request)
    found, places = await posts.find(by.channel_id, post)
    answer_version(response, found.version)
    return staff_body(posts.face(found, places))


async def list_approved(
    *,
    show: ShowId,
    product: ProductId,
    identity: OptionalIdentity,
    request: Request,
    response: Response,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> PostPage:
    """For whoever may enter the show: what staff have approved, the newest first."""
    await require_entry_to(show, request, identity)
    found = await _posts(request).approved(show, product, after=cursor, limit=limit + 1)
    response.headers["Vary"] = "Authorization"
    response.headers["Cache-Control"] = f"{'public' if identity is None else 'private'}, max-age=1"
    page = [public_body(post) for post in found[:limit]]
    return PostPage(posts=page, next=page[-1].id if len(found) > limit else None)


async def withdraw_post(post: PostId, viewer: CurrentIdentity, request: Request) -> None:
    """For its author, whatever became of them or of it: nothing of it is kept but that they had agreed, and its picture is deleted."""
    await _posts(request).withdraw(viewer, post)


async def list_queue(
    *,
    by: Moderator,
    request: Request,
    response: Response,
    state: Annotated[PostState | None, Query(description="Only posts in this state.")] = None,
    product: Annotated[EntityId | None, Query(description="Only posts about this product.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> StaffPostPage:
    """For moderators, hosts and admins, the newest first; without those that were taken back."""
    response.headers["Cache-Control"] = "no-store"
    posts = _posts(request)
    found = await posts.queue(by.channel_id, state, product, after=cursor, limit=limit + 1)
    page = [staff_body(posts.face(post, found.places.get(post.id, ()))) for post in found.posts[:limit]]
    return StaffPostPage(
        posts=page, waiting=found.waiting, next=page[-1].id if len(found.posts) > limit else None
    )


def moving_by(move: type[Approve | Restore]) -> Callable[..., Awaitable[StaffPostBody]]:
    """Return the route of a move without a reason."""

    async def moderate(
        post: PostId, by: Moderator, *, match: IfMatch, request: Request, response: Response
    ) -> StaffPostBody:
        return await _move(post, by, move(), match=match, request=request, response=response)

    moderate.__doc__ = "For moderators, hosts and admins. Its author is told."
    return moderate


def moving_for(move: type[Reject | Remove]) -> Callable[..., Awaitable[StaffPostBody]]:
    """Return the route of a move with a reason."""

    async def moderate(
        post: PostId,
        body: ReasonRequest,
        by: Moderator,
        *,
        match: IfMatch,
        request: Request,
        response: Response,
    ) -> StaffPostBody:
        return await _move(post, by, move(body.reason), match=match, request=request, response=response)

    moderate.__doc__ = "For moderators, hosts and admins. Its author is told, with the reason."
    return moderate


async def _move(
    post: str, by: Principal, move: Move, *, match: IfMatch, request: Request, response: Response
) -> StaffPostBody:
    posts = _posts(request)

    def as_staff(found: Post) -> StaffPostBody:
        return staff_body(posts.face(found))

    moved = await posts.moderate(by.channel_id, acting_by(by), post, move, match.shown_by(as_staff))
    answer_version(response, moved.version)
    return as_staff(moved)


def _posts(request: Request) -> Posts:
    return cast("Posts", request.app.state.posts)
