"""Lines of products' FAQs: a table that a server of the version before knows nothing of, and writes nothing to."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "faq_line",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("channel_id", sa.String(), sa.ForeignKey("channel.id"), nullable=False, index=True),
        sa.Column("product_id", sa.String(), sa.ForeignKey("product.id"), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("asked_in", sa.String(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("reworded", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("at"),
        _moment("changed_at"),
        sa.Column("changed_by", sa.String(), nullable=True),
    )
    op.create_index("faq_line_product", "faq_line", ["product_id", "id"])
    op.create_index("faq_line_source", "faq_line", ["source"], unique=True)


def downgrade() -> None:
    op.drop_table("faq_line")
