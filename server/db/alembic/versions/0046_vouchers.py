"""Vouchers and their uses, and how many units of a product one viewer may buy in a show.

New tables, which no server of the version before knows, and a nullable column, which means what it meant before: the settings' limit.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _money(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "voucher",
        *map(_word, ("id", "channel_id", "code", "code_key", "kind")),
        _number("percent"),
        _money("amount_minor", nullable=True),
        _word("currency", nullable=True),
        _money("minimum_minor", nullable=True),
        sa.Column("products", postgresql.ARRAY(sa.String()), nullable=False),
        _word("audience"),
        _word("segment", nullable=True),
        _number("uses_max"),
        sa.Column("once_per_person", sa.Boolean(), nullable=False),
        *map(_moment, ("starts_at", "ends_at")),
        sa.Column("uses_taken", sa.Integer(), server_default="0", nullable=False),
        _number("version", nullable=False),
        *(_moment(name, nullable=False) for name in ("created_at", "changed_at")),
        _moment("deleted_at"),
        sa.CheckConstraint("uses_taken >= 0", name="voucher_uses"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "voucher_code",
        "voucher",
        ["channel_id", "code_key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("voucher_channel", "voucher", ["channel_id", "id"])
    op.create_table(
        "voucher_use",
        *map(_word, ("hold_id", "voucher_id", "show_id", "viewer_id", "state", "code_key")),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        *map(_money, ("items_minor", "shipping_minor")),
        _word("currency"),
        _moment("at", nullable=False),
        _moment("ended_at"),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"]),
        sa.PrimaryKeyConstraint("hold_id"),
    )
    op.create_index("voucher_use_voucher", "voucher_use", ["voucher_id", "hold_id"])
    op.create_index(
        "voucher_use_reserved", "voucher_use", ["voucher_id"], postgresql_where=sa.text("state = 'reserved'")
    )
    op.create_index("ix_voucher_use_viewer_id", "voucher_use", ["viewer_id"])
    op.add_column("product", _number("per_viewer_max"))


def downgrade() -> None:
    op.drop_column("product", "per_viewer_max")
    op.drop_table("voucher_use")
    op.drop_table("voucher")
