"""What is said of comments on the live socket: journal pushes, and what is told to one viewer alone."""

from msgspec import Struct

from server.protocol.commented import (
    Comment,
    CommentReactions,
    CommentsFor,
    CommentState,
    OwnComment,
    StaffComment,
)
from server.protocol.lines import Push, Reply


class Commented(Reply, frozen=True, tag="ok"):
    """The comment is kept: `open`, or `held` until a moderator approves it. `at`: when, as everybody reads it."""

    comment: str
    state: CommentState
    at: str


class CommentMoved(Reply, frozen=True, tag="ok"):
    """How the comment stands now; `question` of one that became a question."""

    comment: str
    state: CommentState
    version: int
    question: str | None = None


class CommentReacted(Reply, frozen=True, tag="ok"):
    """The newest counts of the comment's reactions."""

    comment: str
    reactions: dict[str, int]


class CommentsSwitched(Reply, frozen=True, tag="ok"):
    """Who may comment now."""

    comments: CommentsFor


class CommentPosted(Push, frozen=True, tag="comment.posted"):
    """Comments that were written since the last push, those that viewers are shown, and the totals so far."""

    written: int
    shown: int
    comments: list[Comment]


class StaffCommentPosted(Push, frozen=True, tag="comment.posted"):
    """The same for staff, who are told of more, also of what is held."""

    written: int
    shown: int
    told: int
    comments: list[StaffComment]


class CommentChanged(Push, frozen=True, tag="comment.changed"):
    """A comment that viewers were shown, as it stands now: seen again, or become a question."""

    comment: Comment


class StaffCommentChanged(Push, frozen=True, tag="comment.changed"):
    """A comment as it stands now; viewers get `withheld` for one that they were not shown."""

    comment: StaffComment


class CommentId(Struct, frozen=True):
    """Which comment."""

    id: str


class CommentRemoved(Push, frozen=True, tag="comment.removed"):
    """A comment is to be seen no more: staff removed it, or its writer took it back."""

    comment: CommentId


class StaffCommentRemoved(Push, frozen=True, tag="comment.removed"):
    """A comment that viewers see no more, as it stands now."""

    comment: StaffComment


class CommentErased(Push, frozen=True, tag="comment.erased"):
    """The words and the writer of a comment are gone; everything else about it stays."""

    comment: Comment


class StaffCommentErased(Push, frozen=True, tag="comment.erased"):
    """The words and the writer of a comment are gone."""

    comment: StaffComment


class CommentsReacted(Push, frozen=True, tag="comment.reacted"):
    """The newest counts of the reactions to each comment; none is one whose last was taken back."""

    comments: list[CommentReactions]


class CommentOwn(Struct, frozen=True, tag_field="type", tag="comment.own"):
    """For its writer alone: how the comment stands after staff did something with it. It has no position."""

    comment: OwnComment
