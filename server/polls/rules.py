"""What a poll may be, who may vote in it, and how votes add up, pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.polled import PollEnd, PollKind, PollResults, PollState
from server.text import clean_line

QUESTION_CHARACTERS_MAX: Final = 200
CHOICE_CHARACTERS_MAX: Final = 80
CHOICES_MAX: Final = 10
SECONDS_MIN: Final = 5
SECONDS_MAX: Final = 24 * 3600
PER_SHOW_MAX: Final = 100
TOLD_EVERY: Final = timedelta(milliseconds=500)
"""Counts are published at most so often, however many vote."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a poll asks, clean. `right`: of a quiz; `seconds`: how long it is open, None: until the host's side closes it."""

    kind: PollKind
    question: str
    choices: tuple[str, ...]
    picks_min: int = 1
    picks_max: int = 1
    right: int | None = None
    results: PollResults = "voted"
    changeable: bool = False
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many took each choice, how many people that were, and how many votes are in neither."""

    counts: tuple[int, ...]
    voters: int = 0
    apart: int = 0

    def add(self, ballot: "Ballot", by: int) -> "Tally":
        """Return the tally with a ballot put in (`by` 1) or taken out (-1)."""
        if ballot.apart:
            return replace(self, apart=self.apart + by)
        counts = tuple(n + by * (nth in ballot.choices) for nth, n in enumerate(self.counts))
        return replace(self, counts=counts, voters=self.voters + by)


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody voted, and under which of their ids; `apart`: it is kept, and in no count."""

    viewer_id: str
    choices: tuple[int, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll of a show as the server keeps it.

    `tally` is exact at any time, `told` what was published last; `untold`: they differ. `shown`: it is open, or its result is shown.
    """

    id: str
    channel_id: str
    show_id: str
    wording: Wording
    state: PollState
    version: int
    created_at: datetime
    tally: Tally
    told: Tally
    untold: bool = False
    told_at: datetime | None = None
    shown: bool = False
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    ended: PollEnd | None = None

    def takes_votes(self, now: datetime) -> bool:
        """Whether it is open, and its time is not over."""
        return self.state == "open" and (self.closes_at is None or now < self.closes_at)

    def to_be_told(self, now: datetime) -> bool:
        """Whether its newest counts are to be published by now."""
        return self.untold and (self.told_at is None or self.told_at + TOLD_EVERY <= now)


def wording_of(
    kind: PollKind,
    question: str,
    choices: Sequence[str],
    *,
    picks_min: int = 1,
    picks_max: int | None = None,
    right: int | None = None,
    results: PollResults = "voted",
    changeable: bool = False,
    seconds: int | None = None,
) -> Wording:
    """Return a clean wording; `picks_max` None: one, of `multiple` as many as there are. Raises `invalid` for one that no poll may have."""
    clean = tuple(clean_line(choice, characters_max=CHOICE_CHARACTERS_MAX) for choice in choices)
    if not 2 <= len(clean) <= CHOICES_MAX or len(set(clean)) < len(clean):
        raise RefusedError(Code.INVALID, f"A poll is between 2 to {CHOICES_MAX} different choices.")
    most = (len(clean) if kind == "multiple" else 1) if picks_max is None else picks_max
    if kind != "multiple" and (picks_min, most) != (1, 1):
        raise RefusedError(Code.INVALID, "One choice is taken in a poll of this kind.")
    if not 1 <= picks_min <= most <= len(clean):
        raise RefusedError(
            Code.INVALID, "`min` is at least 1, `max` at least `min`, and no more than choices."
        )
    if (kind == "quiz") != (right is not None) or (right is not None and not 0 <= right < len(clean)):
        raise RefusedError(Code.INVALID, "A quiz has a right choice, and nothing else has one.")
    if seconds is not None and not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise RefusedError(Code.INVALID, f"A poll is open for {SECONDS_MIN} to {SECONDS_MAX} seconds.")
    asked = clean_line(question, characters_max=QUESTION_CHARACTERS_MAX)
    return Wording(kind, asked, clean, picks_min, most, right, results, changeable, seconds)


def current_of(poll: Poll) -> dict[str, str | int]:
    """Return what a conflict says of a poll."""
    return {"state": poll.state, "version": poll.version, "voters": poll.tally.voters}


def opened(poll: Poll, now: datetime) -> Poll:
    """Return a poll that was prepared as it is once it takes votes."""
    seconds = poll.wording.seconds
    closes_at = None if seconds is None else now + timedelta(seconds=seconds)
    return replace(
        poll, state="open", shown=True, opened_at=now, closes_at=closes_at, version=poll.version + 1
    )


def closed(poll: Poll, now: datetime, ended: PollEnd) -> Poll:
    """Return an open poll as it is with its final result, all of which is told."""
    return replace(
        poll,
        state="closed",
        closed_at=now,
        ended=ended,
        version=poll.version + 1,
        told=poll.tally,
        untold=False,
    )


def hidden(poll: Poll) -> Poll:
    """Return a closed poll whose result is shown no more."""
    return replace(poll, shown=False, version=poll.version + 1)


def reworded(poll: Poll, wording: Wording) -> Poll:
    """Return the poll asking something else; raises `conflict` once somebody voted or it is closed. Its time runs from its opening."""
    voters = poll.tally.voters + poll.tally.apart
    if voters or poll.state == "closed":
        raise RefusedError(Code.CONFLICT, "What was voted in keeps its question.", current=current_of(poll))
    empty = Tally((0,) * len(wording.choices))
    closes_at = None
    if poll.opened_at is not None and wording.seconds is not None:
        closes_at = poll.opened_at + timedelta(seconds=wording.seconds)
    return replace(
        poll, wording=wording, tally=empty, told=empty, closes_at=closes_at, version=poll.version + 1
    )


def check_choices(wording: Wording, choices: Sequence[int]) -> tuple[int, ...]:
    """Return what is voted for, in order; raises `invalid` where the poll has no such choice, or asks for more or fewer."""
    taken = tuple(sorted(set(choices)))
    if len(taken) < len(choices) or any(not 0 <= nth < len(wording.choices) for nth in taken):
        raise RefusedError(Code.INVALID, "The poll has no such choices.")
    if not wording.picks_min <= len(taken) <= wording.picks_max:
        raise RefusedError(
            Code.INVALID,
            "The poll asks for more choices, or fewer.",
            min=wording.picks_min,
            max=wording.picks_max,
        )
    return taken


class Box:
    """The polls of one transaction, and the ballots of those who vote in it; `known` by poll and person."""

    def __init__(
        self, polls: Mapping[str, Poll], known: Mapping[tuple[str, str], Ballot], now: datetime
    ) -> None:
        self._now = now
        self.polls = dict(polls)
        self._known = dict(known)
        self.first: set[tuple[str, str]] = set()
        """Poll and viewer of those who had not voted there before."""
        self.cast: dict[tuple[str, str], Ballot] = {}
        """What is to be kept: the newest ballot by poll and viewer."""

    def vote(
        self, poll_id: str, person: str, ballot: Ballot, *, version: int | None = None
    ) -> tuple[Poll, Ballot]:
        """Put a ballot in, in the place of the person's earlier one; return the poll and what the person has voted now.

        Raises `not_found`, `poll_closed`, `conflict` where the poll asked something else at the `version` that was seen, `invalid`, and
        `already_voted` where a vote stays.
        """
        poll = self.polls.get(poll_id)
        if poll is None or poll.state == "ready":
            raise RefusedError(Code.NOT_FOUND, "There is no such poll here.")
        if not poll.takes_votes(self._now):
            raise RefusedError(Code.POLL_CLOSED)
        if version is not None and version != poll.version:
            raise RefusedError(Code.CONFLICT, "The poll asks something else now.", current=current_of(poll))
        choices = check_choices(poll.wording, ballot.choices)
        before = self._known.get((poll_id, person))
        if before is None:
            now = replace(ballot, choices=choices)
            self.first.add((poll_id, now.viewer_id))
        elif before.choices == choices:
            return poll, before
        elif not poll.wording.changeable:
            raise RefusedError(Code.ALREADY_VOTED, choices=list(before.choices))
        else:
            now = replace(before, choices=choices, apart=ballot.apart)
        return self._keep(poll, person, before, now), now

    def _keep(self, poll: Poll, person: str, before: Ballot | None, now: Ballot) -> Poll:
        tally = poll.tally if before is None else poll.tally.add(before, -1)
        counted = replace(poll, tally=tally.add(now, 1), untold=True)
        self.polls[poll.id] = counted
        self._known[poll.id, person] = self.cast[poll.id, now.viewer_id] = now
        return counted


def as_seen_by(poll: Poll, ballot: Ballot) -> Tally:
    """Return the tally as whoever cast the ballot sees it: their own vote is in it, also where it counts apart."""
    return poll.tally.add(replace(ballot, apart=False), 1) if ballot.apart else poll.tally
