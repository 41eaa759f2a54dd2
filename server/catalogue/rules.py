"""What a product may be, and how its stock changes, pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.errors import RefusedError
from server.protocol.codes import Code

STOCK_MAX = 1_000_000_000
AMOUNT_MAX = 2**53 - 1
"""In minor units: what JSON's readers still hold to the unit."""
TITLE_CHARACTERS_MAX = 200
DESCRIPTION_CHARACTERS_MAX = 5_000
CODE_CHARACTERS_MAX = 100
"""Of a SKU and of an external id."""
OPTION_CHARACTERS_MAX = 60
"""Of an option's name and of its value."""
OPTIONS_MAX = 3
VARIANTS_MAX = 100
IMAGES_MAX = 12
PER_VIEWER_MAX = 10_000
"""What a product's own limit may be at most."""
ALT_CHARACTERS_MAX = 512
"""Of what a picture shows."""

CHOOSE = "The product's variants have stock, not the product: choose a variant."

Buying = Literal["one_step", "checkout", "first_paid"]
"""How something is bought: by `buy` alone; by a hold, the checkout and a payment; or by the same, its units held for nobody until they are
paid (`first_paid`)."""
Reason = Literal["restock", "correction", "return", "write_off", "import", "created", "variants"]
"""Why stock was changed by something else than a sale. `variants`: the product got variants, which have stock of their own.

`return` of a refund moves sold units back to what is free; `write_off` says that refunded units do not come back, and changes no number.
"""


@dataclass(frozen=True, slots=True)
class Stocked:
    """What is sold, and how many there are of it; `moves` is the number of the newest change of its stock. A `heading` is never sold.

    What it is called, how many units are held, whether the show sells it, how it is bought and how many viewers are `waiting` in line for
    it are known where it is read to be sold.
    """

    id: str
    price_minor: int
    currency: str
    stock: int
    sold: int
    moves: int = 0
    heading: bool = False
    title: str = ""
    sku: str | None = None
    external_id: str | None = None
    held: int = 0
    on_sale: bool = True
    buying: Buying = "one_step"
    per_viewer_max: int | None = None
    """Units of it, and of the other variants of its product, that one viewer may buy in a show; None: as the settings say of each."""
    parent_id: str | None = None
    waiting: int = 0


def take_units(product: Stocked, quantity: int) -> Stocked:
    """Return the product with `quantity` units moved from stock to sold."""
    assert 0 < quantity <= product.stock, "the caller has compared it with the stock"
    stock, sold = product.stock - quantity, product.sold + quantity
    return replace(product, stock=stock, sold=sold, moves=product.moves + 1)


def return_units(product: Stocked, quantity: int) -> Stocked:
    """Return the product with `quantity` sold units free again; what is on hand stays the same."""
    assert 0 < quantity <= product.sold, "no more comes back than was sold"
    stock, sold = product.stock + quantity, product.sold - quantity
    return replace(product, stock=stock, sold=sold, moves=product.moves + 1)


def add_units(product: Stocked, add: int) -> Stocked:
    """Return the product with `add` units more, or fewer when negative.

    Raises `invalid` for 0, for a heading, and for more than the shop can count, `sold_out` when more would be taken away than are left.
    """
    if add == 0:
        raise RefusedError(Code.INVALID, "A change by 0 changes nothing.")
    if product.heading:
        raise RefusedError(
            Code.INVALID, "The product's variants have stock, not the product: choose a variant."
        )
    if product.stock + product.held + product.sold + add > STOCK_MAX:
        raise RefusedError(Code.INVALID, f"More than {STOCK_MAX} units, with those sold, cannot be counted.")
    if product.stock + add < 0:
        raise RefusedError(
            Code.SOLD_OUT, "Fewer units are left than should be taken away.", stock=product.stock
        )
    return replace(product, stock=product.stock + add, moves=product.moves + 1)


def set_units(product: Stocked, seen: int, to: int) -> Stocked:
    """Return the product with `to` units left, where `seen` are left; raises `conflict` with `stock` where others are."""
    require_stock(to)
    if product.heading:
        raise RefusedError(Code.INVALID, CHOOSE)
    require_seen(product, seen)
    return product if to == seen else add_units(product, to - seen)


def require_seen(product: Stocked, seen: int | None) -> None:
    """Raise `conflict` with `stock` unless as many units are left as were `seen`."""
    if product.stock == seen:
        return
    stock = product.stock
    why = f"{stock} are left; say so with the number." if seen is None else f"{stock} are left, not {seen}."
    raise RefusedError(
        Code.CONFLICT, why, stock=stock, at="stock", current={"product": product.id, "stock": stock}
    )


def require_price(price_minor: int, compare_at_minor: int | None) -> None:
    """Raise `invalid` unless the price is one, and the price to compare it with, where there is one, is above it."""
    if not 0 <= price_minor <= AMOUNT_MAX:
        raise refused_at("price", f"A price is from 0 to {AMOUNT_MAX} minor units.")
    if compare_at_minor is not None and not price_minor < compare_at_minor <= AMOUNT_MAX:
        raise refused_at("compare_at", "The price to compare with is above the price, or there is none.")


def require_stock(stock: int) -> None:
    """Raise `invalid` unless so many units can be on a shelf."""
    if not 0 <= stock <= STOCK_MAX:
        raise refused_at("stock", f"Units are from 0 to {STOCK_MAX}.")


def require_options(names: Sequence[str], count: int) -> None:
    """Raise `invalid` unless a product may have these options and so many variants."""
    if len(names) > OPTIONS_MAX:
        raise refused_at("options", f"A product has at most {OPTIONS_MAX} options.")
    if len(set(names)) < len(names):
        raise refused_at("options", "Two options have the same name.")
    if count > VARIANTS_MAX:
        raise refused_at("variants", f"A product has at most {VARIANTS_MAX} variants.")
    if bool(names) != bool(count):
        raise refused_at("variants", "A product with options has variants, and one without has none.")


def refused_at(at: str, why: str, code: Code = Code.INVALID) -> RefusedError:
    """Return the refusal of one field, named as in a request's body (`variants/2/price`)."""
    return RefusedError(code, why, at=at, errors=[{"at": f"body/{at}", "why": why}])
