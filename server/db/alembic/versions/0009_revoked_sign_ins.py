"""Sign-ins that were ended before their time.

New tables alone: a server of the version before goes on, and believes what is ended here until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revoked",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", "person"),
    )
    op.create_index("ix_revoked_number", "revoked", ["number"])
    op.create_index("ix_revoked_ends_at", "revoked", ["ends_at"])
    op.create_table(
        "revoked_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("top", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO revoked_head (id, top) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("revoked_head")
    op.drop_table("revoked")
