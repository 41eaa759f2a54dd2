"""All SQL of questions and votes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, Select, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.db.rows import read_all
from server.protocol import pushes
from server.protocol.pushes import StaffQuestionVotes
from server.questions.faces import as_public, as_staff
from server.questions.rules import VISIBLE, Question
from server.questions.tables import QuestionRow, VoteRow

SNAPSHOT_QUESTIONS_MAX = 200
OLDER_QUESTIONS_MAX = 20
"""Of those that the newest of a snapshot leave out, the most wanted that it holds all the same."""

_QUESTION = QuestionRow.__table__  # type: ignore[attr-defined]
_IS_OPEN = _QUESTION.c.state.in_(("open", "answering"))
MOST_WANTED: Final = (_IS_OPEN.desc(), _QUESTION.c.votes.desc(), _QUESTION.c.id.desc())
"""Open ones first, then by votes, then the newest."""
_VOTE = VoteRow.__table__  # type: ignore[attr-defined]

INSERT_QUESTIONS: Final = """
    INSERT INTO question (id, show_id, viewer_id, author, text, state, version, votes, asked_at, answer_text, answered_live,
        answered_at, dismissed_reason, moderated_by, role, answered_by, answered_role, product_id, anonymous, comment_id, held,
        replay_ms)
    SELECT id, show_id, viewer_id, author, text, state, version, votes, asked_at, answer_text, answered_live,
        answered_at, dismissed_reason, moderated_by, role, answered_by, answered_role, product_id, anonymous, comment_id, held,
        replay_ms
    FROM json_to_recordset(CAST(%s AS json)) AS q (
        id text, show_id text, viewer_id text, author text, text text, state text, version int, votes int, asked_at timestamptz,
        answer_text text, answered_live boolean, answered_at timestamptz, dismissed_reason text, moderated_by text,
        role text, answered_by text, answered_role text, product_id text, anonymous boolean, comment_id text, held jsonb,
        replay_ms bigint)
"""
_CAST_VOTES: Final = text("""
    WITH new AS (
        INSERT INTO vote (question_id, viewer_id, show_id, at, suspect)
        SELECT v.question, v.viewer, :show, :at, v.suspect
        FROM unnest(CAST(:questions AS text[]), CAST(:viewers AS text[]), CAST(:suspects AS boolean[]))
            AS v(question, viewer, suspect)
        ON CONFLICT DO NOTHING
        RETURNING question_id, viewer_id, suspect
    ), added AS (
        SELECT question_id, count(*) FILTER (WHERE NOT suspect) AS n, count(*) FILTER (WHERE suspect) AS apart
        FROM new WHERE question_id <> ALL(CAST(:uncounted AS text[])) GROUP BY question_id
    ), counted AS (
        UPDATE question SET votes = votes + added.n, votes_apart = votes_apart + added.apart
        FROM added WHERE question.id = added.question_id
        RETURNING question.id, question.votes, question.votes_apart
    )
    SELECT new.question_id, new.viewer_id, new.suspect, counted.votes, counted.votes_apart
    FROM new LEFT JOIN counted ON counted.id = new.question_id
""")


@dataclass(frozen=True, slots=True)
class QuestionsPart:
    """The questions of a snapshot, newest first: as viewers and as staff read them."""

    public: list[pushes.Question]
    staff: list[pushes.StaffQuestion]
    older: list[pushes.Question]
    """Visible ones that `public` leaves out: the pinned one, those on a stage, and the most wanted, most wanted first."""


class CastVote(NamedTuple):
    """A viewer's vote; a `suspect` one counts apart."""

    question_id: str
    viewer_id: str
    suspect: bool


async def read_snapshot_part(
    connection: AsyncConnection, show_id: str, first: Collection[str] = ()
) -> QuestionsPart:
    """Return the show's newest questions, at most `SNAPSHOT_QUESTIONS_MAX` for each kind of reader, and of the older what matters.

    `first` are the ids of those that matter most.
    """
    newest = _newest(show_id).limit(SNAPSHOT_QUESTIONS_MAX)
    public = await read_as_questions(connection, newest.where(_QUESTION.c.state.in_(VISIBLE)))
    staff = await read_as_questions(connection, newest)
    older: list[Question] = []
    if len(public) == SNAPSHOT_QUESTIONS_MAX:
        wanted = _visible(show_id).where(_QUESTION.c.id < public[-1].id)
        before = _QUESTION.c.id.in_(list(first)).desc()
        older = await read_as_questions(
            connection, wanted.order_by(before, *MOST_WANTED).limit(OLDER_QUESTIONS_MAX)
        )
    return QuestionsPart(
        [as_public(q) for q in public], [as_staff(q) for q in staff], [as_public(q) for q in older]
    )


