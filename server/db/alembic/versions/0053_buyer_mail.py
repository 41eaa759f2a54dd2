"""What buyers are to be written about their orders, once each.

A new table alone.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "buyer_mail",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        _moment("at"),
        _moment("due_at"),
        _moment("done_at", nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "step", "ref"),
    )
    op.create_index("buyer_mail_due", "buyer_mail", ["due_at"], postgresql_where=sa.text("done_at IS NULL"))


def downgrade() -> None:
    op.drop_table("buyer_mail")
