"""The SQL of questions of which others are part: whose votes count there, each voter once, and who asked."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.pushes import StaffQuestionVotes
from server.questions.repository import read_as_questions
from server.questions.rules import Question
from server.questions.tables import QuestionRow

_QUESTION = QuestionRow.__table__  # type: ignore[attr-defined]

# A voter of several questions counts once; in doubt only where every vote of theirs is.
_COUNT: Final = text("""
    SELECT root, count(*) FILTER (WHERE sure) AS votes, count(*) FILTER (WHERE NOT sure) AS votes_apart FROM (
        SELECT coalesce(q.merged_into, q.id) AS root, v.viewer_id, bool_or(NOT v.suspect) AS sure
        FROM question AS q JOIN vote AS v ON v.question_id = q.id
        WHERE q.show_id = :show AND (q.id = ANY(:roots) OR q.merged_into = ANY(:roots)) GROUP BY 1, 2
    ) AS united GROUP BY root
""")
_ADD: Final = text("""
    UPDATE question SET votes = votes + added.n, votes_apart = votes_apart + added.apart
    FROM unnest(CAST(:questions AS text[]), CAST(:ns AS int[]), CAST(:aparts AS int[])) AS added(id, n, apart)
    WHERE question.id = added.id RETURNING question.id, question.votes, question.votes_apart
""")


class Voters(NamedTuple):
    """How many viewers voted, and how many of them only in doubt."""

    sure: int = 0
    apart: int = 0


async def count_voters(
    connection: AsyncConnection, show_id: str, roots: Collection[str]
) -> dict[str, Voters]:
    """Return who voted for each of the questions or for what is merged into it, each once; no SQL for none."""
    if not roots:
        return {}
    rows = await connection.execute(_COUNT, {"show": show_id, "roots": list(roots)})
    found = {row.root: Voters(row.votes, row.votes_apart) for row in rows}
    return {root: found.get(root, Voters()) for root in roots}


async def recount(
    connection: AsyncConnection, show_id: str, before: dict[str, Voters]
) -> dict[str, StaffQuestionVotes]:
    """Add to each question the voters that it has won since `before`, and return the counts of those that have changed.

    What a count had beyond its voters, as an imported one may, it keeps.
    """
    after = await count_voters(connection, show_id, before)
    changed = [root for root, voters in after.items() if voters != before[root]]
    if not changed:
        return {}
    given = {
        "questions": changed,
        "ns": [after[root].sure - before[root].sure for root in changed],
        "aparts": [after[root].apart - before[root].apart for root in changed],
    }
    return {row.id: StaffQuestionVotes(*row) for row in await connection.execute(_ADD, given)}


async def read_merged(connection: AsyncConnection, show_id: str, roots: Sequence[str]) -> list[Question]:
    """Return the questions that are merged into any of these; no SQL for none."""
    if not roots:
        return []
    return await read_as_questions(
        connection,
        select(_QUESTION).where(_QUESTION.c.show_id == show_id, _QUESTION.c.merged_into.in_(roots)),
    )
