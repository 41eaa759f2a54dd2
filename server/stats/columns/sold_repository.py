"""What was sold in shows, order by order, as statements: `asked` are the shows, `label` and `rows` about the row `r` of who bought."""

from typing import Final

from server.stats.columns.opened_repository import OPENED

# One row for each part, currency and buyer's kind; orders of several lines are one.
TILLS: Final = f"""
    WITH {{asked}}, {OPENED}, sold AS (
        SELECT asked.part, {{label}} AS label, s.currency, s.order_id, sum(s.quantity) AS units, sum(s.amount_minor) AS amount,
               CASE WHEN bool_or(s.staff OR r.staff IS TRUE OR p.viewer_id IS NOT NULL) THEN 'staff'
                    WHEN bool_or(s.replay) THEN 'replay' WHEN bool_or(r.suspect) THEN 'suspected_bots'
                    WHEN bool_or(coalesce(w.views, r.views) > 0) THEN 'viewers' ELSE 'without_a_view' END AS by
        FROM asked JOIN sale AS s USING (show_id)
        LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
        LEFT JOIN rollup AS r ON r.show_id = s.show_id AND r.viewer_id = coalesce(a.canonical, s.viewer_id)
        LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
        LEFT JOIN staff_presence AS p ON p.show_id = s.show_id AND p.viewer_id = s.viewer_id
        WHERE {{rows}} GROUP BY 1, 2, s.currency, s.order_id
    )
    SELECT part, label, currency, by, count(*) AS orders, CAST(sum(units) AS bigint) AS units, CAST(sum(amount) AS bigint) AS gmv_minor,
           sum(amount * amount) AS squares
    FROM sold GROUP BY part, label, currency, by ORDER BY part, currency
"""

# The orders that the shop reported, and what was given back of any of the audience's.
REPORTED: Final = f"""
    WITH {{asked}}, {OPENED}, theirs AS (
        SELECT o.show_id, o.viewer_id, o.currency, 1 AS orders, sold.units, o.amount_minor, 0 AS refunded_minor, false AS staff
        FROM asked JOIN reported_order AS o USING (show_id)
        CROSS JOIN LATERAL (SELECT sum(quantity) AS units FROM reported_sale AS l WHERE l.order_id = o.id) AS sold
        WHERE o.state <> 'cancelled'
        UNION ALL
        SELECT b.show_id, b.viewer_id, b.currency, 0, 0, 0, b.refunded_minor, b.staff FROM asked JOIN given_back AS b USING (show_id)
        WHERE NOT b.replay
    )
    SELECT asked.part, {{label}} AS label, o.currency, CAST(sum(o.orders) AS bigint) AS orders, CAST(sum(o.units) AS bigint) AS units,
           CAST(sum(o.amount_minor) AS bigint) AS gmv_minor, CAST(sum(o.refunded_minor) AS bigint) AS refunded_minor
    FROM asked JOIN theirs AS o USING (show_id)
    LEFT JOIN viewer_alias AS a ON a.show_id = o.show_id AND a.raw = o.viewer_id AND a.taken_back_at IS NULL
    LEFT JOIN rollup AS r ON r.show_id = o.show_id AND r.viewer_id = coalesce(a.canonical, o.viewer_id)
    LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
    WHERE NOT o.staff AND r.staff IS NOT TRUE AND {{rows}}
      AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = o.show_id AND s.viewer_id = o.viewer_id)
    GROUP BY 1, 2, o.currency
"""


def written(statement: str, asked: str, label: str = "CAST(ARRAY[] AS text[])", rows: str = "TRUE") -> str:
    """Return a statement about these shows, by these words of those rows that the claim holds for."""
    return statement.replace("{asked}", asked).replace("{label}", label).replace("{rows}", rows)
