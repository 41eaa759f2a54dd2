"""Orders that a merchant's own shop took: as it reported them, and beside ours in one view that the figures are read from.

New tables, a view, and a column with a constant default: a server of the version before goes on, and leaves reported orders out.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# No WHERE, no join: so the planner reads either table by its indexes, as if it stood in the statement itself.
SALE = """
CREATE VIEW sale AS
    SELECT id AS order_id, 0 AS nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor,
           currency, at, staff, false AS reported
    FROM orders
    UNION ALL
    SELECT order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at, false, true
    FROM reported_sale
"""


def upgrade() -> None:
    op.create_table(
        "reported_order",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=True),
        sa.Column("viewer_id", sa.String(), nullable=True),
        sa.Column("attributed_by", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "external_id", name="reported_order_external"),
    )
    op.create_index("reported_order_show", "reported_order", ["show_id"])
    op.create_table(
        "reported_sale",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["reported_order.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("order_id", "nth"),
    )
    op.create_index("reported_sale_show", "reported_sale", ["show_id"])
    op.create_index("reported_sale_viewer", "reported_sale", ["viewer_id"])
    op.create_table(
        "order_link",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "external_id"),
    )
    op.create_index("ix_order_link_at", "order_link", ["at"])
    op.add_column(
        "channel", sa.Column("attribution_hours", sa.Integer(), server_default="24", nullable=False)
    )
    op.execute(SALE)


def downgrade() -> None:
    op.execute("DROP VIEW sale")
    op.drop_column("channel", "attribution_hours")
    op.drop_table("order_link")
    op.drop_table("reported_sale")
    op.drop_table("reported_order")
