"""The SQL of what viewers of shows did with products, as far as their wide rows do not say it: how far each came in order, and by actions.

Entries are read of who clicked, of who saw a product before the show began, and of what is no product of the channel. Where a row says by
itself when its viewer first saw a product and first clicked, no entry is asked. What is told of one show is what `stats.acts_repository`
and `stats.sales_repository` tell of it.
"""

from typing import Final

from server.stats.columns.opened_repository import OPENED

ALIAS: Final = "LEFT JOIN viewer_alias AS a ON a.show_id = {0}.show_id AND a.raw = {0}.viewer_id AND a.taken_back_at IS NULL"
_US: Final = "coalesce(CAST(extract(epoch FROM {0}) * 1000000 AS bigint), -1)"

ACTED: Final = f"""
    {OPENED}, walker AS MATERIALIZED (
        SELECT asked.started_at, asked.finish, r.show_id, r.viewer_id, r.first_impression_at AS saw_at, r.first_click_at AS clicked_at
        FROM asked JOIN rollup AS r USING (show_id)
        LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
        WHERE coalesce(w.views, r.views) > 0 AND NOT r.suspect AND NOT r.staff
          AND (r.clicks > 0 OR r.first_impression_at < asked.started_at)
    ), head AS (
        SELECT id, coalesce(parent_id, id) AS product_id FROM product WHERE channel_id IN (SELECT channel_id FROM asked)
    ), touched AS MATERIALIZED (
        SELECT e.show_id, coalesce(a.canonical, e.viewer_id) AS viewer_id, e.kind, e.n, e.at, head.product_id
        FROM asked JOIN ledger_entry AS e USING (show_id) {ALIAS.format("e")} LEFT JOIN head ON head.id = e.target
        LEFT JOIN walker AS w ON w.show_id = e.show_id AND w.viewer_id = coalesce(a.canonical, e.viewer_id)
        WHERE e.kind IN ('impression', 'click') AND (w.viewer_id IS NOT NULL OR head.product_id IS NULL)
    ), sold AS MATERIALIZED (
        SELECT s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id, head.product_id, s.order_id, s.currency, s.at
        FROM asked JOIN sale AS s USING (show_id) {ALIAS.format("s")} LEFT JOIN head ON head.id = s.product_id
        WHERE NOT s.staff AND NOT s.replay
    ), early AS (
        SELECT w.show_id, w.viewer_id, min(t.at) AS at FROM walker AS w JOIN touched AS t USING (show_id, viewer_id)
        WHERE w.saw_at < w.started_at AND t.kind = 'impression' AND t.at >= w.started_at AND t.at <= w.finish GROUP BY 1, 2
    ), saw AS MATERIALIZED (
        SELECT w.show_id, w.viewer_id, w.finish, w.clicked_at, early.at IS NOT NULL AS early, coalesce(early.at, w.saw_at) AS at
        FROM walker AS w LEFT JOIN early USING (show_id, viewer_id)
        WHERE early.at IS NOT NULL OR (w.saw_at >= w.started_at AND w.saw_at <= w.finish)
    ), clicked AS MATERIALIZED (
        SELECT show_id, viewer_id, finish, at AS saw_at, clicked_at AS at FROM saw WHERE clicked_at >= at AND clicked_at <= finish
        UNION ALL SELECT saw.show_id, saw.viewer_id, saw.finish, saw.at, min(t.at)
        FROM saw JOIN touched AS t USING (show_id, viewer_id)
        WHERE saw.clicked_at < saw.at AND t.kind = 'click' AND t.at >= saw.at AND t.at <= saw.finish GROUP BY 1, 2, 3, 4
    ), paid AS (
        SELECT c.show_id, c.viewer_id, min(s.at) AS at FROM clicked AS c JOIN sold AS s USING (show_id, viewer_id)
        WHERE s.at >= c.at AND s.at <= c.finish GROUP BY 1, 2
    ), met AS (
        SELECT show_id, viewer_id, t.product_id, coalesce(sum(t.n) FILTER (WHERE t.kind = 'impression'), 0) AS impressions,
               coalesce(sum(t.n) FILTER (WHERE t.kind = 'click'), 0) AS clicks
        FROM walker JOIN touched AS t USING (show_id, viewer_id) WHERE t.product_id IS NOT NULL GROUP BY 1, 2, 3
    ), basket AS (
        SELECT show_id, viewer_id, product_id, count(DISTINCT (order_id, currency)) AS orders
        FROM sold WHERE product_id IS NOT NULL GROUP BY 1, 2, 3
    ), told AS (
        SELECT show_id, viewer_id, CAST(early AS int) AS early, CAST(-1 AS bigint) AS to_click_us, CAST(-1 AS bigint) AS to_pay_us,
               0 AS clicks_seen, 0 AS orders_clicked, 0 AS other_impressions, 0 AS other_clicks FROM saw WHERE early
        UNION ALL SELECT c.show_id, c.viewer_id, 0, {_US.format("(c.at - c.saw_at)")}, {_US.format("(paid.at - c.at)")}, 0, 0, 0, 0
        FROM clicked AS c LEFT JOIN paid USING (show_id, viewer_id)
        UNION ALL SELECT show_id, viewer_id, 0, -1, -1, least(met.clicks, met.impressions), least(met.clicks, coalesce(o.orders, 0)), 0, 0
        FROM met LEFT JOIN basket AS o USING (show_id, viewer_id, product_id) WHERE met.clicks > 0
        UNION ALL SELECT show_id, viewer_id, 0, -1, -1, 0, 0, CASE kind WHEN 'impression' THEN n ELSE 0 END,
                         CASE kind WHEN 'click' THEN n ELSE 0 END
        FROM touched WHERE product_id IS NULL
    ), acted AS (
        SELECT asked.part, told.viewer_id, max(early) AS early, max(to_click_us) AS to_click_us, max(to_pay_us) AS to_pay_us,
               sum(clicks_seen) AS clicks_seen, sum(orders_clicked) AS orders_clicked, sum(other_impressions) AS other_impressions,
               sum(other_clicks) AS other_clicks
        FROM told JOIN asked USING (show_id) GROUP BY 1, 2
    )"""
"""`WITH` members behind `asked` (shows, with their channel, `started_at` and `finish`), up to `acted`: one row for each show and viewer.

`early`: 1 where a product was seen before the show began and again in it. `to_click_us` from the first product that was seen in the show to
the first click after it, `to_pay_us` from that to the first order after it, both while the show ran; -1 where there is none.
`clicks_seen` are clicks that have an impression of the same product each, `orders_clicked` orders that have a click of it. `other_…` are
of what is no product of the channel.
"""
