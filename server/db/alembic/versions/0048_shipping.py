"""Shipping: how far an order is, its parcels, and what the merchant's people noted about it.

New tables alone.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "order_handling",
        *map(_word, ("order_id", "channel_id")),
        sa.Column("shipping", sa.String(), server_default=sa.text("'unshipped'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("order_handling_shipping", "order_handling", ["channel_id", "shipping"])
    op.create_table(
        "shipment",
        *map(_word, ("id", "order_id", "channel_id", "carrier", "tracking")),
        _moment("shipped_at"),
        *map(_word, ("by_id", "by_name")),
        _moment("undone_at", nullable=True),
        _word("undone_by", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shipment_order", "shipment", ["order_id"])
    op.create_table(
        "shipment_line",
        _word("shipment_id"),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="shipment_line_quantity"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("shipment_id", "nth"),
    )
    op.create_table(
        "order_note",
        *map(_word, ("id", "order_id", "channel_id")),
        sa.Column("words", sa.Text(), nullable=False),
        *map(_word, ("by_id", "by_name")),
        _moment("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("order_note_order", "order_note", ["order_id"])


def downgrade() -> None:
    for table in ("order_note", "shipment_line", "shipment", "order_handling"):
        op.drop_table(table)
