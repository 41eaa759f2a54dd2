"""Comments as the wire has them: the light stream of a live chat, of which viewers are shown a part when it comes too fast to read."""

from typing import Literal

from msgspec import Struct

CommentState = Literal["held", "open", "removed", "withdrawn"]
CommentsFor = Literal["on", "off", "known"]
"""Who may comment in a show: everybody, nobody, or nobody but signed-in viewers and staff."""


class Comment(Struct, frozen=True, omit_defaults=True):
    """A comment as everybody may see it who was shown it.

    `n`: its place among those that viewers were shown, from 1, each one more than the one before. `role` and `guest` are as a question's.
    `reactions`: by kind from how many viewers. `question`: what a moderator made of it.
    """

    id: str
    text: str
    author: str
    at: str
    n: int
    role: str | None = None
    guest: int | None = None
    reactions: dict[str, int] = {}
    question: str | None = None


class StaffComment(Struct, frozen=True, omit_defaults=True):
    """A comment as staff see it. `n`: its place among those that staff are told of; 0 while it has none.

    `shown`: its place among those that viewers were shown; absent: they were not. `before`: the state that `comment.undo` leads to.
    `shadow`: nobody else sees it but its writer, who does not know.
    """

    id: str
    text: str
    author: str
    at: str
    n: int
    state: CommentState
    version: int
    shown: int | None = None
    role: str | None = None
    guest: int | None = None
    reactions: dict[str, int] = {}
    question: str | None = None
    before: CommentState | None = None
    reason: str | None = None
    moderated_by: str | None = None
    shadow: bool = False


class OwnComment(Struct, frozen=True, omit_defaults=True):
    """A comment as its writer sees it; `reason` of one that staff removed, `question` of one that became a question."""

    id: str
    text: str
    author: str
    at: str
    state: CommentState
    version: int
    role: str | None = None
    guest: int | None = None
    reactions: dict[str, int] = {}
    question: str | None = None
    reason: str | None = None


class Comments(Struct, frozen=True):
    """The stream of a show: how many comments were `written` that everybody may see, how many of those viewers were `shown`.

    `latest`: the last 50 that they were shown (`n` above `shown` - 50), without those that are gone, the oldest first.
    """

    written: int
    shown: int
    latest: list[Comment]


class StaffComments(Struct, frozen=True):
    """The same for staff, who are `told` of more: the last 200 of those, whatever their state."""

    written: int
    shown: int
    told: int
    latest: list[StaffComment]


class CommentReactions(Struct, frozen=True):
    """The newest counts of one comment's reactions, by kind; a kind that is not there has none."""

    comment: str
    reactions: dict[str, int]
