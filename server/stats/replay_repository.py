"""The SQL of what was asked, tapped and bought at a show's replay; who watched it is in the wide rows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.entries import REPLAY_REACTION
from server.protocol.pushes import UNCOUNTED_QUESTIONS
from server.stats.population import LEFT_OUT

_DONE = text(f"""
    WITH {LEFT_OUT}, asked AS (
        SELECT count(*) AS questions, count(*) FILTER (WHERE state = 'answered') AS answered FROM question
        WHERE show_id = :show AND replay_ms IS NOT NULL AND state NOT IN {UNCOUNTED_QUESTIONS}
          AND viewer_id NOT IN (SELECT viewer_id FROM left_out)
    ), tapped AS (
        SELECT coalesce(sum(n), 0) AS reactions FROM ledger_entry
        WHERE show_id = :show AND kind = :tapped AND viewer_id NOT IN (SELECT viewer_id FROM left_out)
    ), seen AS (
        SELECT coalesce(sum(replay_us), 0) AS watched_us FROM rollup
        WHERE show_id = :show AND replay_views > 0 AND NOT suspect AND NOT staff
    )
    SELECT CAST(watched_us AS bigint) AS watched_us, questions, answered, CAST(reactions AS bigint) AS reactions FROM asked, tapped, seen
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
    """What was done at a replay, and how long its viewers watched (microseconds); suspected bots and staff are in the money alone."""

    watched_us: int = 0
    questions: int = 0
    answered: int = 0
    reactions: int = 0
    sold: tuple[ReplaySales, ...] = ()

    def watched_for(self, each: Iterable[int]) -> "ReplayTallies":
        """Return the same, where each of the viewers watched so long, whatever rows say of them."""
        return replace(self, watched_us=sum(each))

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return self != NO_REPLAY


NO_REPLAY: Final = ReplayTallies()


async def read_replay(connection: AsyncConnection, show_id: str) -> ReplayTallies:
    """Return what was done at the replay of a show; nothing of one that has none."""
    done = (await connection.execute(_DONE, {"show": show_id, "tapped": REPLAY_REACTION})).one()
    sold = await connection.execute(_SOLD, {"show": show_id})
    return ReplayTallies(
        watched_us=done.watched_us,
        questions=done.questions,
        answered=done.answered,
        reactions=done.reactions,
        sold=tuple(ReplaySales(*row) for row in sold),
    )
