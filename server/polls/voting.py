"""Voting in polls: what one batch of the journal keeps and counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.errors import RefusedError
from server.hub.crowd import Doubt
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.repository import record_facts
from server.polls.repository import keep_ballots, read_ballots, read_some, update_poll
from server.polls.rules import Ballot, Box, as_seen_by
from server.polls.telling import publish_counts
from server.viewers.apart import read_suspects


@dataclass(frozen=True, slots=True)
class Voting:
    """A viewer votes; `staff` count in a rehearsal alone. `version`: of the poll that they saw; None: whichever it is."""

    viewer_id: str
    poll_id: str
    choices: tuple[int, ...]
    doubt: Doubt | None = None
    staff: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Voted:
    """What a viewer has voted now, and how the poll stands with it; `counts` None: hidden until the close."""

    poll_id: str
    choices: tuple[int, ...]
    voters: int
    counts: tuple[int, ...] | None


async def vote_many(
    tx: ShowTransaction, votes: Sequence[Voting], *, watch_seconds: float
) -> list[Voted | RefusedError]:
    """Keep and count the votes of one batch, each person's once, and publish the newest counts unless that was done just before.

    Votes of guests in doubt, and of staff, are kept and count apart. The rows and the counts are written by the same transaction.
    """
    polls = await read_some(tx.connection, tx.show_id, {vote.poll_id for vote in votes})
    doubted = ((vote.viewer_id, vote.doubt) for vote in votes)
    apart = await read_suspects(tx.connection, tx.show_id, doubted, watch_seconds)
    apart |= {vote.viewer_id for vote in votes if vote.staff and not tx.rehearsal}
    wanted = sorted({(vote.poll_id, vote.viewer_id) for vote in votes if vote.poll_id in polls})
    persons, known = await read_ballots(tx.connection, tx.show_id, wanted)
    box = Box(polls, known, tx.now)
    answers: list[Voted | RefusedError] = []
    for vote in votes:
        ballot = Ballot(vote.viewer_id, vote.choices, vote.viewer_id in apart)
        try:
            answers.append(_vote(box, vote, persons.get(vote.viewer_id, vote.viewer_id), ballot))
        except RefusedError as refused:
            answers.append(refused)
    if box.cast:
        await _keep(tx, box, {vote.viewer_id for vote in votes if vote.staff})
    return answers


def _vote(box: Box, vote: Voting, person: str, ballot: Ballot) -> Voted:
    poll, now = box.vote(vote.poll_id, person, ballot, version=vote.version)
    seen = as_seen_by(poll, now)
    counts = None if poll.wording.results == "closed" else seen.counts
    return Voted(poll.id, now.choices, seen.voters, counts)


async def _keep(tx: ShowTransaction, box: Box, staff: set[str]) -> None:
    # Not left to the transaction's end: what closes the poll in the same transaction reads the counts.
    rows = [
        {"poll_id": poll, "viewer_id": viewer, "choices": ballot.choices, "apart": ballot.apart}
        for (poll, viewer), ballot in box.cast.items()
    ]
    await keep_ballots(tx.connection, tx.show_id, rows, tx.now)
    for poll_id in sorted({poll for poll, _ in box.cast}):
        poll = box.polls[poll_id]
        await update_poll(tx.connection, publish_counts(tx, poll) if poll.to_be_told(tx.now) else poll)
    record_facts(
        tx,
        [
            Fact(tx.show_id, viewer, "poll_answer", tx.now, target=poll, staff=viewer in staff)
            for poll, viewer in sorted(box.first)
        ],
    )
