"""Guests who turned out to be known viewers. A new table, which no server of the version before knows."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "viewer_alias",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "viewer_alias_raw",
        "viewer_alias",
        ["show_id", "raw"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_index("viewer_alias_canonical", "viewer_alias", ["show_id", "canonical"])


def downgrade() -> None:
    op.drop_table("viewer_alias")
