"""What viewers write is screened: by a channel's lists, links, a reviewer outside; slowed down in a show; shadowed.

New tables, and new columns with constant defaults or null: a server of the version before writes none of them, and shows a
shadowed question to no viewer.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

BEFORE = "state IN ('pending', 'open', 'answering', 'answered', 'dismissed', 'merged', 'withdrawn')"
STATES = (
    "state IN ('pending', 'shadowed', 'open', 'answering', 'answered', 'dismissed', 'merged', 'withdrawn')"
)


def _list(name: str) -> "sa.Column[object]":
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "screening_settings",
        sa.Column("channel_id", sa.String(), sa.ForeignKey("channel.id"), primary_key=True),
        _list("entries"),
        sa.Column("links", sa.String(), server_default="allow", nullable=False),
        _list("hosts"),
        sa.Column("slow_seconds", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("newcomers_held", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reviewer_url", sa.String(), nullable=True),
        sa.Column("reviewer_fallback", sa.String(), server_default="allow", nullable=False),
        sa.Column("reviewer_secret", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
    )
    op.create_table(
        "last_written",
        sa.Column("show_id", sa.String(), sa.ForeignKey("show.id"), primary_key=True),
        sa.Column("viewer_id", sa.String(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_last_written_viewer_id", "last_written", ["viewer_id"])
    op.add_column("question", _list("held"))
    op.add_column("show", sa.Column("slow_seconds", sa.BigInteger(), nullable=True))
    _allow(STATES)


def downgrade() -> None:
    op.execute("UPDATE question SET state = 'pending' WHERE state = 'shadowed'")
    op.execute("UPDATE question SET state_before = 'pending' WHERE state_before = 'shadowed'")
    _allow(BEFORE)
    op.drop_column("show", "slow_seconds")
    op.drop_column("question", "held")
    op.drop_table("last_written")
    op.drop_table("screening_settings")


def _allow(states: str) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE question DROP CONSTRAINT question_state")
    op.execute(f"ALTER TABLE question ADD CONSTRAINT question_state CHECK ({states}) NOT VALID")
