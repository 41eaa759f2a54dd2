"""One wide row for each viewer and show: who they are, what they did and when first, how long they watched, what they paid.

New columns with constant defaults, and new tables: no table is rewritten, and a server of the version before goes on writing. The rows of
shows from before are derived by the ledger's worker, in small steps.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

FIRSTS = ("reaction", "impression", "click", "share", "question", "vote", "order")
MOMENTS = (
    "first_at",
    "consent_at",
    "watched_from",
    "watched_until",
    *(f"first_{kind}_at" for kind in FIRSTS),
)
FLAGS = ("joined", "remembered", "suspect", "staff", "playing")
NUMBERS = ("views", "replay_views")
GREAT_NUMBERS = ("watched_us", "replay_us", "paid_minor", "refunded_minor", "hard_facts")
COUNTS = ("visits", "reactions", "impressions", "clicks", "shares", "questions", "votes", "orders", "units")
TEXTS = ("source", "share", "device", "currency", "segment")


def upgrade() -> None:
    for name in COUNTS:
        op.alter_column("rollup", name, server_default="0")
    for name in MOMENTS:
        op.add_column("rollup", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("rollup", sa.Column("guest", sa.Boolean(), nullable=True))
    for name in FLAGS:
        op.add_column(
            "rollup", sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    for name in NUMBERS:
        op.add_column("rollup", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    for name in GREAT_NUMBERS:
        op.add_column("rollup", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    for name in TEXTS:
        op.add_column("rollup", sa.Column(name, sa.String(), nullable=True))
    op.add_column("attendance", sa.Column("device", sa.String(), nullable=True))
    op.add_column("ledger_process", sa.Column("kept_flush", sa.BigInteger(), nullable=True))
    op.create_table(
        "rollup_show",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("derived_to", sa.String(), nullable=True),
        sa.Column("kept", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("show_id"),
    )
    op.create_table(
        "rollup_due",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("show_id", "viewer_id"),
    )
    op.create_table(
        "show_curve",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("peak_us", sa.BigInteger(), nullable=True),
        sa.Column("present", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("joined", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("watching", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("reactions", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("clicks", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("replayed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("show_id"),
    )


def downgrade() -> None:
    for table in ("show_curve", "rollup_due", "rollup_show"):
        op.drop_table(table)
    op.drop_column("ledger_process", "kept_flush")
    op.drop_column("attendance", "device")
    for name in (*TEXTS, *GREAT_NUMBERS, *NUMBERS, *FLAGS, "guest", *MOMENTS):
        op.drop_column("rollup", name)
    for name in COUNTS:
        op.alter_column("rollup", name, server_default=None)
