"""The commands about polls; the others are in `server.protocol.commands`. No I/O."""

from typing import Annotated

from msgspec import Meta

from server.protocol.command_kinds import EntityId, Keyed, Passing, Version

Choice = Annotated[int, Meta(ge=0, le=9)]


class PollVote(Keyed, tag="poll.vote"):
    """`choices` from 0; `version`: of the poll that the voter saw."""

    poll: EntityId
    choices: Annotated[list[Choice], Meta(min_length=1, max_length=10)]
    version: Version | None = None


class PollSee(Passing, tag="poll.see"):
    poll: EntityId


class PollOpen(Keyed, tag="poll.open"):
    poll: EntityId
    version: Version | None = None


class PollClose(Keyed, tag="poll.close"):
    poll: EntityId
    version: Version | None = None


class PollHide(Keyed, tag="poll.hide"):
    poll: EntityId
    version: Version | None = None


PollCommand = PollVote | PollSee | PollOpen | PollClose | PollHide
