"""What was recorded of a show, and what is asked and bought at its replay.

Columns and a table with nothing in them: a server of the version before neither reads nor writes them, and knows no replay.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("show", sa.Column("recording", JSONB(), nullable=True))
    op.add_column("question", sa.Column("replay_ms", sa.BigInteger(), nullable=True))
    # A table and no column of `orders`: servers that have prepared `SELECT o.*` could read no order any more.
    op.create_table("replay_order", sa.Column("order_id", sa.String(), primary_key=True))


def downgrade() -> None:
    op.drop_table("replay_order")
    op.drop_column("question", "replay_ms")
    op.drop_column("show", "recording")
