"""Viewers' own posts."""

from typing import Final

from server.transcript.kind import Kind, Person, show_ms

KIND: Final = Kind(
    "posts",
    "every post about a product that was sent in the show, whatever became of it; nothing is left of one that was taken back",
    f"""
    SELECT p.id AS post, p.at, {show_ms("p.at")} AS show_ms, p.product_id AS product, p.viewer_id AS viewer, p.author,
           p.author = '' AS anonymous, p.text, p.picture_id IS NOT NULL AS picture, p.state, p.reason, p.moderated_by, p.moderated_at,
           p.consent
    FROM post AS p JOIN show AS s ON s.id = p.show_id WHERE p.show_id = :show ORDER BY p.id
    """,
    people=(Person("viewer", "author", anonymous="anonymous"),),
)
