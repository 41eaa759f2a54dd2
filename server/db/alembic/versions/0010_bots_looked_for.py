"""Shows know whether suspected bots were looked for, and attendances whether somebody joined.

Of shows that had started before, nobody looked for bots unless some were found. Adding columns with constant defaults rewrites no table,
and a server of the version before goes on writing beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "show", sa.Column("bots_looked_for", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.execute("""
        UPDATE show SET bots_looked_for = false
        WHERE started_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM attendance WHERE attendance.show_id = show.id AND attendance.suspect)
    """)
    op.add_column(
        "attendance", sa.Column("joined", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("attendance", "joined")
    op.drop_column("show", "bots_looked_for")
