"""Looking at a poll while it is open: who has voted reads the counts, without SQL for each look."""

from collections.abc import Callable
from dataclasses import dataclass

from server.db.engine import Database
from server.errors import RefusedError
from server.polls import repository
from server.polls.rules import Poll
from server.protocol.codes import Code
from server.protocol.polled import PollState

FRESH_SECONDS = 1.0
"""How old what is told may be."""
VOTERS_KEPT_MAX = 200_000
"""Of how many votes a process remembers that they were cast; of others SQL is asked."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How a poll stands for somebody; `counts` None: hidden from them."""

    poll_id: str
    state: PollState
    voters: int
    counts: tuple[int, ...] | None


class Seeing:
    """What polls look like to viewers. That somebody voted is never taken back, so what is remembered of it stays true."""

    def __init__(self, database: Database, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._monotonic = monotonic
        self._voters: set[tuple[str, str]] = set()
        self._polls: dict[str, tuple[float, Poll | None]] = {}

    def note(self, poll_id: str, viewer_id: str) -> None:
        """Remember that the viewer has voted."""
        if len(self._voters) >= VOTERS_KEPT_MAX:
            self._voters.clear()
        self._voters.add((poll_id, viewer_id))

    async def see(self, show_id: str, viewer_id: str, poll_id: str, *, staff: bool) -> Sight:
        """Return how the poll stands for the viewer; raises `not_found` for one that was never open."""
        poll = await self._read(poll_id)
        if poll is None or poll.show_id != show_id or poll.state == "ready":
            raise RefusedError(Code.NOT_FOUND, "There is no such poll here.")
        readable = staff or poll.state == "closed" or poll.wording.results == "always"
        if not readable and poll.wording.results == "voted":
            readable = await self._has_voted(show_id, viewer_id, poll_id)
        return Sight(poll.id, poll.state, poll.tally.voters, poll.tally.counts if readable else None)

    async def _read(self, poll_id: str) -> Poll | None:
        now = self._monotonic()
        found = self._polls.get(poll_id)
        if found is None or now - found[0] >= FRESH_SECONDS:
            async with self._database.read_soon() as connection:
                found = (now, await repository.read_poll(connection, poll_id))
            self._polls = {id: each for id, each in self._polls.items() if now - each[0] < FRESH_SECONDS}
            self._polls[poll_id] = found
        return found[1]

    async def _has_voted(self, show_id: str, viewer_id: str, poll_id: str) -> bool:
        if (poll_id, viewer_id) in self._voters:
            return True
        async with self._database.read_soon() as connection:
            _, known = await repository.read_ballots(connection, show_id, [(poll_id, viewer_id)])
        if known:
            self.note(poll_id, viewer_id)
        return bool(known)
