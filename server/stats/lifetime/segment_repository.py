"""The SQL of segments: those that are saved, who is in one as of a date, and who was in which when a show began."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.owned import Owned
from server.ledger.final import drop_generations
from server.stats.lifetime.people_repository import PEOPLE, PURCHASES, Scope
from server.stats.lifetime.person_repository import PERSON, Compiled
from server.stats.lifetime.segment_rules import Rule
from server.stats.lifetime.segment_tables import SegmentRow
from server.stats.lifetime.segments import LAPSED_DAYS

SEGMENTS: Final = Owned(SegmentRow, lock="segments")
"""Those that a channel has saved."""
_BUILT_IN: Final = text(f"""
    WITH {PEOPLE}, {PURCHASES}, {PERSON}
    SELECT lifecycle AS segment, count(*) AS n FROM person GROUP BY lifecycle
    UNION ALL SELECT rfm_group, count(*) FROM person WHERE rfm_group IS NOT NULL GROUP BY rfm_group
    UNION ALL SELECT '*', count(*) FROM person
    UNION ALL SELECT 'customers', count(*) FROM person WHERE orders > 0
""")

# As the show began: what came of it is not yet in it. Who may not be recognised has no segment.
_WRITE: Final = text(f"""
    WITH {PEOPLE}, {PURCHASES}, this AS (SELECT * FROM show WHERE id = :show), earlier AS (
        SELECT viewer_id, max(seen.at) AS last FROM seen, this WHERE seen.at < this.started_at GROUP BY viewer_id
    ), bought AS (
        SELECT viewer_id, count(DISTINCT order_id) AS orders FROM purchase, this WHERE at < this.started_at GROUP BY viewer_id
    ), here AS (
        SELECT came.viewer_id, CASE
            WHEN came.views = 0 OR came.left_out OR NOT came.known THEN NULL
            WHEN earlier.last IS NULL THEN 'new'
            WHEN earlier.last < this.started_at - interval '{LAPSED_DAYS} days' THEN 'lapsed'
            WHEN bought.orders >= 2 THEN 'repeat_buyer' ELSE 'returning' END AS segment
        FROM this JOIN came ON came.show_id = this.id LEFT JOIN earlier USING (viewer_id) LEFT JOIN bought USING (viewer_id)
    )
    UPDATE rollup SET segment = here.segment FROM here
    WHERE rollup.show_id = :show AND rollup.viewer_id = here.viewer_id AND rollup.segment IS DISTINCT FROM here.segment
