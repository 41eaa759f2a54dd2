"""How a comment looks to those who read it: to everybody who was shown it, to staff, and to its writer. Pure."""

from typing import Any

from server.clock import to_wire
from server.comments.rules import Comment
from server.protocol import commented
from server.text.names import guest_number


def as_public(comment: Comment) -> commented.Comment:
    """Return the comment as everybody may see it; it must have been shown."""
    assert comment.place is not None, "viewers see what they were shown"
    return commented.Comment(n=comment.place, **_common(comment))


def as_staff(comment: Comment) -> commented.StaffComment:
    """Return the comment as staff see it."""
    return commented.StaffComment(
        n=comment.staff_place or 0,
        state=comment.state,
        version=comment.version,
        shown=comment.place,
        before=comment.state_before,
        reason=comment.reason,
        moderated_by=comment.moderated_by,
        shadow=comment.shadow,
        **_common(comment),
    )


def as_own(comment: Comment) -> commented.OwnComment:
    """Return the comment as its writer sees it: nothing says that it stands in a shadow."""
    return commented.OwnComment(
        state=comment.state,
        version=comment.version,
        reason=comment.reason if comment.state == "removed" else None,
        **_common(comment),
    )


def _common(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "text": comment.text,
        "author": comment.author,
        "at": to_wire(comment.at),
        "role": None if comment.role == "viewer" else comment.role,
        "guest": guest_number(comment.author),
        "reactions": dict(comment.reactions),
        "question": comment.question_id,
    }
