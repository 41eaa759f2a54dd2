"""The lines about viewers' own posts; see `lines`, which says how such structs are used."""

from msgspec import Struct

from server.protocol.lines import Push, Reply
from server.protocol.posted import OwnPost, Post


class PostPlaced(Reply, frozen=True, tag="ok"):
    """Whether the post stands before the show's viewers now."""

    post: str
    shown: bool


class PostShown(Push, frozen=True, tag="post.shown"):
    """The host shows a post, in the place of whichever was shown."""

    post: Post


class PostHidden(Push, frozen=True, tag="post.hidden"):
    """The host shows the post no more; beside its product it stays."""

    post: str


class PostRemoved(Push, frozen=True, tag="post.removed"):
    """Staff took the post down, or its author took it back: it is neither shown nor beside its product any more."""

    post: str


class StaffPostsWaiting(Push, frozen=True, tag="posts.waiting"):
    """So many of the posts that were sent in this show wait for a moderator."""

    waiting: int


class PostOwn(Struct, frozen=True, tag_field="type", tag="post.own"):
    """Told to its author alone: how their post stands now."""

    post: OwnPost