""")
# In the order of their keys, as whoever adds to them does: no deadlock.
_LOCK_ROWS: Final = text("SELECT FROM rollup WHERE show_id = :show ORDER BY viewer_id FOR UPDATE")
# A show is written once its rows are, and again when an earlier one of the channel has been written since: history that was imported.
_IS_DUE: Final = """
    show.state = 'ended' AND show.started_at IS NOT NULL AND show.ended_at IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM segmented_show AS s WHERE s.show_id = show.id AND s.at >= coalesce((
            SELECT max(other.at) FROM segmented_show AS other JOIN show AS earlier ON earlier.id = other.show_id
            WHERE earlier.channel_id = show.channel_id AND earlier.started_at < show.started_at), '-infinity'))
    AND EXISTS (SELECT FROM rollup WHERE rollup.show_id = show.id AND rollup.views > 0)
    AND NOT EXISTS (SELECT FROM rollup_show AS r WHERE r.show_id = show.id AND NOT r.kept)"""
_DUE: Final = text(f"SELECT id, channel_id FROM show WHERE {_IS_DUE} ORDER BY started_at LIMIT :limit")
_TAKE: Final = text(
    f"SELECT ended_at FROM show WHERE id = :show AND {_IS_DUE} AND pg_try_advisory_xact_lock(hashtextextended('segments of ' || id, 0))"
)
_DONE: Final = text(
    "INSERT INTO segmented_show (show_id, at) VALUES (:show, :now) ON CONFLICT (show_id) DO UPDATE SET at = excluded.at"
)


@dataclass(frozen=True, slots=True)
class Found:
    """How many are in a segment, of how many, and a few of them."""

    n: int
    people: int
    sample: list[str]


async def read_built_in(connection: AsyncConnection, scope: Scope) -> dict[str, int]:
    """Return how many are in each built-in segment as of `scope.as_of`; `*` is all people, `customers` those who bought."""
    rows = await connection.execute(_BUILT_IN, {**scope.given, "at_date": scope.as_of})
    return {row.segment: row.n for row in rows}


def members_of(rule: Rule) -> tuple[str, dict[str, Any]]:
    """Return `WITH` members whose last, `found`, has the `viewer_id` of everybody whom the rule holds for, and their parameters.

    Beside those they ask for `Scope.given` and `at_date`: the date as of which the rule is asked, no later than `as_of`.
    """
    compiled = Compiled([rule])
    found = f"SELECT person.viewer_id FROM person{compiled.joins} WHERE {compiled.conditions[0]}"
    return f"{PEOPLE}, {PURCHASES}, {PERSON}{compiled.members}, found AS ({found})", compiled.given


async def read_found(connection: AsyncConnection, scope: Scope, rule: Rule, sample: int) -> Found:
    """Return how many are in the segment as of `scope.as_of`, of how many people, and the first `sample` of them by id."""
    members, given = members_of(rule)
    statement = text(f"""
        WITH {members}
        SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM found) AS n,
               (SELECT array_agg(viewer_id) FROM (SELECT viewer_id FROM found ORDER BY viewer_id LIMIT :sample) AS few) AS sample
    """)
    asked = {**scope.given, **given, "at_date": scope.as_of, "sample": sample}
    row = (await connection.execute(statement, asked)).one()
    return Found(row.n, row.people, row.sample or [])


async def read_viewers(
    connection: AsyncConnection, scope: Scope, rule: Rule, *, after: str | None, limit: int
) -> list[str]:
    """Return up to `limit` ids of those in the segment as of `scope.as_of`, by id, behind `after` where given."""
    members, given = members_of(rule)
    paged = (
        f"WITH {members} SELECT viewer_id FROM found WHERE viewer_id > :after ORDER BY viewer_id LIMIT :limit"
    )
    asked = {**scope.given, **given, "at_date": scope.as_of, "after": after or "", "limit": limit}
    return list(await connection.scalars(text(paged), asked))


async def read_all_members(connection: AsyncConnection, scope: Scope, rule: Rule) -> list[str]:
    """Return the ids of everybody in the segment as of `scope.as_of`, in no order."""
    members, given = members_of(rule)
    asked = {**scope.given, **given, "at_date": scope.as_of}
    return list(await connection.scalars(text(f"WITH {members} SELECT viewer_id FROM found"), asked))


async def read_due(connection: AsyncConnection, limit: int) -> Sequence[Row[Any]]:
    """Return up to `limit` ended shows of which it is not written who was in which segment, the earliest first."""
    return (await connection.execute(_DUE, {"limit": limit})).all()


async def take_due(connection: AsyncConnection, show_id: str) -> datetime | None:
    """Return when the show ended if it is due, which nobody else takes until the transaction ends; else None."""
    ended_at: datetime | None = await connection.scalar(_TAKE, {"show": show_id})
    return ended_at


async def write_segments(connection: AsyncConnection, scope: Scope, show_id: str, now: datetime) -> int:
    """Write into each row of the show in which segment its viewer was when the show began, and return how many rows that changed.

    `scope.as_of` is the show's end.
    """
    await drop_generations(connection, [show_id])
    await connection.execute(_LOCK_ROWS, {"show": show_id})
    changed = await connection.execute(_WRITE, {**scope.given, "show": show_id})
    await connection.execute(_DONE, {"show": show_id, "now": now})
    return changed.rowcount
