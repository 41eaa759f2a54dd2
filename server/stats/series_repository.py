"""All SQL of the figures over time: counts per step of the show, and what the host's side did."""

from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.protocol.pushes import UNCOUNTED_QUESTIONS
from server.stats.curve import ShowCurve, most_per_step, sum_per_step
from server.stats.curve_repository import find_curve
from server.stats.facts import SeriesFacts, ShowHead
from server.stats.population import LEFT_OUT
from server.stats.repository import read_people, read_stretches
from server.stats.series_report import Mark

_SOFT = text(f"""
    WITH {LEFT_OUT}
    SELECT e.kind, CAST(floor(extract(epoch FROM e.at - :since) / :step) AS int) AS i, sum(e.n) AS n
    FROM ledger_entry AS e
    WHERE e.show_id = :show AND e.kind IN ('reaction', 'click') AND e.at >= :since AND e.at < :until
      AND NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = e.viewer_id)
    GROUP BY 1, 2
""")
_SUSPECTS = text("""
    SELECT count(*) FROM rollup WHERE show_id = :show AND suspect AND guest IS NOT NULL AND NOT staff AND first_at <= :until
""")
_QUESTIONS = text(f"""
    WITH {LEFT_OUT}
    SELECT CAST(floor(extract(epoch FROM q.asked_at - :since) / :step) AS int) AS i, count(*) AS n
    FROM question AS q
    WHERE q.show_id = :show AND q.state NOT IN {UNCOUNTED_QUESTIONS} AND q.asked_at >= :since AND q.asked_at < :until
      AND NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = q.viewer_id)
    GROUP BY 1
""")
_ORDERS = text("""
    SELECT CAST(floor(extract(epoch FROM at - :since) / :step) AS int) AS i, count(*) AS n
    FROM sale AS o WHERE show_id = :show AND nth = 0 AND at >= :since AND at < :until AND NOT staff
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = o.show_id AND s.viewer_id = o.viewer_id)
    GROUP BY 1
""")

# A pin names its product or question, or null when it was taken off; an answer brings the whole question; an announcement its text; an
# offer that opens the whole offer, one that closes its id.
_MARKS = text("""
    WITH told AS (
        SELECT "offset", at, type, CAST(line AS jsonb) AS line FROM publication
        WHERE show_id = :show AND at >= :since AND at <= :until
          AND type IN ('product.pinned', 'question.pinned', 'question.answered', 'announce', 'offer.opened', 'offer.closed')
    ), named AS (
        SELECT *, coalesce(line ->> 'product', line -> 'question' ->> 'id', line ->> 'question', line -> 'offer' ->> 'id', line ->> 'offer')
               AS subject FROM told
    )
    SELECT named.at, type, subject, coalesce(product.title, question.text, line ->> 'text') AS text
    FROM named LEFT JOIN offer ON type LIKE 'offer.%' AND offer.id = subject
    LEFT JOIN product ON product.id = CASE WHEN type = 'product.pinned' THEN subject ELSE offer.product_id END
    LEFT JOIN question ON type LIKE 'question.%' AND question.id = subject
    ORDER BY named."offset"
""")


async def read_series_facts(
    connection: AsyncConnection, show: ShowHead, step_seconds: int, kept: ShowCurve | None = None
) -> SeriesFacts:
    """Return what happened in each step of a show; `kept`: its curve, where that has been found already."""
    if show.started_at is None:
        return SeriesFacts(show, step_seconds, 0, [], None, {}, {}, {}, {}, [])
    window = {"show": show.id, "since": show.started_at, "until": show.until}
    steps = {**window, "step": step_seconds}
    kept = kept or await find_curve(connection, show)
    if kept is not None:
        watching = most_per_step(kept.watching, step_seconds)
        reactions, clicks = (
            dict(enumerate(sum_per_step(counts, step_seconds))) for counts in (kept.reactions, kept.clicks)
        )
    else:
        soft = (await connection.execute(_SOFT, steps)).all()
        reactions, clicks = (
            {i: int(n) for kind, i, n in soft if kind == wanted} for wanted in ("reaction", "click")
        )
        watching = None
    return SeriesFacts(
        show=show,
        step_seconds=step_seconds,
        suspects=await (count_suspects if kept is not None else count_suspects_in_turn)(connection, show),
        viewers=[] if watching is not None else await read_stretches(connection, show),
        watching=watching,
        reactions=reactions,
        clicks=clicks,
        questions=await _count(connection, _QUESTIONS, steps),
        orders=await _count(connection, _ORDERS, steps),
        marks=await read_marks(connection, show),
    )


async def count_suspects(connection: AsyncConnection, show: ShowHead) -> int | None:
    """Return how many suspects a final show had; None where nobody looked for them."""
    found: int = await connection.scalar(_SUSPECTS, {"show": show.id, "until": show.until}) or 0
    return found if found or show.bots_looked_for else None


async def count_suspects_in_turn(connection: AsyncConnection, show: ShowHead) -> int | None:
    """Return the same of any show."""
    return (await read_people(connection, show)).suspects


async def read_marks(connection: AsyncConnection, show: ShowHead) -> list[Mark]:
    """Return what the host's side did while the show ran, in order; nothing before it has begun."""
    if show.started_at is None:
        return []
    window = {"show": show.id, "since": show.started_at, "until": show.until}
    return [_mark(show.started_at, *row) for row in await connection.execute(_MARKS, window)]


async def _count(connection: AsyncConnection, statement: TextClause, steps: dict[str, Any]) -> dict[int, int]:
    return {row.i: row.n for row in await connection.execute(statement, steps)}


def _mark(start: datetime, at: datetime, type: str, subject: str | None, content: str | None) -> Mark:
    taken_off = type.endswith(".pinned") and subject is None
    return Mark.model_validate(
        {
            "t": (at - start).total_seconds(),
            "at": at,
            "kind": type.replace(".pinned", ".unpinned") if taken_off else type,
            "subject": subject,
            "text": content,
        }
    )
