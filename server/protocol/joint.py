"""What may be said in shows that are held as one, pure: people talk in the leading one alone, and partners' staff moderate there."""

from typing import Final, get_args

from server.protocol.command_kinds import Command
from server.protocol.commands import AnyCommand


def _kinds(tags: str) -> frozenset[type[Command]]:
    """Return the commands with these tags; raises `KeyError` for a tag that no command has."""
    kinds = {kind.__struct_config__.tag: kind for kind in get_args(AnyCommand)}
    return frozenset(kinds[tag] for tag in tags.split())


TALK: Final = _kinds("react ask vote comment comment.react announce survey.open poll.open giveaway.open")
"""What is said to everybody: not in a show that is held in another one."""

FOR_PARTNERS: Final = _kinds(
    # what every viewer may
    "join playing ping click impression share react ask vote question.withdraw comment comment.withdraw comment.react report"
    " survey.answer survey.shown poll.vote poll.see giveaway.enter giveaway.claim"
    " buy hold hold.exchange hold.release pay pay.cancel waitlist.join waitlist.leave offer.see bid"
    # to moderate what people say
    " announce announce.remove comment.approve comment.remove comment.undo comment.to_question report.settle"
    " question.approve question.answer question.answering question.hold question.begin question.undo question.merge question.label"
    " question.many question.claim question.release question.dismiss question.restore question.pin question.unpin"
    " question.stage question.unstage"
)
"""What staff of another channel may do in a show that is held together; the rest of the host's side is the channel's own."""
