"""Questions may be claimed, answered live and privately, merged, withdrawn, undone, labelled, asked anonymously and about a product.

Adding columns with constant defaults rewrites no table. A server of the version before goes on writing beside it: it writes none of the new
states, shows none of them to viewers, and an answer that is not for everybody stands in a column that it does not read.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

BEFORE = "state IN ('pending', 'open', 'answered', 'dismissed')"
STATES = "state IN ('pending', 'open', 'answering', 'answered', 'dismissed', 'merged', 'withdrawn')"


def columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("state_before", sa.String()),
        sa.Column("private_text", sa.String()),
        sa.Column("answering_ms", sa.BigInteger()),
        sa.Column("claimed_by", sa.String()),
        sa.Column("claimed_name", sa.String()),
        sa.Column("claimed_until", sa.DateTime(timezone=True)),
        sa.Column("claimed_at", sa.String()),
        sa.Column("merged_into", sa.String()),
        sa.Column("merged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("product_id", sa.String()),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("labels", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
    )


def upgrade() -> None:
    for column in columns():
        op.add_column("question", column)
    _allow(STATES)


def downgrade() -> None:
    op.execute("UPDATE question SET state = 'open' WHERE state = 'answering'")
    op.execute("UPDATE question SET state = 'dismissed' WHERE state IN ('merged', 'withdrawn')")
    _allow(BEFORE)
    for column in columns():
        op.drop_column("question", column.name)


def _allow(states: str) -> None:
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE question DROP CONSTRAINT question_state")
    op.execute(f"ALTER TABLE question ADD CONSTRAINT question_state CHECK ({states}) NOT VALID")
