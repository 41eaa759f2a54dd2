"""What was recorded of a show, and what is asked and bought at its replay.

Columns with nothing in them, or false: a server of the version before neither reads nor writes them, and knows no replay.
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
    op.add_column(
        "orders", sa.Column("replay", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    op.drop_column("orders", "replay")
    op.drop_column("question", "replay_ms")
    op.drop_column("show", "recording")
