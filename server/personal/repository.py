"""The SQL about what one viewer did in a channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.personal.for_you import Past
from server.protocol.pushes import UNCOUNTED_QUESTIONS

QUESTIONS: Final = 3
"""So many of their last questions are looked at."""
_IDS: Final = text("""
    SELECT a.raw FROM show JOIN viewer_alias AS a ON a.show_id = show.id
    WHERE show.channel_id = :channel AND a.canonical = :viewer AND a.taken_back_at IS NULL
""")
_WITHDRAWN: Final = text("""
    SELECT EXISTS (
        SELECT FROM show JOIN ledger_entry AS e ON e.show_id = show.id
        WHERE show.channel_id = :channel AND e.kind = 'consent_withdrawn' AND e.viewer_id = :viewer AND e.at >= :since)
""")
_CLICKED: Final = text("""
    SELECT e.target AS product, max(e.at) AS at FROM ledger_entry AS e JOIN show ON show.id = e.show_id
    WHERE e.kind = 'click' AND e.viewer_id = ANY(:ids) AND show.channel_id = :channel AND e.at >= :since AND e.show_id <> :show
    GROUP BY e.target
""")
_BOUGHT: Final = text("""
    SELECT product_id AS product, max(at) AS at FROM sale
    WHERE viewer_id = ANY(:ids) AND channel_id = :channel AND at >= :since AND product_id IS NOT NULL GROUP BY product_id
""")
_BESIDE: Final = text("""
    SELECT other.product_id AS product, product.title, max(sale.at) AS at FROM sale
    JOIN line_up AS own ON own.show_id = sale.show_id JOIN product ON product.id = sale.product_id
    JOIN line_up AS other ON other.show_id = sale.show_id AND other.product_id <> sale.product_id
    WHERE sale.viewer_id = ANY(:ids) AND sale.channel_id = :channel AND sale.at >= :since AND sale.show_id <> :show
      AND own.product_id IN (product.id, product.parent_id)
    GROUP BY other.product_id, product.title ORDER BY max(sale.at)
""")
# What was pinned when they asked: the last thing that the journal says of it until then.
_ASKED: Final = text(f"""
    SELECT CAST(pin.line AS jsonb) ->> 'product' AS product, max(q.asked_at) AS at FROM (
        SELECT question.* FROM question JOIN show ON show.id = question.show_id
        WHERE question.viewer_id = ANY(:ids) AND show.channel_id = :channel AND question.asked_at >= :since
          AND question.state NOT IN {UNCOUNTED_QUESTIONS} AND question.show_id <> :show
        ORDER BY question.asked_at DESC LIMIT :questions
    ) AS q JOIN LATERAL (
        SELECT p.type, p.line FROM publication AS p
        WHERE p.show_id = q.show_id AND p.type IN ('product.pinned', 'product.unpinned') AND p.at <= q.asked_at
        ORDER BY p."offset" DESC LIMIT 1
    ) AS pin ON pin.type = 'product.pinned'
    GROUP BY 1
""")


async def has_withdrawn(
    connection: AsyncConnection, channel_id: str, viewer_id: str, since: datetime
) -> bool:
    """Whether a guest took back, in any show of the channel, the consent that they gave at `since`."""
    given = {"channel": channel_id, "viewer": viewer_id, "since": since}
    return bool(await connection.scalar(_WITHDRAWN, given))


async def read_past(
    connection: AsyncConnection, channel_id: str, show_id: str, viewer_id: str, since: datetime
) -> Past:
    """Return what the viewer, and guests who turned out to be them, did in the channel since then, in other shows than `show_id`.

    Orders of this show are in it too. What was opened in shows that are sealed is not.
    """
    guests = await connection.scalars(_IDS, {"channel": channel_id, "viewer": viewer_id})
    given: dict[str, Any] = {
        "ids": [viewer_id, *guests],
        "channel": channel_id,
        "show": show_id,
        "since": since,
        "questions": QUESTIONS,
    }
    asked, clicked, bought, beside = [
        (await connection.execute(statement, given)).all()
        for statement in (_ASKED, _CLICKED, _BOUGHT, _BESIDE)
    ]
    return Past(
        asked=_by_product(asked),
        clicked=_by_product(clicked),
        bought=_by_product(bought),
        beside={row.product: (row.title, row.at) for row in beside},
    )


def _by_product(rows: Sequence[Any]) -> dict[str, datetime]:
    return {row.product: row.at for row in rows if row.product}
