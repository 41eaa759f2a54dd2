"""Voting: what counts, and what counts apart."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from server.errors import RefusedError
from server.hub.crowd import Doubt
from server.journal.transaction import ShowTransaction
from server.ledger.entries import Fact
from server.ledger.repository import record_facts
from server.protocol.codes import Code
from server.protocol.pushes import QuestionVotes, StaffQuestionVotes
from server.questions.repository import CastVote, cast_votes, read_questions
from server.questions.rules import Question, is_visible
from server.questions.united_repository import count_voters, recount
from server.shows.repository import read_show
from server.shows.rules import WITHOUT_QUESTIONS
from server.viewers.apart import read_suspects


@dataclass(frozen=True, slots=True)
class Voting:
    """A viewer votes."""

    viewer_id: str
    question_id: str
    doubt: Doubt | None = None
    staff: bool = False


async def vote_many(
    tx: ShowTransaction, votes: Sequence[Voting], *, watch_seconds: float
) -> list[int | RefusedError]:
    """Count the votes of one batch, those in doubt apart, and publish the newest counts once.

    Who has watched for `watch_seconds` by the ledger has watched, wherever they are joined now.
    """
    show = await read_show(tx.connection, tx.show_id)
    if show is None or show.state in WITHOUT_QUESTIONS:
        return [RefusedError(Code.SHOW_NOT_LIVE) for _ in votes]
    wanted = list({vote.question_id for vote in votes})
    found = {q.id: q for q in await read_questions(tx.connection, tx.show_id, wanted)}
    seen = [question for question in found.values() if is_visible(question)]
    counts = {question.id: question.votes for question in found.values()}
    suspects = await read_suspects(
        tx.connection,
        tx.show_id,
        ((vote.viewer_id, vote.doubt) for vote in votes),
        watch_seconds if show.state == "live" else 0.0,
    )
    cast = [
        CastVote(vote.question_id, vote.viewer_id, _is_apart(vote, found[vote.question_id], suspects))
        for vote in votes
        if _sees(vote, found.get(vote.question_id))
    ]
    united = await count_voters(tx.connection, tx.show_id, [q.id for q in seen if q.merged])
    new, changed = await cast_votes(tx.connection, tx.show_id, cast, tx.now, uncounted=united)
    if new:
        changed |= await recount(tx.connection, tx.show_id, united)
        publish_votes(tx, changed, {id for id in changed if changed[id].votes != counts[id]})
        staff = {vote.viewer_id for vote in votes if vote.staff}
        record_facts(
            tx,
            [
                Fact(tx.show_id, v, "vote", tx.now, target=q, staff=v in staff)
                for q, v, _ in new
                if found[q].state != "shadowed"
            ],
        )
        counts |= {id: each.votes for id, each in changed.items()}
    return [
        counts[vote.question_id] + _is_apart(vote, found[vote.question_id], suspects)
        if _sees(vote, found.get(vote.question_id))
        else RefusedError(Code.NOT_FOUND)
        for vote in votes
    ]


def _sees(vote: Voting, question: Question | None) -> bool:
    """Whether the voter sees the question; a shadowed one its author alone."""
    return question is not None and (
        is_visible(question) or (question.state == "shadowed" and question.viewer_id == vote.viewer_id)
    )


def _is_apart(vote: Voting, question: Question, suspects: Container[str]) -> bool:
    return question.state == "shadowed" or vote.viewer_id in suspects


def publish_votes(
    tx: ShowTransaction, changed: Mapping[str, StaffQuestionVotes], counted: Container[str]
) -> None:
    """Tell everybody of the counts in `counted`, and staff of all; viewers are not told of what only counts apart."""
    if not changed:
        return
    staff = {"votes": [changed[id] for id in sorted(changed)]}
    public = [QuestionVotes(id, changed[id].votes) for id in sorted(changed) if id in counted]
    if public:
        tx.publish("question.voted", {"votes": public}, staff=staff)
    else:
        tx.publish_to_staff("question.voted", staff)
