"""Who is staff of a channel under which name, and in which role somebody asked or answered.

Adding columns with constant defaults rewrites no table, and a server of the version before goes on writing beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_member",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "viewer_id"),
    )
    op.add_column("question", sa.Column("role", sa.String(), server_default="viewer", nullable=False))
    op.add_column("question", sa.Column("answered_by", sa.String(), nullable=True))
    op.add_column("question", sa.Column("answered_role", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("question", "answered_role")
    op.drop_column("question", "answered_by")
    op.drop_column("question", "role")
    op.drop_table("staff_member")
