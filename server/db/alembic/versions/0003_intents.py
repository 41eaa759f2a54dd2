"""Idempotency keys of all commands, with their results."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intent",
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("parameters", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("viewer_id", "key"),
    )
    op.create_index("intent_oldest", "intent", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("intent_oldest", table_name="intent")
    op.drop_table("intent")
