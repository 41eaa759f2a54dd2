"""A channel's own accounts at providers of payments, which of them a payment began with, and what buyers' banks dispute.

New tables, and a column that may be empty.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _words(name: str) -> sa.Column[Any]:
    return sa.Column(name, ARRAY(sa.String()), nullable=False)


def upgrade() -> None:
    op.create_table(
        "payment_account",
        *map(_word, ("id", "channel_id", "provider", "account_ref")),
        sa.Column("live", sa.Boolean(), nullable=False),
        *map(_word, ("secret", "secret_end")),
        _words("webhook_secrets"),
        _words("methods"),
        *map(_word, ("shown_as", "state")),
        *(_moment(name, nullable=False) for name in ("created_at", "changed_at")),
        _moment("heard_at"),
        _moment("refused_at"),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_payment_account_channel_id", "payment_account", ["channel_id"])
    op.create_index(
        "payment_account_on",
        "payment_account",
        ["channel_id"],
        unique=True,
        postgresql_where=sa.text("state = 'on'"),
    )
    op.create_table(
        "payment_dispute",
        *map(_word, ("account_id", "dispute_ref", "channel_id", "money_ref", "reason", "state")),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        _word("currency"),
        _moment("due_at"),
        _moment("opened_at", nullable=False),
        _moment("told_at", nullable=False),
        sa.PrimaryKeyConstraint("account_id", "dispute_ref"),
    )
    op.create_index("ix_payment_dispute_channel_id", "payment_dispute", ["channel_id"])
    op.add_column("payment", _word("account_id", nullable=True))


def downgrade() -> None:
    op.drop_column("payment", "account_id")
    op.drop_table("payment_dispute")
    op.drop_table("payment_account")
