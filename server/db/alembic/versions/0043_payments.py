"""Payments, the inbox of their webhooks, and the fake provider's books.

New tables alone.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_OPEN = "state IN ('created', 'pending', 'authorized')"
_UNFINISHED = "state IN ('created', 'pending', 'authorized', 'refunding')"


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _money(name: str, *, zero: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0") if zero else None, nullable=False)


def upgrade() -> None:
    _make_payments()
    _make_inbox()
    _make_fake_books()


def _make_payments() -> None:
    op.create_table(
        "payment",
        *map(_word, ("id", "channel_id", "show_id", "hold_id", "viewer_id", "key", "provider")),
        _word("provider_ref", nullable=True),
        *map(_word, ("method", "state")),
        _money("amount_minor"),
        _word("currency"),
        _money("refunded_minor", zero=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _word("redirect_url", nullable=True),
        _moment("pay_by"),
        *(_moment(name, nullable=False) for name in ("created_at", "changed_at", "asked_at")),
        *(_word(name, nullable=True) for name in ("why", "order_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("viewer_id", "key", name="payment_viewer_key"),
        sa.UniqueConstraint("provider", "provider_ref", name="payment_provider_ref"),
    )
    op.create_index("payment_open", "payment", ["hold_id"], unique=True, postgresql_where=sa.text(_OPEN))
    op.create_index("payment_unfinished", "payment", ["asked_at"], postgresql_where=sa.text(_UNFINISHED))
    op.create_index(
        "payment_asked_again",
        "payment",
        ["asked_at"],
        postgresql_where=sa.text(
            "state IN ('failed', 'cancelled') AND tries < 5 AND provider_ref IS NOT NULL"
        ),
    )
    op.create_index("payment_hold", "payment", ["hold_id"])
    op.create_index("ix_payment_channel_id", "payment", ["channel_id"])


def _make_inbox() -> None:
    op.create_table(
        "payment_event",
        *map(_word, ("provider", "event_id")),
        _word("payment_id", nullable=True),
        _word("kind"),
        sa.Column("body", JSONB(), nullable=False),
        _moment("received_at", nullable=False),
        _moment("applied_at"),
        sa.PrimaryKeyConstraint("provider", "event_id"),
    )
    op.create_index(
        "payment_event_waiting",
        "payment_event",
        ["received_at"],
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_index("payment_event_received", "payment_event", ["received_at"])


def _make_fake_books() -> None:
    op.create_table(
        "fake_intent",
        *map(_word, ("ref", "payment_id", "method", "state")),
        _money("amount_minor"),
        _word("currency"),
        *(_money(name, zero=True) for name in ("taken_minor", "refunded_minor")),
        _word("return_url"),
        _moment("due_at"),
        _moment("created_at", nullable=False),
        sa.PrimaryKeyConstraint("ref"),
        sa.UniqueConstraint("payment_id"),
        comment="Of no payment that moves money",
    )
    op.create_index(
        "fake_intent_due", "fake_intent", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )


def downgrade() -> None:
    for table in ("fake_intent", "payment_event", "payment"):
        op.drop_table(table)
