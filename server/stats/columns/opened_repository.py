"""Who still watches: their rows are brought up to date when their stretch ends, and up to now by whoever reads them."""

from typing import Final

from server.ledger.derive_repository import PIECE, WATCHED

_PIECE = PIECE.format(viewer="whole.viewer_id")
# What those have watched whose stretch is still open, up to now: their row is behind, and brought up to date when the stretch ends.
OPENED: Final = f"""open_row AS MATERIALIZED (
        SELECT DISTINCT r.show_id, r.viewer_id FROM asked JOIN rollup AS r USING (show_id) WHERE r.playing
    ), whole AS (
        SELECT show_id, viewer_id, viewer_id AS raw FROM open_row
        UNION ALL SELECT o.show_id, o.viewer_id, k.raw FROM open_row AS o
        JOIN viewer_alias AS k ON k.show_id = o.show_id AND k.canonical = o.viewer_id AND k.taken_back_at IS NULL
    ), bounds AS (
        SELECT id AS show_id, started_at, coalesce(ended_at, :as_of) AS ended_at FROM show WHERE id IN (SELECT show_id FROM open_row)
    ), piece AS MATERIALIZED (
        SELECT {_PIECE} FROM whole JOIN playing AS t ON t.show_id = whole.show_id AND t.viewer_id = whole.raw
        LEFT JOIN ledger_process AS l USING (process_id)
    ), {WATCHED}"""
"""`WITH` members behind `asked` (shows), up to `watched`: what those have watched by now whose stretch is still open."""

ENDED: Final = "watched AS (SELECT show_id, viewer_id, views, visits, watched_us FROM rollup WHERE false)"
"""Such a member for who wants what rows say of the stretches that have ended, and no more."""
