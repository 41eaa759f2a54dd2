"""Page views, and why a share link that somebody came by was not believed.

A new table, which no server of the version before knows, and a column that is null in what those write.
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_view",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=True),
        sa.Column("viewer_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("referrer", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("medium", sa.String(), nullable=True),
        sa.Column("campaign", sa.String(), nullable=True),
        sa.Column("term", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("crawler", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("page_view_channel_at", "page_view", ["channel_id", "at"])
    op.create_index("page_view_show_at", "page_view", ["show_id", "at"])
    op.create_index("page_view_at", "page_view", ["at"])
    op.create_index(
        "page_view_viewer", "page_view", ["viewer_id"], postgresql_where=sa.text("viewer_id IS NOT NULL")
    )
    op.add_column("attendance", sa.Column("share_fault", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("attendance", "share_fault")
    op.drop_table("page_view")
