"""Giveaways, their entries and their winners: new tables, which no server of the version before knows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "giveaway",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("id", "channel_id", "show_id", "prize", "task")
        ),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("winners_max", "claim_seconds", "per_address_max")
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.String(), nullable=True),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("told_entries", sa.Integer(), nullable=False),
        _moment("told_at"),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("left_out", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        _moment("created_at", nullable=False),
        *(_moment(name) for name in ("opened_at", "closes_at", "closed_at", "drawn_at")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("giveaway_show", "giveaway", ["show_id", "id"])
    op.create_index("giveaway_shown", "giveaway", ["show_id"], unique=True, postgresql_where=sa.text("shown"))
    op.create_table(
        "giveaway_entry",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("giveaway_id", "viewer_id", "show_id", "ticket", "name")
        ),
        _moment("at", nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=True),
        sa.Column("excluded", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["giveaway_id"], ["giveaway.id"]),
        sa.PrimaryKeyConstraint("giveaway_id", "viewer_id"),
    )
    op.create_index("giveaway_entry_show", "giveaway_entry", ["show_id", "viewer_id"])
    op.create_table(
        "giveaway_winner",
        sa.Column("giveaway_id", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("viewer_id", "ticket", "name", "state")),
        _moment("claim_by", nullable=False),
        _moment("claimed_at"),
        sa.Column("contact", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["giveaway_id"], ["giveaway.id"]),
        sa.PrimaryKeyConstraint("giveaway_id", "rank"),
    )
    op.create_index("ix_giveaway_winner_viewer_id", "giveaway_winner", ["viewer_id"])


def downgrade() -> None:
    for table in ("giveaway_winner", "giveaway_entry", "giveaway"):
        op.drop_table(table)
