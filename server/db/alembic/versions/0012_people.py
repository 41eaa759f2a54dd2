"""Sign-in codes carry a person, and the audit names one.

Columns that may be null, or have a constant default, rewrite no table, and a server of the version before goes on beside them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sign_in_code", sa.Column("person", sa.String(), nullable=True))
    op.add_column("audit", sa.Column("name", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("audit", "name")
    op.drop_column("sign_in_code", "person")
