"""What a channel goes by: its time zone and language, whose pages may show it, who takes its orders.

Columns with constant defaults rewrite no table, and a server of the version before goes on beside them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RULES = {
    "channel_language": "language IN ('en', 'ja')",
    "channel_order_taker": "order_taker IN ('showfloor', 'shop')",
}
WORDS = postgresql.ARRAY(sa.String())


def columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("time_zone", sa.String(), server_default="UTC", nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("origins", WORDS, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("frame_ancestors", WORDS, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("order_taker", sa.String(), server_default="showfloor", nullable=False),
        sa.Column("cart_url", sa.String(), server_default="", nullable=False),
    ]


def upgrade() -> None:
    for column in columns():
        op.add_column("channel", column)
    for name, rule in RULES.items():
        op.execute(f"ALTER TABLE channel ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID")


def downgrade() -> None:
    for name in RULES:
        op.execute(f"ALTER TABLE channel DROP CONSTRAINT {name}")
    for column in columns():
        op.drop_column("channel", column.name)
