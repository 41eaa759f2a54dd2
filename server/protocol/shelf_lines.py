"""What the server may write of what a show sells, as msgspec structs; the other lines are in `server.protocol.lines`."""

from msgspec import Struct

from server.protocol.lines import Push
from server.protocol.pushes import ProductStock, Sales
from server.protocol.sold import Product


class LineUpChanged(Push, frozen=True, tag="line_up.changed"):
    """The show sells these products from now on, in this order: they take the place of all that it sold."""

    products: list[Product]


class ShownProduct(Struct, frozen=True):
    """A product as it was pinned: `price`, of variants the lowest, in minor units of `currency`."""

    title: str
    image: str
    price: int
    currency: str


class ProductPinned(Push, frozen=True, tag="product.pinned"):
    """Which product is pinned now; null: none. `shown`: as it is sold at that moment, for whoever watches it again."""

    product: str | None
    shown: ShownProduct | None = None


class ProductChanged(Push, frozen=True, tag="product.changed"):
    """Products as they stand now, in the place of what was known of them, or new; those `removed` are sold no more here."""

    products: list[Product]
    removed: list[str]


class StockChanged(Push, frozen=True, tag="product.stock"):
    """The units left of products that changed."""

    products: list[ProductStock]


class SoldOut(Push, frozen=True, tag="product.sold_out"):
    """The last free unit of a product, or variant, is gone: it is sold, or held."""

    product: str


class BackInStock(Push, frozen=True, tag="product.back_in_stock"):
    """Of a product, or variant, that was sold out so many units are free again."""

    product: str
    stock: int


class OrdersCounted(Push, frozen=True, tag="order.counted"):
    """So many people have bought the product, or a variant of it, in the `seconds` before; no later moment is meant."""

    product: str
    buyers: int
    seconds: int


class StaffStockChanged(StockChanged, frozen=True, tag="product.stock"):
    """The units left of products that changed, and the show's sales."""

    sales: Sales
