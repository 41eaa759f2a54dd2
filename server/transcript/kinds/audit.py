"""What staff did."""

from typing import Final

from server.access.roles import ADMINS
from server.transcript.kind import Kind, show_ms

KIND: Final = Kind(
    "audit",
    "who of the channel's people and programs did what, with what was before and after in `details`",
    f"""
    SELECT a.id AS deed, a.at, {show_ms("a.at")} AS show_ms, a.actor AS by, a.name AS by_name, a.role AS by_role, a.action, a.subject,
           a.details - 'channel' AS details
    FROM audit AS a JOIN show AS s ON s.id = a.show_id WHERE a.show_id = :show ORDER BY a.at, a.id
    """,
    roles=ADMINS,
    mentions=("subject", "details"),
)
