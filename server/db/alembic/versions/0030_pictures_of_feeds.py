"""What pictures show, in words; pictures that an import names by their address, to be fetched; how far an import is; guests by default.

New tables, and columns with constant defaults: a server of the version before goes on beside them, and fetches nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("image_alts", JSONB(), nullable=True))
    op.add_column("show", sa.Column("cover_alt", sa.String(), server_default="", nullable=False))
    op.add_column(
        "channel", sa.Column("guests_allowed", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("feed_import", sa.Column("percent", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "picture_source",
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("picture_id", sa.String(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("channel_id", "address"),
    )
    op.create_index(
        "picture_source_due", "picture_source", ["due_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "feed_picture",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["feed_import.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("import_id", "n", "address"),
    )


def downgrade() -> None:
    op.drop_table("feed_picture")
    op.drop_table("picture_source")
    op.drop_column("feed_import", "percent")
    op.drop_column("channel", "guests_allowed")
    op.drop_column("show", "cover_alt")
    op.drop_column("product", "image_alts")
