"""Products get variants, SKUs and versions, and every change of stock a row.

New columns may be null or have a constant default: nothing is rewritten, and a server of the version before goes on beside them. What it
sells gets no number among the changes of stock.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def new_columns() -> tuple[sa.Column[Any], ...]:
    """Return what a product gets."""
    return (
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("options", JSONB(), nullable=True),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("compare_at_minor", sa.BigInteger(), nullable=True),
        sa.Column("images", JSONB(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stock_moves", sa.BigInteger(), server_default="0", nullable=False),
    )


# Nothing is in them yet, so each is made by one scan; none can be made concurrently, since a migration happens wholly or not at all.
INDEXES = (
    "CREATE UNIQUE INDEX product_channel_external_id ON product (channel_id, external_id) WHERE external_id IS NOT NULL",
    "CREATE UNIQUE INDEX product_channel_sku ON product (channel_id, sku) WHERE sku IS NOT NULL",
    "CREATE INDEX product_parent ON product (parent_id) WHERE parent_id IS NOT NULL",
)


def upgrade() -> None:
    for column in new_columns():
        op.add_column("product", column)
    op.execute(
        "ALTER TABLE product ADD CONSTRAINT product_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES product (id) NOT VALID"
    )
    for index in INDEXES:
        op.execute(f"-- squawk-ignore require-concurrent-index-creation\n{index}")
    op.create_table(
        "stock_change",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("move", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("stock_after", sa.Integer(), nullable=False),
        sa.Column("show_id", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("stock_change_product_move", "stock_change", ["product_id", "move"], unique=True)
    # Not in `orders`: a server of the version before has prepared `SELECT o.*`, which PostgreSQL refuses once there are more columns.
    op.create_table(
        "stock_sale",
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("move", sa.BigInteger(), nullable=False),
        sa.Column("stock_after", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("stock_sale_product_move", "stock_sale", ["product_id", "move"], unique=True)


def downgrade() -> None:
    op.drop_table("stock_sale")
    op.drop_table("stock_change")
    for column in reversed(new_columns()):
        op.drop_column("product", column.name)
