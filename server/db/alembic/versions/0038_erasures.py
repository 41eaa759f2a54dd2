"""Erasures that viewers and merchants ask for.

A new table, which no server of the version before knows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.Column("asked_by_name", sa.String(), nullable=True),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ids", sa.BigInteger(), nullable=True),
        sa.Column("shows", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("erasure_channel", "erasure", ["channel_id", sa.text('id COLLATE "C"')])
    op.create_index("erasure_open", "erasure", ["try_at"], postgresql_where=sa.text("done_at IS NULL"))


def downgrade() -> None:
    op.drop_table("erasure")
