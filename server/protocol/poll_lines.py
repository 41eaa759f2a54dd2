"""The lines about polls; see `lines`, which says how such structs are used."""

from server.protocol.lines import Push, Reply
from server.protocol.polled import Poll, PollState, StaffPoll


class PollVoted(Reply, frozen=True, tag="ok", omit_defaults=True):
    """The vote is kept, and counts. `voters` and `counts` as they are with it; no `counts` while they are hidden until the close."""

    poll: str
    choices: list[int]
    voters: int
    counts: list[int] | None = None


class PollSeen(Reply, frozen=True, tag="ok", omit_defaults=True):
    """How the poll stands, about a second old at most; `counts` for those who may read them now."""

    poll: str
    state: PollState
    voters: int
    counts: list[int] | None = None


class PollMoved(Reply, frozen=True, tag="ok"):
    """How the poll stands now."""

    poll: str
    state: PollState
    version: int


class PollOpened(Push, frozen=True, tag="poll.opened"):
    """A poll takes votes; whichever was shown before is shown no more. Told again when it was changed before anybody voted."""

    poll: Poll


class StaffPollOpened(Push, frozen=True, tag="poll.opened"):
    """The same for staff."""

    poll: StaffPoll


class PollCounted(Push, frozen=True, tag="poll.counted", omit_defaults=True):
    """The newest counts, a few times a second at most; `counts` where everybody reads them while the poll is open."""

    poll: str
    voters: int
    counts: list[int] | None = None


class StaffPollCounted(Push, frozen=True, tag="poll.counted"):
    """The same for staff, always with counts."""

    poll: str
    voters: int
    counts: list[int]
    apart: int


class PollClosed(Push, frozen=True, tag="poll.closed"):
    """The poll takes no more votes; these are its final counts."""

    poll: Poll


class StaffPollClosed(Push, frozen=True, tag="poll.closed"):
    """The same for staff."""

    poll: StaffPoll


class PollHidden(Push, frozen=True, tag="poll.hidden"):
    """The result of a closed poll is shown no more."""

    poll: str
