"""Comments, the reactions to them, and where each show's stream stands; who may comment in a show; the comment that a question was made of.

New tables, and columns with constant defaults or null: a server of the version before writes none of them. It lets nobody comment.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_STATES = "('held', 'open', 'removed', 'withdrawn')"


def upgrade() -> None:
    op.create_table(
        "comment",
        *map(_word, ("id", "show_id", "viewer_id", "author", "role", "text", "state")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(_number(name, nullable=True) for name in ("place", "staff_place")),
        sa.Column("shadow", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *(_word(n, nullable=True) for n in ("state_before", "reason", "moderated_by", "question_id")),
        sa.Column("reactions", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.CheckConstraint(f"state IN {_STATES} AND version >= 0", name="comment_state"),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("comment_show_newest", "comment", ["show_id", "id"])
    for index, column in (("comment_show_place", "place"), ("comment_show_staff_place", "staff_place")):
        given = sa.text(f"{column} IS NOT NULL")
        op.create_index(index, "comment", ["show_id", column], unique=True, postgresql_where=given)
    op.create_index("comment_show_viewer", "comment", ["show_id", "viewer_id"])
    op.create_index("ix_comment_viewer_id", "comment", ["viewer_id"])
    op.create_table(
        "comment_reaction",
        *map(_word, ("comment_id", "viewer_id", "kind", "show_id")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"]),
        sa.PrimaryKeyConstraint("comment_id", "viewer_id", "kind"),
    )
    op.create_index("comment_reaction_show_viewer", "comment_reaction", ["show_id", "viewer_id"])
    op.create_table(
        "comment_stream",
        _word("show_id"),
        *map(_number, ("written", "shown", "told", "whole_ms", "staff_whole_ms")),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("show_id"),
    )
    op.add_column("question", _word("comment_id", nullable=True))
    op.add_column("show", sa.Column("comments", sa.String(), server_default="on", nullable=False))
    op.execute(
        "ALTER TABLE show ADD CONSTRAINT show_comments CHECK (comments IN ('on', 'off', 'known')) NOT VALID"
    )


def downgrade() -> None:
    op.drop_column("show", "comments")
    op.drop_column("question", "comment_id")
    for table in ("comment_stream", "comment_reaction", "comment"):
        op.drop_table(table)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)
