"""Views say of each order, and of what was given back of it, whether it was bought at the replay of its show.

A column at the end of a view: a server of the version before goes on reading it, and counts what is bought at a replay as the show's.
"""

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

_AT_REPLAY = ", EXISTS (SELECT FROM public.replay_order AS r WHERE r.order_id = {0}) AS replay"
_SALE = """
    SELECT coalesce((SELECT l.head_id FROM order_line AS l WHERE l.order_id = orders.id), id) AS order_id,
           coalesce((SELECT l.nth FROM order_line AS l WHERE l.order_id = orders.id), 0) AS nth, channel_id, show_id, viewer_id, product_id,
           quantity, amount_minor, currency, at, staff, false AS reported {own}
    FROM orders
    UNION ALL
    SELECT order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at, false, true {shops}
    FROM reported_sale
"""
_GIVEN_BACK = """
    SELECT r.order_id, r.channel_id, r.show_id, o.viewer_id, r.currency, r.amount_minor - r.shipping_minor AS refunded_minor, o.staff,
           false AS reported {own}
    FROM refund AS r JOIN orders AS o ON o.id = r.order_id WHERE r.state = 'done'
    UNION ALL
    SELECT id, channel_id, show_id, viewer_id, currency, refunded_minor, false, true {shops}
    FROM reported_order WHERE state <> 'cancelled' AND refunded_minor > 0
"""
_ORDERS = """
    SELECT order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at, staff, reported {own}
    FROM public.sale
"""
_QUESTIONS = """
    SELECT q.id AS question_id, q.show_id, s.channel_id, q.viewer_id, q.state, q.votes, q.asked_at, q.answered_at, q.answered_live,
           extract(epoch FROM q.answered_at - q.asked_at) AS answer_seconds {own}
    FROM public.question AS q JOIN public.show AS s ON s.id = q.show_id WHERE q.role = 'viewer'
"""
_VIEWS = {
    "public.sale": (_SALE, _AT_REPLAY.format("orders.id")),
    "public.given_back": (_GIVEN_BACK, _AT_REPLAY.format("o.id")),
    "analytics.orders": (_ORDERS, ", replay"),
    "analytics.questions": (_QUESTIONS, ", q.replay_ms IS NOT NULL AS replay"),
}


def upgrade() -> None:
    for name, (query, own) in _VIEWS.items():
        op.execute(f"CREATE OR REPLACE VIEW {name} AS {query.format(own=own, shops=', false')}")


def downgrade() -> None:
    for name in reversed(_VIEWS):
        op.execute(f"DROP VIEW {name}")
    for name, (query, _) in _VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query.format(own='', shops='')}")
