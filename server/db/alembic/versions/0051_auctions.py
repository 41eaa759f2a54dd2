"""Auctions of lots, who bids in them, their bids, who may buy what they won, and who may not bid for a time.

New tables, which no server of the version before knows.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=default)


def _money(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, server_default=default)


def _of_auction() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["auction_id"], ["auction.id"])


def upgrade() -> None:
    op.create_table(
        "auction",
        *map(_word, ("id", "channel_id", "show_id", "product_id")),
        _number("quantity"),
        _word("currency"),
        _money("start_minor"),
        *(sa.Column(name, ARRAY(sa.BigInteger()), nullable=False) for name in ("step_froms", "step_sizes")),
        _number("seconds"),
        _money("reserve_minor", nullable=True),
        *map(_number, ("extend_within_seconds", "extend_by_seconds", "extensions_max")),
        _money("sudden_death_minor", nullable=True),
        _word("state"),
        _number("version"),
        _moment("created_at"),
        *(_moment(name, nullable=True) for name in ("opened_at", "ends_at")),
        _number("extensions", default="0"),
        _moment("closed_at", nullable=True),
        *(_word(name, nullable=True) for name in ("closed_why", "reason", "hold_id")),
        _number("leader", nullable=True),
        _money("leader_max_minor", default="0"),
        _money("price_minor", nullable=True),
        *(_number(name, default="0") for name in ("bids", "bidders")),
        sa.CheckConstraint("quantity > 0 AND start_minor > 0", name="auction_lot"),
        sa.CheckConstraint("(leader IS NULL) = (price_minor IS NULL)", name="auction_leader"),
        sa.CheckConstraint("price_minor <= leader_max_minor", name="auction_price"),
        sa.CheckConstraint("state <> 'running' OR hold_id IS NOT NULL", name="auction_set_aside"),
        *(
            sa.ForeignKeyConstraint([f"{table}_id"], [f"{table}.id"])
            for table in ("channel", "show", "product")
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auction_channel_id", "auction", ["channel_id"])
    op.create_index("auction_show", "auction", ["show_id", "id"])
    running = sa.text("state = 'running'")
    op.create_index(
        "auction_running", "auction", ["show_id", "product_id"], unique=True, postgresql_where=running
    )
    op.create_index("auction_to_close", "auction", ["ends_at"], postgresql_where=running)
    _make_bids()
    _make_what_came_of_them()


def _make_bids() -> None:
    op.create_table(
        "auction_bidder",
        _word("auction_id"),
        _number("number"),
        *map(_word, ("viewer_id", "name")),
        _money("max_minor"),
        _of_auction(),
        sa.PrimaryKeyConstraint("auction_id", "number"),
    )
    op.create_index("auction_bidder_viewer", "auction_bidder", ["viewer_id"])
    op.create_table(
        "auction_bid",
        _word("auction_id"),
        *map(_number, ("nth", "bidder")),
        *map(_money, ("max_minor", "price_minor")),
        _number("leader"),
        _moment("at"),
        _of_auction(),
        sa.PrimaryKeyConstraint("auction_id", "nth"),
    )


def _make_what_came_of_them() -> None:
    op.create_table(
        "auction_award",
        _word("auction_id"),
        *map(_number, ("nth", "bidder")),
        _money("price_minor"),
        _word("hold_id"),
        _moment("at"),
        sa.CheckConstraint("nth IN (1, 2)", name="auction_award_nth"),
        _of_auction(),
        sa.PrimaryKeyConstraint("auction_id", "nth"),
        sa.UniqueConstraint("hold_id"),
    )
    op.create_table(
        "auction_block",
        *map(_word, ("auction_id", "channel_id", "viewer_id", "name")),
        *map(_moment, ("at", "until")),
        sa.Column("lifted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _of_auction(),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"]),
        sa.PrimaryKeyConstraint("auction_id"),
    )
    op.create_index("auction_block_viewer", "auction_block", ["viewer_id"])
    op.create_index(
        "auction_block_channel",
        "auction_block",
        ["channel_id", "until"],
        postgresql_where=sa.text("NOT lifted"),
    )


def downgrade() -> None:
    for table in ("auction_block", "auction_award", "auction_bid", "auction_bidder", "auction"):
        op.drop_table(table)
