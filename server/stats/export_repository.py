"""All SQL of the exports. Here everybody is in it, suspected bots and staff too: columns say so."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.shop.numbers import HEXADECIMAL, LETTERS

_SUSPECT = "CASE WHEN a.suspect THEN true WHEN show.bots_looked_for THEN false END AS suspect"
"""Nothing where it cannot be known, since nobody looked."""

# A link counts that a `share` of this channel was answered with; anything else that a join named is as none.
_VIEWERS = text(f"""
    WITH withdrawn AS (
        SELECT e.viewer_id, max(e.at) AS at FROM show JOIN show AS own ON own.channel_id = show.channel_id
        JOIN ledger_entry AS e ON e.show_id = own.id AND e.kind = 'consent_withdrawn' WHERE show.id = :show GROUP BY e.viewer_id
    ), link AS (
        SELECT e.target AS id, min(e.via) AS via FROM show JOIN show AS own ON own.channel_id = show.channel_id
        JOIN ledger_entry AS e ON e.show_id = own.id AND e.kind IN ('share', 'replay_share') WHERE show.id = :show GROUP BY e.target
    ), known AS (
        SELECT viewer_id FROM attendance WHERE show_id = :show
        UNION SELECT viewer_id FROM rollup WHERE show_id = :show AND (
            NOT staff OR visits + reactions + impressions + clicks + shares + questions + votes + orders > 0)
        UNION SELECT viewer_id FROM ledger_entry WHERE show_id = :show AND kind = 'answer'
        UNION SELECT viewer_id FROM sale WHERE show_id = :show
    ), bought AS (
        SELECT viewer_id, count(*) FILTER (WHERE nth = 0) AS orders, sum(quantity) AS units, bool_or(staff) AS staff
        FROM sale WHERE show_id = :show GROUP BY viewer_id
    ), spent AS (
        SELECT viewer_id, jsonb_object_agg(currency, amount) AS spent
        FROM (SELECT viewer_id, currency, CAST(sum(amount_minor) AS bigint) AS amount FROM sale
              WHERE show_id = :show GROUP BY viewer_id, currency) AS s
        GROUP BY viewer_id
    )
    SELECT known.viewer_id, a.first_at, a.guest, a.remembered AND coalesce(w.at < a.consent_at, w.at IS NULL) AS remembered,
           {_SUSPECT}, a.source, link.id AS share, link.via AS share_via,
           s.viewer_id IS NOT NULL OR bought.staff IS TRUE AS staff,
           coalesce(r.reactions, 0) AS reactions, coalesce(r.impressions, 0) AS impressions, coalesce(r.clicks, 0) AS clicks,
           coalesce(r.shares, 0) AS shares, coalesce(r.questions, 0) AS questions, coalesce(r.votes, 0) AS votes,
           coalesce(bought.orders, 0) AS orders, coalesce(bought.units, 0) AS units, coalesce(spent.spent, '{{}}') AS spent
    FROM known JOIN show ON show.id = :show LEFT JOIN bought USING (viewer_id) LEFT JOIN spent USING (viewer_id)
    LEFT JOIN attendance AS a ON a.show_id = :show AND a.viewer_id = known.viewer_id
    LEFT JOIN rollup AS r ON r.show_id = :show AND r.viewer_id = known.viewer_id
    LEFT JOIN link ON link.id = a.share
    LEFT JOIN withdrawn AS w ON w.viewer_id = known.viewer_id
    LEFT JOIN staff_presence AS s ON s.show_id = :show AND s.viewer_id = known.viewer_id
    ORDER BY a.first_at NULLS LAST, known.viewer_id
