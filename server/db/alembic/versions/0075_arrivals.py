"""Whose hand-over a channel takes, and which audiences come to a show.

New tables: a server of the version before neither reads nor writes them, and hands over within a channel alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "welcome",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("channels", ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("whose IN ('nobody', 'named', 'everybody')", name="welcome_whose"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "arrival",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("from_show_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("viewers", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("show_id", "from_show_id"),
    )
    op.create_index("arrival_from", "arrival", ["from_show_id"], postgresql_where=sa.text("NOT told"))


def downgrade() -> None:
    op.drop_table("arrival")
    op.drop_table("welcome")
