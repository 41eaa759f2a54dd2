"""Which products a show was told are sold out, so that each change is told once: `product.sold_out`, and `product.back_in_stock`.

A row says that the last thing told of a product in a live show is that nobody can have it now. It is written and taken away under the
show's own lock, in the transaction that publishes, so neither is told twice in a row: not by two shows that sell the same product, and not
by what happened elsewhere and is told a moment later.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, literal, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from server.catalogue.tables import ProductRow
from server.journal.transaction import ShowTransaction
from server.shop.shelf import in_line_up
from server.shows.tables import ShowRow


class SoldOutRow(SQLModel, table=True):
    """A product, or variant, of which a show was told last that it is sold out, or which was so when it came onto the show's shelf."""

    __tablename__ = "sold_out"

    show_id: str = Field(primary_key=True)
    product_id: str = Field(primary_key=True)


_PRODUCT = ProductRow.__table__  # type: ignore[attr-defined]
_SOLD_OUT = SoldOutRow.__table__  # type: ignore[attr-defined]
# A heading is not sold. What never had a unit cannot have sold out: it is noted, and not told.
_TURN: Final = text(
    """
    WITH live AS (SELECT FROM show WHERE id = :show AND state = 'live'),
    gone AS (
        INSERT INTO sold_out (show_id, product_id) SELECT CAST(:show AS text), p.id FROM product AS p
        WHERE p.id = ANY(:gone) AND (p.parent_id IS NOT NULL OR p.options IS NULL) AND EXISTS (SELECT FROM live) ORDER BY p.id
        ON CONFLICT DO NOTHING RETURNING product_id
    ),
    back AS (
        DELETE FROM sold_out WHERE show_id = :show AND product_id = ANY(:back) AND EXISTS (SELECT FROM live) RETURNING product_id
    )
    SELECT g.product_id FROM gone AS g JOIN product AS p ON p.id = g.product_id WHERE p.stock_moves > 0
    UNION ALL SELECT product_id FROM back
    """
)


async def publish_turns(tx: ShowTransaction, stock: Mapping[str, int]) -> None:
    """Publish which of these products, with their free units, are sold out or back in stock, where the show was told otherwise.

    One statement, and none without products. Nothing is told, nor noted, in a show that is not live.
    """
    if not stock:
        return
    gone = [id for id, units in stock.items() if not units]
    given = {"show": tx.show_id, "gone": gone, "back": [id for id, units in stock.items() if units]}
    for id in sorted(await tx.connection.scalars(_TURN, given)):
        if stock[id]:
            tx.publish("product.back_in_stock", {"product": id, "stock": stock[id]})
        else:
            tx.publish("product.sold_out", {"product": id})


async def note_shelf(tx: ShowTransaction, row: ShowRow) -> None:
    """Note which products the show has none of from the start, or since it has another line-up: whoever comes sees that."""
    none = select(literal(tx.show_id), _PRODUCT.c.id).where(
        _PRODUCT.c.channel_id == row.channel_id,
        _PRODUCT.c.active,
        _PRODUCT.c.stock == 0,
        or_(_PRODUCT.c.parent_id.is_not(None), _PRODUCT.c.options.is_(None)),
        in_line_up(tx.show_id),
    )
    noted = insert(_SOLD_OUT).from_select(["show_id", "product_id"], none).on_conflict_do_nothing()
    await forget_shelf(tx, row)
    await tx.connection.execute(noted)


async def forget_shelf(tx: ShowTransaction, row: ShowRow) -> None:
    """Forget what the show was told, when it ends."""
    await tx.connection.execute(delete(_SOLD_OUT).where(_SOLD_OUT.c.show_id == tx.show_id))
