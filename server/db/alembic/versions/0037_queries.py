"""Saved queries and their versions, which no server of the version before knows; what an export is of beyond shows, how many rows it
has so far, and why it failed: such a server leaves these alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_query",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("saved_query_of_channel", "saved_query", ["channel_id", "id"])
    op.create_table(
        "saved_query_version",
        sa.Column("query_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", postgresql.JSONB(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["query_id"], ["saved_query.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("query_id", "version"),
    )
    op.add_column("export_job", sa.Column("query", postgresql.JSONB(), nullable=True))
    op.add_column("export_job", sa.Column("rows_done", sa.BigInteger(), nullable=True))
    op.add_column("export_job", sa.Column("problem", sa.String(), nullable=True))


def downgrade() -> None:
    for column in ("problem", "rows_done", "query"):
        op.drop_column("export_job", column)
    op.drop_table("saved_query_version")
    op.drop_table("saved_query")
