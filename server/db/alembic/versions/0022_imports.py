"""Imports of products.

New tables alone: a server of the version before goes on beside them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_import",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("problem", JSONB(), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("feed_import_channel", "feed_import", ["channel_id", "created_at", "id"])
    op.create_index(
        "feed_import_open",
        "feed_import",
        ["created_at"],
        postgresql_where=sa.text("state IN ('waiting', 'applying')"),
    )
    op.create_table(
        "feed_piece",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["feed_import.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "n"),
    )
    op.create_table(
        "feed_line",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("face", JSONB(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("wanted", JSONB(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["feed_import.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "n"),
    )
    op.create_index("feed_line_outcome", "feed_line", ["import_id", "outcome", "n"])


def downgrade() -> None:
    op.drop_table("feed_line")
    op.drop_table("feed_piece")
    op.drop_table("feed_import")
