"""Checkouts: how a channel sells by them, what the buyers of holds have filled in, and what they want kept for the next time.

New tables, and columns with defaults of one that no server of the version before knows. An order's amount may be less than its units
cost, by its share of a discount; servers of the version before write no such order, and read it by its amount.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

AMOUNT = "quantity > 0 AND unit_price_minor >= 0 AND amount_minor {} unit_price_minor * quantity"


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, JSONB(), server_default=default, nullable=default is None)


def upgrade() -> None:
    for column in (
        sa.Column("address_needed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        _json("methods", "[]"),
        sa.Column("tax_thousandths", sa.Integer(), server_default="0", nullable=False),
        _json("tax_name", "{}"),
        _json("terms_text", "{}"),
        sa.Column("terms_url", sa.String(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    ):
        op.add_column("checkout_settings", column)
    op.create_table(
        "checkout",
        *map(_word, ("hold_id", "channel_id", "show_id", "viewer_id")),
        _json("contact"),
        *map(_word, ("method_id", "method_title", "gift_note", "language")),
        _moment("terms_at"),
        sa.Column("terms_version", sa.Integer(), nullable=True),
        _word("voucher"),
        _word("voucher_id", nullable=True),
        *map(_money, ("items_minor", "discount_minor")),
        _json("shares"),
        *map(_money, ("shipping_minor", "tax_minor", "total_minor")),
        sa.Column("tax_thousandths", sa.Integer(), nullable=False),
        _word("tax_name"),
        *(sa.Column(name, ARRAY(sa.String()), nullable=False) for name in ("lacks", "marks")),
        _moment("changed_at", nullable=False),
        _word("order_id", nullable=True),
        sa.CheckConstraint(
            "discount_minor BETWEEN 0 AND items_minor AND shipping_minor >= 0 AND tax_minor BETWEEN 0 AND total_minor"
            " AND total_minor = items_minor - discount_minor + shipping_minor",
            name="checkout_adds_up",
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index(
        "checkout_order",
        "checkout",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_index("checkout_marks", "checkout", ["marks"], postgresql_using="gin")
    op.create_index("checkout_viewer", "checkout", ["viewer_id"])
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE orders DROP CONSTRAINT orders_amount")
    op.execute(
        f"ALTER TABLE orders ADD CONSTRAINT orders_amount CHECK ({AMOUNT.format('BETWEEN 0 AND')}) NOT VALID"
    )
    op.create_table(
        "kept_details",
        *map(_word, ("channel_id", "viewer_id")),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("contact", JSONB(), nullable=False),
        _moment("kept_at", nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("channel_id", "viewer_id"),
    )
    op.create_index("ix_kept_details_viewer_id", "kept_details", ["viewer_id"])


def downgrade() -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE orders DROP CONSTRAINT orders_amount")
    op.execute(f"ALTER TABLE orders ADD CONSTRAINT orders_amount CHECK ({AMOUNT.format('=')}) NOT VALID")
    for table in ("kept_details", "checkout"):
        op.drop_table(table)
    for column in (
        "address_needed", "methods", "tax_thousandths", "tax_name", "terms_text", "terms_url", "version",
    ):  # fmt: skip
        op.drop_column("checkout_settings", column)
