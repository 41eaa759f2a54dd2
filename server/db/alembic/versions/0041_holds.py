"""Holds: units that are set aside for one viewer until a time, the rows of their movements, and orders of several lines.

New tables, a column with a constant default, and the view of sales told which orders are lines of another one. A server of the version
before goes on: a unit that is held has left `stock`, so it sells what is free and no more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

UNITS_MAX = 2**31 - 1
# Sub-selects and no join: the planner still takes either table by its indexes, as if it stood in the statement itself. A line has its
# head's id: whoever counts orders by their ids counts heads.
SALE = """
CREATE OR REPLACE VIEW sale AS
    SELECT {order} AS order_id, {nth} AS nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor,
           currency, at, staff, false AS reported
    FROM orders
    UNION ALL
    SELECT order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at, false, true
    FROM reported_sale
"""
HEADS = {
    "order": "coalesce((SELECT l.head_id FROM order_line AS l WHERE l.order_id = orders.id), id)",
    "nth": "coalesce((SELECT l.nth FROM order_line AS l WHERE l.order_id = orders.id), 0)",
}


def upgrade() -> None:
    op.create_table(
        "hold",
        *map(_word, ("id", "channel_id", "show_id", "viewer_id", "key", "state", "currency")),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        _moment("placed_at"),
        _moment("expires_at"),
        sa.Column("paying", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _moment("ended_at", nullable=True),
        _word("ended_why", nullable=True),
        sa.Column("staff", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("viewer_id", "key", name="hold_viewer_key"),
    )
    op.create_index(
        "hold_lapsing",
        "hold",
        ["expires_at", "channel_id"],
        postgresql_where=sa.text("state = 'placed' AND NOT paying"),
    )
    op.create_table(
        "hold_line",
        _word("hold_id"),
        sa.Column("nth", sa.Integer(), nullable=False),
        _word("product_id"),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        _word("offer_id", nullable=True),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], ondelete="CASCADE"),
        sa.CheckConstraint("quantity > 0", name="hold_line_quantity"),
        sa.PrimaryKeyConstraint("hold_id", "nth"),
    )
    op.create_index("hold_line_product", "hold_line", ["product_id"])
    op.create_table(
        "stock_held",
        _word("product_id"),
        sa.Column("move", sa.BigInteger(), nullable=False),
        _word("hold_id"),
        _word("kind"),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("stock_after", sa.Integer(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("product_id", "move"),
    )
    op.create_table(
        "order_line",
        _word("order_id"),
        _word("head_id"),
        sa.Column("nth", sa.Integer(), nullable=False),
        _word("show_id"),
        sa.PrimaryKeyConstraint("order_id"),
        sa.CheckConstraint("nth > 0", name="order_line_behind"),
    )
    op.create_index("order_line_head", "order_line", ["head_id", "nth"], unique=True)
    op.create_index("order_line_show", "order_line", ["show_id"])
    op.add_column("product", sa.Column("held", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("ALTER TABLE product ADD CONSTRAINT product_held_not_negative CHECK (held >= 0) NOT VALID")
    rule = f"stock::bigint + held + sold <= {UNITS_MAX}"
    op.execute(f"ALTER TABLE product ADD CONSTRAINT product_on_hand CHECK ({rule}) NOT VALID")
    op.execute(SALE.format(**HEADS))


def downgrade() -> None:
    op.execute(SALE.format(order="id", nth="0"))
    op.drop_column("product", "held")
    for table in ("order_line", "stock_held", "hold_line", "hold"):
        op.drop_table(table)


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
