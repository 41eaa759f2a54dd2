"""How a product is bought: in one step as before, or by a hold, the checkout and a payment.

A column that may be null, and a table that no server of the version before knows: to those every product is bought in one step. They keep
the column as it is, since they write the columns by name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_WORDS = "buying IN ('one_step', 'checkout')"


def upgrade() -> None:
    op.add_column("product", sa.Column("buying", sa.String(), nullable=True))
    op.execute(f"ALTER TABLE product ADD CONSTRAINT product_buying CHECK ({_WORDS}) NOT VALID")
    op.create_table(
        "checkout_settings",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("buying", sa.String(), server_default="one_step", nullable=False),
        sa.CheckConstraint(_WORDS, name="checkout_settings_buying"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("channel_id"),
    )


def downgrade() -> None:
    op.drop_table("checkout_settings")
    op.drop_column("product", "buying")
