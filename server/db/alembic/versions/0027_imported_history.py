"""Which entries of history were imported. A new table, which no server of the version before knows."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported_entry", sa.Column("id", sa.Uuid(), nullable=False), sa.PrimaryKeyConstraint("id")
    )


def downgrade() -> None:
    op.drop_table("imported_entry")
