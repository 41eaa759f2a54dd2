"""Orders get numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable and without a default: nothing is rewritten, and a server of before goes on inserting.
    op.add_column("orders", sa.Column("number", sa.String(), nullable=True))
    # Nothing is in it yet, so it is made by one scan; it cannot be made concurrently, since a migration happens wholly or not at all.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE UNIQUE INDEX orders_channel_number ON orders (channel_id, number) WHERE number IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("orders_channel_number", table_name="orders")
    op.drop_column("orders", "number")
