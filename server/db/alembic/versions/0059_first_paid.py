"""Products whose units go to whoever pays first: what is begun of them holds no units until it is paid.

A column with a default, and a state of holds that a server of the version before finds nothing in: it counts none of these holds as held,
and lets none of them go, so it gives back no units that were never taken.
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_TABLES = {"product": "product_buying", "checkout_settings": "checkout_settings_buying"}


def _allow(words: str) -> None:
    for table, name in _TABLES.items():
        # For the one below it, which allows more.
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (buying IN ({words})) NOT VALID")


def upgrade() -> None:
    _allow("'one_step', 'checkout', 'first_paid'")
    op.add_column(
        "hold", sa.Column("first_paid", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(
        "hold_unheld", "hold", ["show_id", "expires_at"], postgresql_where=sa.text("state = 'unheld'")
    )


def downgrade() -> None:
    op.execute("UPDATE product SET buying = 'checkout' WHERE buying = 'first_paid'")
    op.execute("UPDATE checkout_settings SET buying = 'checkout' WHERE buying = 'first_paid'")
    op.execute("UPDATE hold SET state = 'expired', paying = false, ended_at = now() WHERE state = 'unheld'")
    op.drop_index("hold_unheld", table_name="hold")
    op.drop_column("hold", "first_paid")
    _allow("'one_step', 'checkout'")
