"""The SQL of what was done and bought at a show's replay; who watched it is in the wide rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.entries import OF_REPLAY
from server.protocol.pushes import UNCOUNTED_QUESTIONS
from server.stats.population import LEFT_OUT

_SUMS: Final = ", ".join(
    f"CAST(coalesce(sum(n) FILTER (WHERE kind = '{told}'), 0) AS bigint) AS {kind}s"
    for kind, told in OF_REPLAY.items()
    if kind != "question"
)
_ACTS: Final = ", ".join(f"'{told}'" for kind, told in OF_REPLAY.items() if kind != "impression")
_DONE = text(f"""
    WITH {LEFT_OUT}, watcher AS MATERIALIZED (
        SELECT unnest(string_to_array(CAST(:viewers AS text), ',')) AS viewer_id
        UNION ALL SELECT viewer_id FROM rollup
        WHERE CAST(:viewers AS text) IS NULL AND show_id = :show AND replay_views > 0 AND NOT suspect AND NOT staff
    ), asked AS (
        SELECT count(*) AS questions, count(*) FILTER (WHERE state = 'answered') AS answered FROM question
        WHERE show_id = :show AND replay_ms IS NOT NULL AND state NOT IN {UNCOUNTED_QUESTIONS}
          AND viewer_id NOT IN (SELECT viewer_id FROM left_out)
    ), done AS (
        SELECT {_SUMS},
               count(DISTINCT viewer_id) FILTER (WHERE kind IN ({_ACTS}) AND viewer_id IN (SELECT viewer_id FROM watcher)) AS engaged
        FROM ledger_entry WHERE show_id = :show AND kind LIKE 'replay\\_%' AND viewer_id NOT IN (SELECT viewer_id FROM left_out)
    ), seen AS (
        SELECT CAST(coalesce(sum(replay_us), 0) AS bigint) AS watched_us FROM rollup
        WHERE show_id = :show AND replay_views > 0 AND NOT suspect AND NOT staff
    )
    SELECT * FROM seen, asked, done
""")
_SOLD = text("""
    SELECT o.currency, count(*) FILTER (WHERE l.order_id IS NULL) AS orders, sum(o.quantity)::bigint AS units,
           sum(o.amount_minor)::bigint AS gmv_minor
    FROM orders AS o JOIN replay_order AS r ON r.order_id = o.id LEFT JOIN order_line AS l ON l.order_id = o.id
    WHERE o.show_id = :show AND NOT o.staff GROUP BY o.currency ORDER BY o.currency
""")


@dataclass(frozen=True, slots=True)
class ReplaySales:
    """What was bought at the replay in one currency, by whomever but staff."""

    currency: str
    orders: int
    units: int
    gmv_minor: int


@dataclass(frozen=True, slots=True)
class ReplayTallies:
    """What was done at a replay, and how long its viewers watched (microseconds); suspected bots and staff are in the money alone.

    `engaged` of its viewers did more than watch.
    """

    watched_us: int = 0
    questions: int = 0
    answered: int = 0
    reactions: int = 0
    impressions: int = 0
    clicks: int = 0
    shares: int = 0
    engaged: int = 0
    sold: tuple[ReplaySales, ...] = ()

    def watched_for(self, each: Iterable[int]) -> "ReplayTallies":
        """Return the same, where each of the viewers watched so long, whatever rows say of them."""
        return replace(self, watched_us=sum(each))

    @property
    def shows_one(self) -> bool:
        """Whether there was a replay: cards of an ended show are seen and opened without one, and links passed on."""
        return bool(self.questions or self.reactions or self.sold)


NO_REPLAY: Final = ReplayTallies()


async def read_replay(connection: AsyncConnection, show_id: str, viewers: str | None) -> ReplayTallies:
    """Return what was done at the replay of a show; nothing of one that has none. `viewers`: its own, None where the rows are final."""
    done = (await connection.execute(_DONE, {"show": show_id, "viewers": viewers})).one()
    sold = await connection.execute(_SOLD, {"show": show_id})
    return ReplayTallies(**done._mapping, sold=tuple(ReplaySales(*row) for row in sold))
