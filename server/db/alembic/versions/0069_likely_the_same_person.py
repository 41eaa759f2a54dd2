"""By what banned viewers are known, for a time, so that whoever comes back as somebody else is recognised.

New columns with constant defaults or null, and new tables: a server of the version before reads and writes none of them. The new kind of
sanction stands in its lists as others do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

BEFORE = "kind IN ('timeout', 'mute', 'shadow', 'ban')"
KINDS = "kind IN ('timeout', 'mute', 'shadow', 'hold', 'ban')"


def upgrade() -> None:
    for flag in ("device", "address"):
        op.add_column(
            "sanction", sa.Column(flag, sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
    op.add_column("sanction", sa.Column("like_id", sa.String(), nullable=True))
    op.add_column("sanction", sa.Column("like_by", sa.String(), nullable=True))
    op.create_table(
        "sanction_settings",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("lays", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_table(
        "sanction_mark",
        sa.Column("sanction_id", sa.String(), nullable=False),
        sa.Column("signal", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sanction_id", "signal", "mark"),
        sa.ForeignKeyConstraint(["sanction_id"], ["sanction.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_sanction_mark_until", "sanction_mark", ["until"])
    _allow(KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM sanction WHERE kind = 'hold'")
    _allow(BEFORE)
    op.drop_table("sanction_mark")
    op.drop_table("sanction_settings")
    for column in ("like_by", "like_id", "address", "device"):
        op.drop_column("sanction", column)


def _allow(kinds: str) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE sanction DROP CONSTRAINT sanction_kind")
    op.execute(f"ALTER TABLE sanction ADD CONSTRAINT sanction_kind CHECK ({kinds}) NOT VALID")
