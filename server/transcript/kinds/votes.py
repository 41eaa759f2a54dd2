"""Votes for questions."""

from typing import Final

from server.transcript.kind import Kind, Person, show_ms

KIND: Final = Kind(
    "votes",
    "every vote for a question; `apart`: in doubt, in no count",
    f"""
    SELECT v.question_id AS question, v.at, {show_ms("v.at")} AS show_ms, v.viewer_id AS viewer, v.suspect AS apart
    FROM vote AS v JOIN show AS s ON s.id = v.show_id WHERE v.show_id = :show ORDER BY v.at, v.question_id, v.viewer_id
    """,
    people=(Person("viewer"),),
)
