"""To which show an audience is handed over.

A column with nothing in it: a server of the version before neither reads nor writes it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("show", sa.Column("hand_over", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("show", "hand_over")
