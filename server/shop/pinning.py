"""Staff show one product above all others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.audit.actions import Action
from server.audit.trail import Actor, audit
from server.errors import RefusedError
from server.journal.transaction import ShowTransaction
from server.protocol.codes import Code
from server.protocol.shelf_lines import ShownProduct
from server.protocol.sold import Product
from server.shop.shelf import read_shelf
from server.shows.repository import read_show, update_show


@dataclass(frozen=True, slots=True)
class Pinning:
    """A member of staff pins a product, or unpins it; `product_id` is None only for unpinning whichever is pinned."""

    actor: Actor
    product_id: str | None
    pinned: bool


async def pin_many(tx: ShowTransaction, wanted: Sequence[Pinning]) -> list[int | RefusedError]:
    """Pin and unpin in order; what changes nothing is not published."""
    show = await read_show(tx.connection, tx.show_id)
    if show is None:
        return [RefusedError(Code.NOT_FOUND) for _ in wanted]
    shelf = await read_shelf(tx.connection, tx.show_id, show.channel_id, among=_named(wanted))
    on_sale = {product.id: _shown(product) for product in shelf}
    pinned = show.pinned_product
    answers: list[int | RefusedError] = []
    for pinning in wanted:
        if pinning.pinned and pinning.product_id not in on_sale:
            answers.append(RefusedError(Code.NOT_FOUND))
            continue
        after = _pinned_after(pinning, pinned)
        if after != pinned:
            tx.publish("product.pinned", {"product": after, "shown": on_sale.get(after or "")})
            action: Action = "product.pin" if pinning.pinned else "product.unpin"
            audit(tx, pinning.actor, action, after or pinned or "")
            pinned = after
        answers.append(tx.top)
    if pinned != show.pinned_product:
        await update_show(tx.connection, tx.show_id, {"pinned_product": pinned})
    return answers


def _pinned_after(pinning: Pinning, pinned: str | None) -> str | None:
    if pinning.pinned:
        return pinning.product_id
    return None if pinning.product_id in (None, pinned) else pinned


def _shown(product: Product) -> ShownProduct:
    return ShownProduct(product.title, product.image, product.price, product.currency)


def _named(wanted: Iterable[Pinning]) -> list[str]:
    return [pinning.product_id for pinning in wanted if pinning.product_id is not None]
