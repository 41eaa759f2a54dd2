"""Refunds of orders that Showfloor took, what payments' providers have told of them, and what was given back in all as one view.

New tables, a column with a constant default, and one that is null where a server of the version before writes.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

# Of ours what was paid for goods: shipping is in no sale. Whose an order is stands in the order, where it is forgotten too.
GIVEN_BACK = """
CREATE VIEW given_back AS
    SELECT r.order_id, r.channel_id, r.show_id, o.viewer_id, r.currency, r.amount_minor - r.shipping_minor AS refunded_minor, o.staff,
           false AS reported
    FROM refund AS r JOIN orders AS o ON o.id = r.order_id WHERE r.state = 'done'
    UNION ALL
    SELECT id, channel_id, show_id, viewer_id, currency, refunded_minor, false, true
    FROM reported_order WHERE state <> 'cancelled' AND refunded_minor > 0
"""


def upgrade() -> None:
    _make_refunds()
    _make_fake_books()
    op.add_column(
        "payment",
        sa.Column("refunded_there_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("stock_change", sa.Column("refund_id", sa.String(), nullable=True))
    op.execute(GIVEN_BACK)


def downgrade() -> None:
    op.execute("DROP VIEW given_back")
    op.drop_column("stock_change", "refund_id")
    op.drop_column("payment", "refunded_there_minor")
    for table in ("fake_refund", "refund_line", "refund"):
        op.drop_table(table)


def _make_refunds() -> None:
    op.create_table(
        "refund",
        *map(_word, ("id", "channel_id", "show_id", "order_id")),
        _word("payment_id", nullable=True),
        _word("origin"),
        *(_word(name, nullable=True) for name in ("key", "parameters")),
        *map(_word, ("state", "reason")),
        _word("note", nullable=True),
        *map(_money, ("amount_minor", "shipping_minor")),
        _word("currency"),
        sa.Column("cancels", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _word("order_state", nullable=True),
        *map(_word, ("actor", "actor_name", "role")),
        _moment("asked_at", nullable=False),
        _moment("ended_at"),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("next_at"),
        _word("why", nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint(
            "amount_minor >= 0 AND shipping_minor BETWEEN 0 AND amount_minor", name="refund_amount"
        ),
    )
    op.create_index("refund_order", "refund", ["order_id"])
    op.create_index("refund_show", "refund", ["show_id"])
    op.create_index(
        "refund_key",
        "refund",
        ["channel_id", "key"],
        unique=True,
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_index("refund_due", "refund", ["next_at"], postgresql_where=sa.text("state = 'asked'"))
    op.create_table(
        "refund_line",
        _word("refund_id"),
        sa.Column("nth", sa.Integer(), nullable=False),
        *map(_word, ("line_id", "product_id")),
        sa.Column("quantity", sa.Integer(), nullable=False),
        _money("amount_minor"),
        sa.Column("restock", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("refund_id", "nth"),
        sa.CheckConstraint("quantity > 0", name="refund_line_quantity"),
    )
    op.create_index("refund_line_line", "refund_line", ["line_id"])
    op.create_index("refund_line_product", "refund_line", ["product_id"])


def _make_fake_books() -> None:
    op.create_table(
        "fake_refund",
        *map(_word, ("key", "ref", "state")),
        _money("amount_minor"),
        _moment("due_at"),
        _moment("created_at", nullable=False),
        sa.PrimaryKeyConstraint("key"),
        comment="Of no payment that moves money",
    )
    op.create_index("fake_refund_ref", "fake_refund", ["ref"])


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
