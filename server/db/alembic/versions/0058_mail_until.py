"""Until when a message is of use: it is not sent afterwards.

A column that may be left out. A server of the version before sends what is in the queue at any time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_message", sa.Column("good_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("mail_message", "good_until")
