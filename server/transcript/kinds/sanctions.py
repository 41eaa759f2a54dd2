"""What staff laid on viewers."""

from typing import Final

from server.access.roles import RUNNERS
from server.transcript.kind import Kind, Person, show_ms

# Whoever was sanctioned by an anonymous question is called there as moderators call them.
KIND: Final = Kind(
    "sanctions",
    "every time-out, mute, shadow mute and ban that was given in the show, with its end, its lifting and the appeal",
    f"""
    SELECT x.id AS sanction, x.at, {show_ms("x.at")} AS show_ms, x.kind, x.viewer_id AS viewer, x.name,
           coalesce(starts_with(x.name, 'Anonymous '), false) AS anonymous, x.whole_channel, x.reason, x.ends_at,
           x.actor_name AS given_by, x.lifted_at, x.lifted_by_name AS lifted_by, x.appeal, x.appeal_state, x.appealed_at,
           x.answered_at, x.answered_by_name AS answered_by
    FROM sanction AS x JOIN show AS s ON s.id = x.show_id WHERE x.show_id = :show ORDER BY x.id
    """,
    people=(Person("viewer", "name", anonymous="anonymous"),),
    roles=RUNNERS,
)