""")

_ORDERS = text(f"""
    SELECT o.order_id, o.at, o.viewer_id, o.product_id, p.title, o.quantity,
           CASE WHEN o.amount_minor % o.quantity = 0 THEN o.amount_minor / o.quantity ELSE own.unit_price_minor END AS unit_price_minor,
           o.amount_minor, o.currency, own.payment, {_SUSPECT}, o.staff OR s.viewer_id IS NOT NULL AS staff,
           coalesce(r.external_id, own.number, translate(upper(right(own.id, 8)), :hex, :letters)) AS number,
           coalesce(r.state, (
               SELECT CASE WHEN bool_or(b.order_state = 'cancelled') THEN 'cancelled'
                           WHEN bool_or(b.order_state = 'refunded') THEN 'refunded'
                           WHEN count(*) > 0 THEN 'partially_refunded' END
               FROM refund AS b WHERE NOT o.reported AND b.order_id = o.order_id AND b.state = 'done'), 'paid') AS state,
           r.attributed_by, o.replay
    FROM sale AS o LEFT JOIN product AS p ON p.id = o.product_id JOIN show ON show.id = o.show_id
    LEFT JOIN orders AS own ON NOT o.reported AND own.id = o.order_id
    LEFT JOIN reported_order AS r ON o.reported AND r.id = o.order_id
    LEFT JOIN attendance AS a ON a.show_id = o.show_id AND a.viewer_id = o.viewer_id
    LEFT JOIN staff_presence AS s ON s.show_id = o.show_id AND s.viewer_id = o.viewer_id
    WHERE o.show_id = :show ORDER BY o.at, o.order_id, o.nth
""")

_QUESTIONS = text(f"""
    SELECT q.id, q.asked_at, CASE WHEN NOT q.anonymous THEN q.viewer_id END AS viewer_id,
           CASE WHEN q.role <> 'viewer' THEN q.author END AS author, q.text, q.state, q.votes, q.answered_at, q.answered_live,
           q.answer_text, q.dismissed_reason, q.moderated_by,
           {_SUSPECT}, s.viewer_id IS NOT NULL OR q.role <> 'viewer' AS staff, q.votes_apart,
           q.replay_ms IS NOT NULL AS replay
    FROM question AS q JOIN show ON show.id = q.show_id
    LEFT JOIN attendance AS a ON a.show_id = q.show_id AND a.viewer_id = q.viewer_id
    LEFT JOIN staff_presence AS s ON s.show_id = q.show_id AND s.viewer_id = q.viewer_id
    WHERE q.show_id = :show ORDER BY q.asked_at, q.id
""")


_SURVEYS = text(f"""
    SELECT v.id, v.kind, v.question, coalesce(k.canonical, w.viewer_id) AS viewer_id, w.score, v.choices[w.choice + 1] AS choice,
           w.changed_at, {_SUSPECT}, s.viewer_id IS NOT NULL AS staff
    FROM survey_answer AS w JOIN survey AS v ON v.id = w.survey_id
    LEFT JOIN viewer_alias AS k ON k.show_id = w.show_id AND k.raw = w.viewer_id AND k.taken_back_at IS NULL
    LEFT JOIN show ON show.id = w.show_id
    LEFT JOIN attendance AS a ON a.show_id = w.show_id AND a.viewer_id = coalesce(k.canonical, w.viewer_id)
    LEFT JOIN staff_presence AS s ON s.show_id = w.show_id AND s.viewer_id = coalesce(k.canonical, w.viewer_id)
    WHERE w.show_id = :show ORDER BY w.changed_at, v.id, w.viewer_id
""")


async def read_survey_rows(connection: AsyncConnection, show_id: str) -> Sequence[Row[Any]]:
    """Return the answers to the show's surveys, oldest first."""
    return (await connection.execute(_SURVEYS, {"show": show_id})).all()


async def read_viewer_rows(connection: AsyncConnection, show_id: str) -> Sequence[Row[Any]]:
    """Return what is known of each viewer of the show beside their watching; `spent` is minor units by currency."""
    return (await connection.execute(_VIEWERS, {"show": show_id})).all()


async def read_order_rows(connection: AsyncConnection, show_id: str) -> Sequence[Row[Any]]:
    """Return the show's orders, oldest first."""
    return (
        await connection.execute(_ORDERS, {"show": show_id, "hex": HEXADECIMAL, "letters": LETTERS[:16]})
    ).all()


async def read_question_rows(connection: AsyncConnection, show_id: str) -> Sequence[Row[Any]]:
    """Return the show's questions, oldest first."""
    return (await connection.execute(_QUESTIONS, {"show": show_id})).all()
