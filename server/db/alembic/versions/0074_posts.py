"""Viewers' own posts, where they are shown, and their pictures: new tables, which no server of the version before knows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "post",
        *_words("id", "channel_id", "show_id", "product_id", "viewer_id", "author", "text"),
        *_words("picture_id", nullable=True),
        *_numbers("width", "height", nullable=True),
        *_words("state"),
        *_numbers("version"),
        _moment("at"),
        *_words("consent"),
        sa.Column("held_for", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        *_words("reason", "moderated_by", nullable=True),
        _moment("moderated_at", nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_post_viewer_id", "post", ["viewer_id"])
    op.create_index("post_channel", "post", ["channel_id", "id"])
    op.create_index(
        "post_product", "post", ["product_id", "id"], postgresql_where=sa.text("state = 'approved'")
    )
    op.create_index("post_waiting", "post", ["show_id"], postgresql_where=sa.text("state = 'held'"))
    op.create_index(
        "post_picture",
        "post",
        ["picture_id"],
        unique=True,
        postgresql_where=sa.text("picture_id IS NOT NULL"),
    )
    op.create_table(
        "post_showing",
        *_words("show_id", "post_id"),
        sa.Column("shown", sa.Boolean(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(["show_id"], ["show.id"]),
        sa.PrimaryKeyConstraint("show_id", "post_id"),
    )
    op.create_index("post_showing_post", "post_showing", ["post_id"])
    op.create_index(
        "post_showing_shown", "post_showing", ["show_id"], unique=True, postgresql_where=sa.text("shown")
    )
    op.create_table(
        "post_upload",
        *_words("id", "channel_id", "viewer_id"),
        *_numbers("width", "height"),
        _moment("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_post_upload_viewer_id", "post_upload", ["viewer_id"])
    op.create_index("post_upload_at", "post_upload", ["at"])
    op.create_table("dropped_picture", *_words("id"), _moment("due_at"), sa.PrimaryKeyConstraint("id"))


def downgrade() -> None:
    for table in ("dropped_picture", "post_upload", "post_showing", "post"):
        op.drop_table(table)
