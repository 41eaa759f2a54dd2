"""Votes in doubt are marked, and counted apart.

Adding columns with constant defaults rewrites no table, and a server of the version before goes on writing beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question", sa.Column("votes_apart", sa.Integer(), server_default="0", nullable=False))
    op.add_column("vote", sa.Column("suspect", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("vote", "suspect")
    op.drop_column("question", "votes_apart")
