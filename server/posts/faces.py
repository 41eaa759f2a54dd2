"""How a post looks to those who read it: to everybody, to staff, and to its author. Pure."""

from collections.abc import Sequence
from typing import Any

from server.clock import to_wire
from server.pictures.rules import SHOWN_WIDTH
from server.posts.rules import Post
from server.protocol import posted
from server.text.names import guest_number

PREFIX = "posts"
"""Pictures of posts lie apart from those of merchants: another route answers for them."""


def address_of(picture_id: str) -> str:
    """Return where a browser finds the picture of an approved post on this server."""
    return f"/{PREFIX}/{picture_id}-{SHOWN_WIDTH}.webp"


def as_public(post: Post) -> posted.Post:
    """Return a post as everybody reads it; staff must have approved it."""
    assert post.state == "approved", "viewers see nothing that staff have not approved"
    picture = None if post.picture is None else address_of(post.picture.id)
    return posted.Post(picture=picture, **_common(post))


def as_own(post: Post) -> posted.OwnPost:
    """Return a post as its author reads it."""
    return posted.OwnPost(**_standing(post))


def as_staff(post: Post, shown_in: Sequence[str] = ()) -> posted.StaffPost:
    """Return a post as staff read it; `shown_in`: in which shows it is before everybody's eyes."""
    return posted.StaffPost(
        moderated_by=post.moderated_by,
        held_for=list(post.held_for),
        shown_in=list(shown_in),
        **_standing(post),
    )


def _common(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "product": post.product_id,
        "text": post.text,
        "author": post.author,
        "at": to_wire(post.at),
        "guest": guest_number(post.author),
        "width": post.picture and post.picture.width,
        "height": post.picture and post.picture.height,
    }


def _standing(post: Post) -> dict[str, Any]:
    return {
        **_common(post),
        "show": post.show_id,
        "state": post.state,
        "version": post.version,
        "picture": post.picture is not None,
        "reason": post.reason,
    }
