"""Polls as the wire has them: a question with choices, put to everybody in a show, with its counts."""

from typing import Literal

from msgspec import Struct

PollKind = Literal["single", "multiple", "quiz"]
PollResults = Literal["always", "voted", "closed"]
"""Who reads the counts while a poll is open: everybody, whoever has voted, nobody but staff. Once it is closed everybody does."""
PollState = Literal["ready", "open", "closed"]
PollEnd = Literal["host", "time", "next", "show_ended"]
"""Why a poll is closed: the host's side closed it, its time was over, another one was opened, the show ended."""


class Poll(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A poll that is open, or whose result is shown.

    `min` to `max` of the `choices` are taken in a vote; with `changeable` another vote takes the place of the first until it is closed.
    `closes_at`: when it closes by itself. `voters`: how many people voted. `counts`: how many took each choice; absent while they are
    hidden. `right`, of a quiz that is closed: which choice is right, from 0. `ended`: why it is closed.
    """

    id: str
    kind: PollKind
    question: str
    choices: list[str]
    results: PollResults
    state: PollState
    version: int
    opened_at: str
    voters: int
    min: int = 1
    max: int = 1
    changeable: bool = False
    closes_at: str | None = None
    closed_at: str | None = None
    ended: PollEnd | None = None
    counts: list[int] | None = None
    right: int | None = None


class StaffPoll(Poll, frozen=True, kw_only=True, omit_defaults=True):
    """The same for staff, with all counts at any time. `apart`: how many votes are in no count, of guests in doubt and of staff."""

    apart: int
