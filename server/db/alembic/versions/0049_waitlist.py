"""The line of those who wait for a product that is sold out: places, closed lines, and how many wait for each product.

New tables, a column that may be left out, and one with a constant default. A server of the version before goes on: it knows of nobody who
waits, and sells units to whoever comes until it is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waitlist_place",
        *map(_word, ("id", "channel_id", "show_id", "viewer_id", "key", "product_id")),
        sa.Column("nr", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        _word("state"),
        _word("why", nullable=True),
        _word("hold_id", nullable=True),
        *(
            sa.Column(n, sa.Boolean(), server_default=sa.text("false"), nullable=False)
            for n in ("guest", "staff")
        ),
        _moment("joined_at"),
        *(_moment(name, nullable=True) for name in ("called_at", "ended_at")),
        sa.CheckConstraint("quantity > 0 AND quantity <= asked", name="waitlist_place_quantity"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("viewer_id", "key", name="waitlist_place_viewer_key"),
    )
    waiting, standing = sa.text("state = 'waiting'"), sa.text("state IN ('waiting', 'called')")
    index = op.create_index
    index("waitlist_place_nr", "waitlist_place", ["product_id", "nr"], unique=True)
    index("waitlist_place_line", "waitlist_place", ["product_id", "nr"], postgresql_where=waiting)
    index("waitlist_place_show", "waitlist_place", ["show_id"], postgresql_where=waiting)
    index(
        "waitlist_place_hold",
        "waitlist_place",
        ["hold_id"],
        unique=True,
        postgresql_where=sa.text("hold_id IS NOT NULL"),
    )
    index(
        "waitlist_place_standing",
        "waitlist_place",
        ["product_id", "viewer_id"],
        unique=True,
        postgresql_where=standing,
    )
    op.create_table(
        "waitlist_closed",
        *map(_word, ("product_id", "channel_id")),
        _moment("at"),
        sa.PrimaryKeyConstraint("product_id"),
    )
    op.add_column("hold", _word("origin", nullable=True))
    op.add_column("product", sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        "ALTER TABLE product ADD CONSTRAINT product_waiting_not_negative CHECK (waiting >= 0) NOT VALID"
    )


def downgrade() -> None:
    op.drop_column("product", "waiting")
    op.drop_column("hold", "origin")
    for table in ("waitlist_closed", "waitlist_place"):
        op.drop_table(table)


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
