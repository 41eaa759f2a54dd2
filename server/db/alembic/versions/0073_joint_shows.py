"""Shows that several channels hold as one.

Tables and a column with nothing in them: a server of the version before neither reads nor writes them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("show", sa.Column("joint", JSONB(), nullable=True))
    op.create_table(
        "joint_show",
        sa.Column("leading_id", sa.String(), sa.ForeignKey("show.id"), primary_key=True),
        sa.Column("show_id", sa.String(), sa.ForeignKey("show.id"), primary_key=True),
        sa.Column("joined_at", moment, nullable=False),
        sa.Column("joined_by", sa.String(), nullable=False),
        sa.Column("left_at", moment, nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("over", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.create_index(
        "joint_show_held", "joint_show", ["show_id"], unique=True, postgresql_where=sa.text("left_at IS NULL")
    )
    op.create_index("joint_show_open", "joint_show", ["leading_id"], postgresql_where=sa.text("NOT over"))
    op.create_table(
        "joint_invitation",
        sa.Column("code_sha256", sa.String(), primary_key=True),
        sa.Column("show_id", sa.String(), sa.ForeignKey("show.id"), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
    )
    op.create_index("ix_joint_invitation_show_id", "joint_invitation", ["show_id"])


def downgrade() -> None:
    op.drop_table("joint_invitation")
    op.drop_table("joint_show")
    op.drop_column("show", "joint")