async def read_asker(
    connection: AsyncConnection, show_id: str, question_id: str
) -> tuple[str, str | None] | None:
    """Return who asked a question of the show, and under which name; None when there is no such question."""
    found = await read_questions(connection, show_id, [question_id])
    return (found[0].viewer_id, found[0].author) if found else None


async def read_questions(connection: AsyncConnection, show_id: str, ids: Sequence[str]) -> list[Question]:
    """Return those of the questions that belong to the show."""
    wanted = select(_QUESTION).where(_QUESTION.c.id.in_(ids), _QUESTION.c.show_id == show_id)
    return await read_as_questions(connection, wanted)


async def read_asked_by(connection: AsyncConnection, show_id: str, viewer_id: str) -> list[Question]:
    """Return the viewer's own questions in the show, newest first, whatever their state."""
    return await read_as_questions(connection, _newest(show_id).where(_QUESTION.c.viewer_id == viewer_id))


async def read_voted_by(connection: AsyncConnection, show_id: str, viewer_id: str) -> list[str]:
    """Return the ids of the show's questions that the viewer voted for."""
    voted = select(_VOTE.c.question_id).where(_VOTE.c.show_id == show_id, _VOTE.c.viewer_id == viewer_id)
    return list(await connection.scalars(voted.order_by(_VOTE.c.question_id)))


async def insert_questions(connection: AsyncConnection, questions: Sequence[Question]) -> None:
    """Write questions outside of a show's transaction."""
    await driver.run(connection, INSERT_QUESTIONS, [driver.as_json(questions)])


async def update_changed(connection: AsyncConnection, questions: Sequence[Question]) -> None:
    """Write what staff may change of each question; its votes are left alone."""
    if not questions:
        return
    moved = (
        "state",
        "version",
        "answer_text",
        "answered_live",
        "answered_at",
        "dismissed_reason",
        "moderated_by",
        "answered_by",
        "answered_role",
        "state_before",
        "private_text",
        "answering_ms",
        "claimed_by",
        "claimed_name",
        "claimed_until",
        "claimed_at",
        "merged_into",
        "merged",
        "labels",
        "stage_host",
        "stage_rank",
        "staged_by",
    )
    statement = (
        update(_QUESTION).where(_QUESTION.c.id == bindparam("of")).values({n: bindparam(n) for n in moved})
    )
    rows = [
        {"of": q.id} | {name: getattr(q, name) for name in moved} | {"labels": list(q.labels)}
        for q in questions
    ]
    await connection.execute(statement, rows)


async def cast_votes(
    connection: AsyncConnection,
    show_id: str,
    votes: Sequence[CastVote],
    at: datetime,
    *,
    uncounted: Collection[str] = (),
) -> tuple[list[CastVote], dict[str, StaffQuestionVotes]]:
    """Write votes and count those that were not there before, in doubt apart; return these and the new counts by question.

    Votes for the questions `uncounted` are only written. No SQL for none.
    """
    if not votes:
        return [], {}
    questions, viewers, suspects = zip(*votes, strict=True)
    given = {
        "show": show_id,
        "at": at,
        "questions": list(questions),
        "viewers": list(viewers),
        "suspects": list(suspects),
        "uncounted": list(uncounted),
    }
    rows = (await connection.execute(_CAST_VOTES, given)).all()
    counts = {
        row.question_id: StaffQuestionVotes(row.question_id, row.votes, row.votes_apart)
        for row in rows
        if row.votes is not None
    }
    return [CastVote(row.question_id, row.viewer_id, row.suspect) for row in rows], counts


def _visible(show_id: str) -> Select[Any]:
    return select(_QUESTION).where(_QUESTION.c.show_id == show_id, _QUESTION.c.state.in_(VISIBLE))


def _newest(show_id: str) -> Select[Any]:
    return select(_QUESTION).where(_QUESTION.c.show_id == show_id).order_by(_QUESTION.c.id.desc())


async def read_as_questions(connection: AsyncConnection, wanted: Select[Any]) -> list[Question]:
    """Return the questions that a statement on their table selects."""
    return await read_all(connection, wanted, _QUESTION.c.id, _as_question)


def _as_question(row: Row[Any]) -> Question:
    return Question(**row._mapping)
