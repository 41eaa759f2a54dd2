"""Since when a show's rows are what they are: a generation stands for as long as nothing about the show changes.

It is a row of `final_report` without a report, under a window of no days: whatever drops a show's stored report, in whichever version of
the server, drops its generation in the same transaction. While a generation can be seen, the show's rows are the same in every moment.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ids import new_id
from server.ledger.final import GENERATION

_READ: Final = text(
    f"SELECT show_id, claim FROM final_report WHERE show_id = ANY(CAST(:shows AS text[])) AND {GENERATION}"
)
_CURRENCIES: Final = text("""
    SELECT show.id, channel.currency FROM show JOIN channel ON channel.id = show.channel_id WHERE show.id = ANY(CAST(:shows AS text[]))
""")
_ALL: Final = text(f"SELECT show_id, claim FROM final_report WHERE {GENERATION}")
# Final: its rows are derived and cut to its end, nothing is due, and it is written who was in which segment.
_WITHOUT: Final = text(f"""
    SELECT show.id FROM show JOIN rollup_show AS s ON s.show_id = show.id AND s.kept
    JOIN show_curve AS c ON c.show_id = show.id AND c.started_at = show.started_at AND c.ended_at = show.ended_at
    WHERE show.state = 'ended'
      AND NOT EXISTS (SELECT FROM rollup_due AS d WHERE d.show_id = show.id)
      AND NOT EXISTS (SELECT FROM final_report AS f WHERE f.show_id = show.id AND f.{GENERATION.replace("AND ", "AND f.")})
      AND (EXISTS (SELECT FROM segmented_show AS g WHERE g.show_id = show.id)
           OR NOT EXISTS (SELECT FROM rollup AS r WHERE r.show_id = show.id AND r.views > 0))
    ORDER BY show.ended_at DESC LIMIT :most
""")
# As who makes a report to be kept: every change before is visible to those who see the generation, every later one finds it.
_TRY_LOCK: Final = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('final reports ' || channel_id, 0)) FROM show WHERE id = :show"
)
_LOCK_HEAD: Final = text("SELECT FROM journal_head WHERE show_id = :show FOR UPDATE SKIP LOCKED")
_GIVE: Final = text("""
    INSERT INTO final_report (show_id, window_days, definition_version, channel_id, claim, claimed_at, rests_until)
    SELECT id, 0, 0, channel_id, :generation, :now, 'epoch' FROM show WHERE id = :show ON CONFLICT DO NOTHING
""")
_NUMBER_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('sealed people', 0))")
_NUMBER: Final = text("""
    INSERT INTO sealed_person (viewer_id)
    SELECT viewer_id FROM (
        SELECT viewer_id FROM rollup WHERE show_id = :show UNION SELECT viewer_id FROM staff_presence WHERE show_id = :show
        UNION SELECT viewer_id FROM sale WHERE show_id = :show AND viewer_id IS NOT NULL
        UNION SELECT viewer_id FROM question WHERE show_id = :show) AS r
    WHERE NOT EXISTS (SELECT FROM sealed_person AS p WHERE p.viewer_id = r.viewer_id) ORDER BY viewer_id
""")


async def read_generations(connection: AsyncConnection, shows: Sequence[str]) -> dict[str, str]:
    """Return the generation of each of the shows that has one in the connection's moment."""
    return {row.show_id: row.claim for row in await connection.execute(_READ, {"shows": list(shows)})}


async def read_all_generations(connection: AsyncConnection) -> dict[str, str]:
    """Return the generations of all shows."""
    return {row.show_id: row.claim for row in await connection.execute(_ALL)}


async def read_currencies(connection: AsyncConnection, shows: Sequence[str]) -> dict[str, str]:
    """Return the currency of each show's channel."""
    return {row.id: row.currency for row in await connection.execute(_CURRENCIES, {"shows": list(shows)})}


async def find_without(connection: AsyncConnection, most: int) -> list[str]:
    """Return final shows that have none, the newest first."""
    return list(await connection.scalars(_WITHOUT, {"most": most}))


async def number_people(connection: AsyncConnection, show_id: str) -> None:
    """Give a number to everybody in the show who has none. Numbers are dense."""
    await connection.execute(_NUMBER_LOCK)
    await connection.execute(_NUMBER, {"show": show_id})


async def give_generation(connection: AsyncConnection, show_id: str, now: datetime) -> bool:
    """Give the show a generation; False where a change is under way. Number its people before, in a transaction of its own."""
    given = {"show": show_id}
    if (
        not await connection.scalar(_TRY_LOCK, given)
        or (await connection.execute(_LOCK_HEAD, given)).first() is None
    ):
        return False
    await connection.execute(_GIVE, {**given, "generation": new_id("rg"), "now": now})
    return True
