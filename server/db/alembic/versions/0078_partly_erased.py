"""Erasing what one channel keeps of a person of whom others keep something too, and audiences that a show's staff do not take.

New tables: a server of the version before neither reads nor writes them, and leaves such an erasure alone, since its `try_at` never comes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_part",
        sa.Column("erasure_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"]),
        sa.PrimaryKeyConstraint("erasure_id"),
    )
    op.create_index(op.f("ix_erasure_part_due_at"), "erasure_part", ["due_at"])
    op.create_table(
        "declined_arrival",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("from_show_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.ForeignKeyConstraint(["from_show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("show_id", "from_show_id"),
    )


def downgrade() -> None:
    op.drop_table("declined_arrival")
    op.drop_table("erasure_part")
