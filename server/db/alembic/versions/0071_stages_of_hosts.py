"""On which host's stage a question stands.

Columns with nothing in them: a server of the version before neither reads nor writes them, and puts them aside and back with a rehearsal.
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("question", sa.Column("stage_host", sa.String(), nullable=True))
    op.add_column("question", sa.Column("stage_rank", sa.BigInteger(), nullable=True))
    op.add_column("question", sa.Column("staged_by", sa.String(), nullable=True))
    op.create_index(
        "question_on_stage", "question", ["show_id"], postgresql_where=sa.text("stage_host IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("question_on_stage", "question")
    for column in ("staged_by", "stage_rank", "stage_host"):
        op.drop_column("question", column)
