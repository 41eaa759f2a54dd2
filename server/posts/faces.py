"""How a post looks to those who read it: to everybody, to staff, and to its author. Pure."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from server.clock import to_wire
from server.pictures.rules import SHOWN_WIDTH
from server.posts.rules import Post, is_anonymous
from server.protocol import posted
from server.text.names import guest_number

PREFIX: Final = "posts"
"""Pictures of posts lie apart from those of merchants: another route answers for them."""
PseudonymOf = Callable[[str, str], str]
"""Given a channel and a viewer, returns by which word its staff know one who does not want to be named."""


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


class StaffFace:
    """How posts look to staff, who know by a pseudonym whoever does not want to be named."""

    def __init__(self, pseudonym_of: PseudonymOf) -> None:
        self._pseudonym_of = pseudonym_of

    def __call__(self, post: Post, shown_in: Sequence[str] = ()) -> posted.StaffPost:
        """Return a post as staff read it; `shown_in`: in which shows it is before everybody's eyes."""
        standing = _standing(post) | {"author": self.name_of(post)}
        return posted.StaffPost(
            anonymous=is_anonymous(post),
            moderated_by=post.moderated_by,
            held_for=list(post.held_for),
            shown_in=list(shown_in),
            **standing,
        )

    def name_of(self, post: Post) -> str:
        """Return what staff call its author."""
        return self._pseudonym_of(post.channel_id, post.viewer_id) if is_anonymous(post) else post.author


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
