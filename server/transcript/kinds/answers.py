"""Answers."""

from typing import Final

from server.transcript.kind import Kind
from server.transcript.kinds.questions import ANSWER_KIND, ANSWER_MS

KIND: Final = Kind(
    "answers",
    "every answer, also of questions that were dismissed or merged later",
    f"""
    SELECT q.id AS question, q.answered_at AS at, {ANSWER_MS} AS show_ms, q.answered_by, q.answered_role, {ANSWER_KIND} AS kind,
           q.answer_text AS answer, q.private_text AS private_answer, q.text AS asked, q.state, q.product_id AS product, q.votes
    FROM question AS q JOIN show AS s ON s.id = q.show_id
    WHERE q.show_id = :show AND q.answered_at IS NOT NULL ORDER BY q.answered_at, q.id
    """,
    withheld=("private_answer",),
)
