"""Since when a guest agrees to be recognised, by which link they came, who was there as staff, and what staff bought.

Adding columns with constant defaults rewrites no table, and a server of the version before goes on writing beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NO = sa.text("false")


def upgrade() -> None:
    op.add_column("attendance", sa.Column("share", sa.String(), nullable=True))
    op.add_column("attendance", sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "staff_presence",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("show_id", "viewer_id"),
    )
    op.add_column("ledger_entry", sa.Column("via", sa.String(), nullable=True))
    op.add_column("orders", sa.Column("staff", sa.Boolean(), server_default=_NO, nullable=False))


def downgrade() -> None:
    op.drop_column("orders", "staff")
    op.drop_column("ledger_entry", "via")
    op.drop_table("staff_presence")
    op.drop_column("attendance", "consent_at")
    op.drop_column("attendance", "share")
