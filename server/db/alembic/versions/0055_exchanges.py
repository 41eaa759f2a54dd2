"""A hold may come in the place of another one, under its time.

A column that may be left out, which no server of the version before reads or writes, and an index of those alone that have it: one scan of
the holds, while which nothing is set aside.
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hold", sa.Column("exchanges", sa.String(), nullable=True))
    op.create_index(
        "hold_exchanges",
        "hold",
        ["exchanges"],
        unique=True,
        postgresql_where=sa.text("exchanges IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("hold_exchanges", table_name="hold")
    op.drop_column("hold", "exchanges")
