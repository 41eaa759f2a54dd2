"""Which products a live show was told are sold out.

A new table, which no server of the version before knows. Of shows that are live now it is filled with what nobody can have.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sold_out",
        sa.Column("show_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("show_id", "product_id"),
    )
    op.execute(
        """
        INSERT INTO sold_out (show_id, product_id) SELECT show.id, p.id FROM show JOIN product AS p ON p.channel_id = show.channel_id
        WHERE show.state = 'live' AND p.active AND p.stock = 0 AND (p.parent_id IS NOT NULL OR p.options IS NULL)
        """
    )


def downgrade() -> None:
    op.drop_table("sold_out")
