"""Views for other tools, in a schema of their own: what a role that reads nothing else may read. No server reads them."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

VIEWS = {
    "shows": """
        SELECT id AS show_id, channel_id, title, state, starts_at, started_at, ended_at FROM public.show
        WHERE state NOT IN ('draft', 'rehearsal')
    """,
    "viewers": """
        SELECT r.show_id, s.channel_id, r.viewer_id, r.first_at, r.joined, r.guest, r.remembered, r.suspect, r.staff, r.source, r.device,
               r.segment, r.visits, r.views, r.watched_us / 1000000.0 AS watched_seconds, r.watched_from, r.watched_until, r.replay_views,
               r.replay_us / 1000000.0 AS replay_seconds, r.reactions, r.impressions, r.clicks, r.shares, r.questions, r.votes, r.orders,
               r.units, r.first_impression_at, r.first_click_at, r.first_order_at, r.currency, r.paid_minor, r.refunded_minor,
               r.views > 0 AND NOT r.suspect AND NOT r.staff AS counted
        FROM public.rollup AS r JOIN public.show AS s ON s.id = r.show_id
    """,
    "orders": """
        SELECT order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at, staff, reported
        FROM public.sale
    """,
    "questions": """
        SELECT q.id AS question_id, q.show_id, s.channel_id, q.viewer_id, q.state, q.votes, q.asked_at, q.answered_at, q.answered_live,
               extract(epoch FROM q.answered_at - q.asked_at) AS answer_seconds
        FROM public.question AS q JOIN public.show AS s ON s.id = q.show_id WHERE q.role = 'viewer'
    """,
    "products": """
        SELECT id AS product_id, channel_id, parent_id, title, sku, external_id, price_minor, currency, stock, sold FROM public.product
    """,
}
"""No names, no texts that people wrote, no addresses: a viewer is an id."""


def upgrade() -> None:
    op.execute("CREATE SCHEMA analytics")
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW analytics.{name} AS {query}")


def downgrade() -> None:
    for name in VIEWS:
        op.execute(f"DROP VIEW analytics.{name}")
    op.execute("DROP SCHEMA analytics")
