"""The SQL of who is behind questions: who voted, who was told an answer of their own, who works on one; and what is asked about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.catalogue.tables import ProductRow
from server.questions.repository import read_as_questions
from server.questions.rules import VISIBLE, Question
from server.questions.tables import QuestionRow, VoteRow
from server.shows.tables import ShowRow

_QUESTION = QuestionRow.__table__  # type: ignore[attr-defined]
_VOTE = VoteRow.__table__  # type: ignore[attr-defined]
_SHOW = ShowRow.__table__  # type: ignore[attr-defined]
_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]


# A guest who turned out to be somebody asked as that person.
_ASKERS: Final = text("""
    SELECT q.id, coalesce(a.canonical, q.viewer_id) AS viewer_id FROM question AS q
    LEFT JOIN viewer_alias AS a ON a.show_id = q.show_id AND a.raw = q.viewer_id AND a.taken_back_at IS NULL
    WHERE q.show_id = :show AND q.id = ANY(:questions) AND q.role = 'viewer' AND NOT q.anonymous
""")


async def read_askers(connection: AsyncConnection, show_id: str, questions: Sequence[str]) -> dict[str, str]:
    """Return by question which viewer asked it, as who they are, without those who wish no name and without staff."""
    found = await connection.execute(_ASKERS, {"show": show_id, "questions": list(questions)})
    return {row.id: row.viewer_id for row in found}


async def read_claimed_at(
    connection: AsyncConnection, show_id: str, connections: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the show's questions that these connections have claimed, each with its connection."""
    claimed = select(_QUESTION.c.id, _QUESTION.c.claimed_at).where(
        _QUESTION.c.claimed_at.in_(connections), _QUESTION.c.show_id == show_id
    )
    return [(id, claimed_at) for id, claimed_at in await connection.execute(claimed)]


async def read_sold(connection: AsyncConnection, channel_id: str, products: Sequence[str]) -> set[str]:
    """Return those of the products that the channel has on sale; no SQL for none."""
    if not products:
        return set()
    sold = select(_PRODUCT.c.id).where(
        _PRODUCT.c.id.in_(products), _PRODUCT.c.channel_id == channel_id, _PRODUCT.c.active
    )
    return set(await connection.scalars(sold))


async def read_newcomers(connection: AsyncConnection, channel_id: str, viewers: Sequence[str]) -> set[str]:
    """Return those of the viewers of whom no question was ever let through in the channel."""
    known = (
        select(_QUESTION.c.viewer_id)
        .join(_SHOW, _SHOW.c.id == _QUESTION.c.show_id)
        .where(
            _QUESTION.c.viewer_id.in_(viewers),
            _SHOW.c.channel_id == channel_id,
            _QUESTION.c.state.in_((*VISIBLE, "merged")),
        )
    )
    return set(viewers) - set(await connection.scalars(known.distinct()))


async def read_told(connection: AsyncConnection, show_id: str, viewer_id: str) -> list[Question]:
    """Return what the viewer voted for, also by what is merged into it, that was answered to those alone who asked or voted."""
    own = select(_VOTE.c.question_id).where(_VOTE.c.show_id == show_id, _VOTE.c.viewer_id == viewer_id)
    voted = select(func.coalesce(_QUESTION.c.merged_into, _QUESTION.c.id)).where(_QUESTION.c.id.in_(own))
    answered: Any = select(_QUESTION).where(
        _QUESTION.c.show_id == show_id, _QUESTION.c.private_text.is_not(None), _QUESTION.c.state == "answered"
    )
    return await read_as_questions(connection, answered.where(_QUESTION.c.id.in_(voted)))


async def read_voters(connection: AsyncConnection, questions: Sequence[str]) -> dict[str, list[str]]:
    """Return who voted for each of the questions; no SQL for none."""
    if not questions:
        return {}
    voted = select(_VOTE.c.question_id, _VOTE.c.viewer_id).where(_VOTE.c.question_id.in_(questions))
    voters: dict[str, list[str]] = {}
    for question, viewer in await connection.execute(voted):
        voters.setdefault(question, []).append(viewer)
    return voters


async def read_texts(
    connection: AsyncConnection, show_id: str, since: datetime | None
) -> list[tuple[str, datetime, str]]:
    """Return id, time and text of the show's questions, in the order of their times; only those asked `since` then, where given."""
    asked = select(_QUESTION.c.id, _QUESTION.c.asked_at, _QUESTION.c.text).where(
        _QUESTION.c.show_id == show_id
    )
    if since is not None:
        asked = asked.where(_QUESTION.c.asked_at >= since)
    return [tuple(row) for row in await connection.execute(asked.order_by(_QUESTION.c.asked_at))]
