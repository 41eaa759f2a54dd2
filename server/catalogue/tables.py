"""Products with their stock."""

from sqlalchemy import BigInteger, CheckConstraint, Column
from sqlmodel import Field, SQLModel


class ProductRow(SQLModel, table=True):
    """A product of a channel. `stock` is what is left to sell, `sold` what was; their sum changes only by a restock."""

    __tablename__ = "product"
    __table_args__ = (CheckConstraint("stock >= 0", name="product_stock_not_negative"),)

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
