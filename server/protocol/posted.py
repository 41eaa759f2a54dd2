"""Viewers' own posts as the wire has them: a picture, a few words, or both, of somebody who uses a product."""

from typing import Literal

from msgspec import Struct

from server.protocol.screening_lines import HeldFor

PostState = Literal["held", "approved", "rejected", "removed", "withdrawn"]
"""`held`: it waits for a moderator, as each does at first. `withdrawn`: its author took it back, for good."""
PostReason = Literal["spam", "off_topic", "rude", "personal", "quality", "other"]
"""Why a post is not shown, or no more."""


class Post(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A post that staff have approved, as everybody reads it.

    `author` is empty where the author did not want to be named; `guest`: the number of one who chose no name. `picture`: the address of
    a rendering; `width` and `height` are those that it came with.
    """

    id: str
    product: str
    text: str
    author: str
    at: str
    guest: int | None = None
    picture: str | None = None
    width: int | None = None
    height: int | None = None


class _Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    product: str
    show: str
    text: str
    author: str
    at: str
    state: PostState
    version: int
    guest: int | None = None
    picture: bool = False
    width: int | None = None
    height: int | None = None
    reason: PostReason | None = None


class OwnPost(_Standing, frozen=True, kw_only=True, omit_defaults=True):
    """A post as its author reads it, whatever became of it. `picture`: it has one, which its author asks for by the post's id."""


class StaffPost(_Standing, frozen=True, kw_only=True, omit_defaults=True):
    """A post as staff read it. `held_for`: what the screening has against it. `shown_in`: the shows before whose viewers it stands.

    `anonymous`: its author does not want to be named; `author` is the pseudonym that they have in the channel.
    """

    anonymous: bool = False
    moderated_by: str | None = None
    held_for: list[HeldFor] = []
    shown_in: list[str] = []
