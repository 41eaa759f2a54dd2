"""Offers: what is offered in a show, what each viewer was shown of it, who holds its code, and what was sold under it.

New tables, which no server of the version before knows, and an index of those lines of holds that name an offer: none does yet.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "offer",
        *map(_word, ("id", "channel_id", "show_id", "product_id")),
        _money("price_minor"),
        _word("currency"),
        *map(_number, ("units_max", "per_viewer_max")),
        _word("audience"),
        *(_word(name, nullable=True) for name in ("segment", "code_hash")),
        _moment("starts_at"),
        _number("seconds"),
        _word("state"),
        *map(_moment, ("opened_at", "closes_at", "closed_at")),
        *(_word(name, nullable=True) for name in ("closed_why", "start_refused")),
        sa.Column("units_sold", sa.Integer(), server_default="0", nullable=False),
        _number("version", nullable=False),
        _moment("created_at", nullable=False),
        sa.CheckConstraint("price_minor > 0", name="offer_price"),
        sa.CheckConstraint(
            "units_sold >= 0 AND (units_max IS NULL OR units_sold <= units_max)", name="offer_units"
        ),
        *(
            sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"])
            for table in ("channel", "show", "product")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("offer_show", "offer", ["show_id", "id"])
    op.create_index(
        "offer_open",
        "offer",
        ["show_id", "product_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    for name, column, state in (
        ("offer_to_close", "closes_at", "open"),
        ("offer_to_open", "starts_at", "prepared"),
    ):
        op.create_index(name, "offer", [column], postgresql_where=sa.text(f"state = '{state}'"))
    _make_what_came_of_them()


def _make_what_came_of_them() -> None:
    op.create_table(
        "offer_shown",
        *map(_word, ("offer_id", "viewer_id")),
        _moment("at", nullable=False),
        _money("price_minor"),
        _number("units_left", nullable=False),
        _moment("ends_at"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.PrimaryKeyConstraint("offer_id", "viewer_id"),
    )
    op.create_index("ix_offer_shown_viewer_id", "offer_shown", ["viewer_id"])
    op.create_table(
        "offer_holder",
        *map(_word, ("offer_id", "viewer_id")),
        _moment("at", nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.PrimaryKeyConstraint("offer_id", "viewer_id"),
    )
    op.create_index("ix_offer_holder_viewer_id", "offer_holder", ["viewer_id"])
    op.create_table(
        "offer_sale",
        *map(_word, ("order_id", "offer_id", "viewer_id")),
        _number("quantity", nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.PrimaryKeyConstraint("order_id"),
    )
    # Of no line yet, so it is made by one scan; it cannot be made concurrently, since a migration happens wholly or not at all.
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\n"
        "CREATE INDEX hold_line_offer ON hold_line (offer_id) WHERE offer_id IS NOT NULL"
    )
    op.create_index("offer_sale_viewer", "offer_sale", ["offer_id", "viewer_id"])
    op.create_index("ix_offer_sale_viewer_id", "offer_sale", ["viewer_id"])


def downgrade() -> None:
    op.drop_index("hold_line_offer", "hold_line")
    for table in ("offer_sale", "offer_holder", "offer_shown", "offer"):
        op.drop_table(table)
