"""Comments."""

from typing import Final

from server.transcript.kind import Kind, Person, show_ms

KIND: Final = Kind(
    "comments",
    "every comment, shown or not, with its reactions; `n`: its number among those that viewers were shown",
    f"""
    SELECT c.id AS comment, c.at, {show_ms("c.at")} AS show_ms, c.viewer_id AS viewer, c.author, c.role, c.text, c.state, c.shadow,
           c.place AS n, c.reason, c.moderated_by, c.question_id AS question, c.reactions
    FROM comment AS c JOIN show AS s ON s.id = c.show_id WHERE c.show_id = :show ORDER BY c.id
    """,
    people=(Person("viewer", "author", "role"),),
)
