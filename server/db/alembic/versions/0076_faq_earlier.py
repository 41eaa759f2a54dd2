"""Which questions a line of an FAQ came from before, so that it says again what it said when the newest answer is taken back.

A server of the version before replaces and removes lines as it did: what it replaces does not come back.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("faq_line", sa.Column("earlier", ARRAY(sa.String()), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("faq_line", "earlier")
