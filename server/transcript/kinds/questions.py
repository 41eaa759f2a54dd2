"""Questions."""

from typing import Final

from server.transcript.kind import Kind, Person, show_ms

ANSWER_KIND: Final = """
    CASE WHEN q.answered_at IS NULL THEN NULL WHEN q.private_text IS NOT NULL THEN 'private'
         WHEN q.answered_live THEN 'voice' ELSE 'text' END
"""
ANSWER_MS: Final = f"CASE WHEN q.answered_live AND q.answering_ms IS NOT NULL THEN q.answering_ms ELSE {show_ms('q.answered_at')} END"
"""When an answer by voice begins, else when it was given."""

KIND: Final = Kind(
    "questions",
    "every question, whatever became of it",
    f"""
    SELECT q.id AS question, q.asked_at AS at, {show_ms("q.asked_at")} AS show_ms, q.viewer_id AS viewer, q.author, q.role, q.anonymous,
           q.text, q.state, q.product_id AS product, q.labels, q.votes, q.votes_apart, q.merged_into, q.comment_id AS comment,
           q.dismissed_reason, q.moderated_by, {ANSWER_KIND} AS answer_kind, q.answer_text AS answer, q.private_text AS private_answer,
           q.answered_at, {ANSWER_MS} AS answer_ms, q.answered_by, q.replay_ms
    FROM question AS q JOIN show AS s ON s.id = q.show_id WHERE q.show_id = :show ORDER BY q.id
    """,
    people=(Person("viewer", "author", "role", "anonymous"),),
    withheld=("private_answer",),
)
