"""Refunds that were done, and that the buyer's bank has sent back.

New columns with constant defaults, or null: a server of the version before writes none of them, and reads the amounts as they are left.
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_MONEY = ("bounced_minor", "bounced_shipping_minor")


def upgrade() -> None:
    for name in _MONEY:
        op.add_column("refund", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("refund", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("bounced_at", *_MONEY):
        op.drop_column("refund", name)
