"""Whom a line of a FAQ answered before they asked: a table that a server of the version before knows nothing of, and writes nothing to."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "faq_help",
        sa.Column("line_id", sa.String(), sa.ForeignKey("faq_line.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("viewer_id", sa.String(), primary_key=True),
        sa.Column("show_id", sa.String(), sa.ForeignKey("show.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("faq_help_viewer", "faq_help", ["viewer_id"])


def downgrade() -> None:
    op.drop_table("faq_help")
