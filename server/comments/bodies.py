"""Comments as the HTTP API shows them: to everybody, to staff, and to their writer."""

from pydantic import Field

from server.http.params import Face, Moment
from server.protocol.commented import CommentState


def _is_unset(value: object) -> bool:
    """Nothing, zero or empty: left out of the answer, as on the wire."""
    return not value


class _Written(Face):
    """What all see of a comment."""

    id: str
    text: str
    author: str
    at: Moment
    role: str | None = Field(
        default=None, exclude_if=_is_unset, description="The writer's role; absent for a viewer."
    )
    guest: int | None = Field(
        default=None, exclude_if=_is_unset, description="The number of a writer who chose no name."
    )
    reactions: dict[str, int] = Field(default={}, exclude_if=_is_unset, description="How many, by kind.")
    question: str | None = Field(
        default=None, exclude_if=_is_unset, description="The question that it became."
    )


class CommentBody(_Written):
    """A comment that viewers were shown."""

    n: int = Field(description="Its place among those that viewers were shown.")


class StaffCommentBody(_Written):
    """A comment as staff see it."""

    n: int = Field(description="Its place among those that staff are told of; 0 while it has none.")
    state: CommentState
    version: int = Field(description="Grows by 1 with each act of staff.")
    shown: int | None = Field(
        default=None, exclude_if=_is_unset, description="Its place among those that viewers were shown."
    )
    before: CommentState | None = Field(
        default=None, exclude_if=_is_unset, description="The state that `comment.undo` leads to."
    )
    reason: str | None = Field(default=None, exclude_if=_is_unset, description="Why it was removed.")
    moderated_by: str | None = Field(
        default=None, exclude_if=_is_unset, description="The name of who acted on it last."
    )
    shadow: bool = Field(
        default=False, exclude_if=_is_unset, description="Nobody but its writer and staff sees it."
    )


class OwnCommentBody(_Written):
    """A comment as its writer sees it."""

    state: CommentState
    version: int
    reason: str | None = Field(default=None, exclude_if=_is_unset, description="Why it was removed.")
