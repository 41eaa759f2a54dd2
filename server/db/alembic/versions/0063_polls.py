"""Polls and the votes in them: new tables, which no server of the version before knows, and two columns of the wide row.

The columns have constant defaults; a server of the version before, which takes no votes in polls, leaves them alone. Answers to polls that
came with a history are counted now: until here they were facts without a column.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

COUNT = """
    UPDATE rollup SET poll_answers = given.n, first_poll_answer_at = given.first
    FROM (SELECT e.show_id, coalesce(k.canonical, e.viewer_id) AS viewer_id, sum(e.n) AS n, min(e.at) AS first
          FROM ledger_entry AS e
          LEFT JOIN viewer_alias AS k ON k.show_id = e.show_id AND k.raw = e.viewer_id AND k.taken_back_at IS NULL
          WHERE e.kind = 'poll_answer' GROUP BY 1, 2) AS given
    WHERE rollup.show_id = given.show_id AND rollup.viewer_id = given.viewer_id
"""


def upgrade() -> None:
    op.add_column("rollup", sa.Column("poll_answers", sa.Integer(), server_default="0", nullable=False))
    op.add_column("rollup", sa.Column("first_poll_answer_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "poll",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("picks_min", sa.Integer(), nullable=False),
        sa.Column("picks_max", sa.Integer(), nullable=False),
        sa.Column("right_choice", sa.Integer(), nullable=True),
        sa.Column("results", sa.String(), nullable=False),
        sa.Column("changeable", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("counts", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("apart", sa.Integer(), nullable=False),
        sa.Column("told_counts", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("told_voters", sa.Integer(), nullable=False),
        sa.Column("told_apart", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("poll_show", "poll", ["show_id", "id"])
    op.create_index("poll_shown", "poll", ["show_id"], unique=True, postgresql_where=sa.text("shown"))
    op.create_index("poll_open", "poll", ["show_id"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "poll_vote",
        sa.Column("poll_id", sa.String(), nullable=False),
        sa.Column("viewer_id", sa.String(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"]),
        sa.PrimaryKeyConstraint("poll_id", "viewer_id"),
    )
    op.create_index("poll_vote_show", "poll_vote", ["show_id", "viewer_id"])
    op.execute(COUNT)


def downgrade() -> None:
    for table in ("poll_vote", "poll"):
        op.drop_table(table)
    op.drop_column("rollup", "first_poll_answer_at")
    op.drop_column("rollup", "poll_answers")
