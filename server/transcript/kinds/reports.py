"""Viewers' reports of what others wrote."""

from typing import Final

from server.access.roles import RUNNERS
from server.transcript.kind import Kind, Person, show_ms

KIND: Final = Kind(
    "reports",
    "every report by a viewer, of which `item`, and whether staff found that it was made for nothing (`ignored`)",
    f"""
    SELECT r.item_id AS item, r.kind, r.at, {show_ms("r.at")} AS show_ms, r.viewer_id AS viewer, r.reason, r.settled_at, r.ignored
    FROM report AS r JOIN show AS s ON s.id = r.show_id WHERE r.show_id = :show ORDER BY r.at, r.item_id, r.viewer_id
    """,
    people=(Person("viewer"),),
    roles=RUNNERS,
)
