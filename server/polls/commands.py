"""Polls on the socket: each command to its service call, each result to its reply."""

from collections.abc import Callable
from typing import Final, Literal

from server.hub.crowd import Doubt
from server.pace.rates import Act
from server.pace.service import Pace
from server.polls.moving import Moving
from server.polls.seeing import Sight
from server.polls.service import Polls
from server.polls.voting import Voted, Voting
from server.protocol.codec import ok_line
from server.protocol.command_kinds import Command
from server.protocol.poll_commands import PollClose, PollHide, PollOpen, PollSee, PollVote
from server.viewers.caller import Caller, CommandTable, acting, intent_in, paced_by

_MOVES: Final[dict[type[Command], Literal["open", "closed", "hidden"]]] = {
    PollOpen: "open",
    PollClose: "closed",
    PollHide: "hidden",
}


class PollCommands:
    """The socket's way to `Polls`. Without a `pace` a viewer may vote as often as the socket's own limits allow."""

    def __init__(
        self, polls: Polls, pace: Pace | None = None, *, doubt_of: Callable[[Caller], Doubt | None]
    ) -> None:
        self._polls = polls
        self._pace = pace
        self._doubt_of = doubt_of

    def table(self) -> CommandTable:
        """Return which handler carries out which command."""
        return {
            PollVote: self.vote,
            PollSee: self.see,
            PollOpen: self.move,
            PollClose: self.move,
            PollHide: self.move,
        }

    async def vote(self, caller: Caller, command: PollVote) -> bytes | None:
        """Count the caller's vote; `too_fast` when the viewer has voted too often."""
        intent, by, show_id = intent_in(caller, command), paced_by(caller), caller.show_id
        voting = Voting(
            caller.viewer_id,
            command.poll,
            tuple(command.choices),
            self._doubt_of(caller),
            staff=caller.role != "viewer",
            version=command.version,
        )
        if self._pace is not None:
            await self._pace.spend(Act.ANSWER, by)
        voted = await self._polls.vote(show_id, voting, intent=intent)
        return None if command.id is None else _voted_line(command.id, voted)

    async def see(self, caller: Caller, command: PollSee) -> bytes | None:
        """Tell the caller how a poll stands, with the counts that they may read now."""
        sight = await self._polls.seeing.see(
            caller.show_id, caller.viewer_id, command.poll, staff=caller.role != "viewer"
        )
        return None if command.id is None else _seen_line(command.id, sight)

    async def move(self, caller: Caller, command: PollOpen | PollClose | PollHide) -> bytes | None:
        """Put a poll to everybody, take no more votes, or show its result no more."""
        moving = Moving(acting(caller), command.poll, _MOVES[type(command)], command.version)
        poll = await self._polls.move(caller.show_id, moving, intent=intent_in(caller, command))
        if command.id is None:
            return None
        return ok_line(command.id, poll=poll.id, state=poll.state, version=poll.version)


def _voted_line(id: int, voted: Voted) -> bytes:
    more = {} if voted.counts is None else {"counts": voted.counts}
    return ok_line(id, poll=voted.poll_id, choices=voted.choices, voters=voted.voters, **more)


def _seen_line(id: int, sight: Sight) -> bytes:
    more = {} if sight.counts is None else {"counts": sight.counts}
    return ok_line(id, poll=sight.poll_id, state=sight.state, voters=sight.voters, **more)
