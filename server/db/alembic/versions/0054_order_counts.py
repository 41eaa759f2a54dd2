"""When viewers were last told how many have bought a product: at most once in a while, by whichever process.

A new table, which no server of the version before knows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_count",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("show_id", "product_id"),
    )


def downgrade() -> None:
    op.drop_table("order_count")
