"""Products with their variants and stock, and a row for every change of stock that is no sale."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from server.db.columns import moment


class ProductRow(SQLModel, table=True):
    """A product of a channel, or a variant of one (`parent_id`): what is sold is a product without variants, or a variant.

    `stock` is what is free, `held` what is set aside for viewers, `sold` what was sold. Their sum is what is on hand, and changes only by a
    change of stock that is no sale. `waiting`: how many viewers stand in line for it; while there are any, nobody else gets a unit.
    A product with variants is a heading: its own stock is 0, and its price that of its cheapest variant.
    A variant's title is its product's with its own options.
    """

    __tablename__ = "product"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="product_stock_not_negative"),
        Index(
            "product_channel_external_id",
            "channel_id",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(
            "product_channel_sku",
            "channel_id",
            "sku",
            unique=True,
            postgresql_where=text("sku IS NOT NULL"),
        ),
        Index("product_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    )

    id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.id", index=True)
    title: str
    description: str = ""
    image: str = ""
    price_minor: int = Field(sa_column=Column("price_minor", BigInteger, nullable=False))
    currency: str
    stock: int
    sold: int = 0
    rank: int = 0
    active: bool = True
    """False: archived. A variant is sold when it and its product are active."""
    parent_id: str | None = Field(
        default=None, sa_column=Column("parent_id", String, ForeignKey("product.id"), nullable=True)
    )
    options: Any = Field(default=None, sa_column=Column("options", JSONB(none_as_null=True), nullable=True))
    """Of a product with variants the names of its options, as a list; of a variant its value of each, by name."""
    sku: str | None = None
    external_id: str | None = None
    compare_at_minor: int | None = Field(
        default=None, sa_column=Column("compare_at_minor", BigInteger, nullable=True)
    )
    """What it cost before, or costs elsewhere; above the price."""
    per_viewer_max: int | None = None
    """Units that one viewer may buy of it, and of its variants together, in a show; null: as the settings say of each."""
    images: Any = Field(default=None, sa_column=Column("images", JSONB(none_as_null=True), nullable=True))
    """Addresses of all its pictures, the first of which is `image`; null where there is none but that."""
    image_alts: Any = Field(
        default=None, sa_column=Column("image_alts", JSONB(none_as_null=True), nullable=True)
    )
    """By the address of a picture what it shows; null where nobody said it of any."""
    version: int = Field(
        default=1, sa_column=Column("version", Integer, nullable=False, server_default=text("1"))
    )
    """Of a product with its variants; goes up with every edit, and not with stock."""
    created_at: datetime | None = moment("created_at")
    updated_at: datetime | None = moment("updated_at")
    stock_moves: int = Field(
        default=0, sa_column=Column("stock_moves", BigInteger, nullable=False, server_default=text("0"))
    )
    """How often its stock was changed, by sales too: the number of the newest change."""
    held: int = Field(default=0, sa_column=Column("held", Integer, nullable=False, server_default=text("0")))
    """Units set aside for viewers, which have left `stock` and are not sold yet."""
    buying: str | None = None
    """How it is bought, with its variants: `one_step` or `checkout`; null: as the channel says."""
    waiting: int = Field(
        default=0, sa_column=Column("waiting", Integer, nullable=False, server_default=text("0"))
    )


class StockChangeRow(SQLModel, table=True):
    """A change of stock that is no sale: by whom, why, and how many were left after it. A sale has a `StockSaleRow`."""

    __tablename__ = "stock_change"
    __table_args__ = (Index("stock_change_product_move", "product_id", "move", unique=True),)

    id: str = Field(primary_key=True)
    channel_id: str
    product_id: str = Field(foreign_key="product.id")
    move: int = Field(sa_column=Column("move", BigInteger, nullable=False))
    """Which change of the product's stock it was."""
    at: datetime = moment("at", nullable=False)
    actor: str
    actor_name: str = ""
    role: str
    reason: str
    delta: int
    stock_after: int
    show_id: str | None = None
    note: str | None = None
    refund_id: str | None = None
    """By which refund units came back, or were written off."""


class StockSaleRow(SQLModel, table=True):
    """Which change of a product's stock an order was, and how many units were left after it; its order tells the rest."""

    __tablename__ = "stock_sale"
    __table_args__ = (Index("stock_sale_product_move", "product_id", "move", unique=True),)

    order_id: str = Field(primary_key=True)
    product_id: str
    move: int = Field(sa_column=Column("move", BigInteger, nullable=False))
    stock_after: int
