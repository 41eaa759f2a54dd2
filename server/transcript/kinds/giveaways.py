"""Giveaways."""

from typing import Final

from server.transcript.kind import Kind, show_ms

KIND: Final = Kind(
    "giveaways",
    "every giveaway with its terms, how many entered, what its draw is repeated from, and the tickets that won, the first one first",
    f"""
    SELECT g.id AS giveaway, g.created_at AS at, g.opened_at, {show_ms("g.opened_at")} AS show_ms, g.closed_at, g.drawn_at, g.prize,
           g.task, g.product_id AS product, g.state, g.entries, g.left_out, g.commitment,
           CASE WHEN g.state = 'drawn' THEN g.seed END AS seed, g.digest,
           ARRAY(SELECT w.ticket FROM giveaway_winner AS w WHERE w.giveaway_id = g.id AND w.state <> 'passed' ORDER BY w.rank) AS winners,
           g.reason
    FROM giveaway AS g JOIN show AS s ON s.id = g.show_id WHERE g.show_id = :show ORDER BY g.id
    """,
)
