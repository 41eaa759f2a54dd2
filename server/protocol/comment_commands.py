"""The commands about comments. No I/O."""

from typing import Literal

from server.protocol.command_kinds import EntityId, Keyed, Text500, Version
from server.protocol.question_commands import DismissReason

CommentReaction = Literal["heart", "clap", "fire", "laugh", "wow"]


class WriteComment(Keyed, tag="comment"):
    text: Text500


class CommentWithdraw(Keyed, tag="comment.withdraw"):
    comment: EntityId


class CommentReact(Keyed, tag="comment.react"):
    """`on` false takes it back."""

    comment: EntityId
    kind: CommentReaction = "heart"
    on: bool = True


class CommentApprove(Keyed, tag="comment.approve"):
    comment: EntityId
    version: Version | None = None


class CommentRemove(Keyed, tag="comment.remove"):
    comment: EntityId
    version: Version | None = None
    reason: DismissReason = "other"


class CommentUndo(Keyed, tag="comment.undo"):
    comment: EntityId
    version: Version | None = None


class CommentToQuestion(Keyed, tag="comment.to_question"):
    comment: EntityId
    version: Version | None = None


class CommentsSwitch(Keyed, tag="comments.switch"):
    """Who may comment from now on."""

    comments: Literal["on", "off", "known"]


CommentCommand = (
    WriteComment
    | CommentWithdraw
    | CommentReact
    | CommentApprove
    | CommentRemove
    | CommentUndo
    | CommentToQuestion
    | CommentsSwitch
)
