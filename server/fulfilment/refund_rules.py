"""What of a paid order is given back, pure: never more than was paid, never a unit twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from server.errors import RefusedError
from server.protocol.codes import Code

Reason = Literal["cancelled", "returned", "faulty", "goodwill", "other"]
"""Why. `cancelled`: what was not sent yet is not sent; with everything that is left, the order is cancelled."""
RefundState = Literal["asked", "done", "failed"]
"""`asked`: written down, and the provider has not done it yet. `done`: the money has gone back, and units with it. `failed`: the provider
will not do it, and nothing has changed."""
SeenState = RefundState | Literal["bounced"]
"""As it is shown. `bounced`: it was done, and the buyer's bank has sent the money back; it is with the provider, and owed again."""
Origin = Literal["merchant", "provider"]
"""Who began it: the merchant here, or somebody at the provider itself, whose webhook told of it."""
GivenBack = Literal["partially_refunded", "refunded", "cancelled"]
"""What a refund makes of its order."""

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of an order: what was paid for its units, how many of them were given back, or are about to be, and how many went off."""

    id: str
    product_id: str
    quantity: int
    amount_minor: int
    gone: int = 0
    shipped: int = 0
    cancelled: int = 0
    """Of those that are gone, the ones that were given back before they went off."""

    @property
    def left(self) -> int:
        """How many units can still be given back."""
        return self.quantity - self.gone

    @property
    def unsent(self) -> int:
        """How many units are still to go off."""
        before_it_went = self.cancelled + max(0, self.gone - self.cancelled - self.shipped)
        return max(0, self.quantity - self.shipped - before_it_went)

    def worth(self, units: int) -> int:
        """Return what the next so many units cost, in minor units: all of a line's units together cost its amount, to the unit."""
        return self._until(self.gone + units) - self._until(self.gone)

    def _until(self, units: int) -> int:
        return self.amount_minor * units // self.quantity


@dataclass(frozen=True, slots=True)
class Bought:
    """A paid order: its lines, what was paid in all, and what has gone back, or is about to. Money in minor units of one currency.

    What was paid beyond the lines is shipping.
    """

    lines: tuple[BoughtLine, ...]
    paid_minor: int
    gone_minor: int = 0
    gone_shipping_minor: int = 0

    @property
    def goods_minor(self) -> int:
        """What was paid for the lines."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def left_minor(self) -> int:
        """What can still be given back."""
        return self.paid_minor - self.gone_minor

    @property
    def shipping_left_minor(self) -> int:
        """What of that is shipping."""
        return self.paid_minor - self.goods_minor - self.gone_shipping_minor

    @property
    def goods_left_minor(self) -> int:
        """What of that was paid for goods."""
        return self.left_minor - self.shipping_left_minor

    @property
    def units_left(self) -> int:
        """How many units can still be given back."""
        return sum(line.left for line in self.lines)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """So many units of an order's line; `restock`: they can be sold again, else they are written off."""

    line_id: str
    quantity: int
    restock: bool


@dataclass(frozen=True, slots=True)
class WantedRefund:
    """What the merchant wants to give back: `lines`, or `everything` that is left.

    `shipping_minor`: of the shipping. `amount_minor`: in all, instead of what the lines and the shipping come to. `restock`: of everything.
    """

    reason: Reason
    lines: tuple[WantedLine, ...] = ()
    everything: bool = False
    restock: bool = True
    shipping_minor: int | None = None
    amount_minor: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Units of a line that are given back, and what they cost."""

    line_id: str
    product_id: str
    quantity: int
    amount_minor: int
    restock: bool


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a refund comes to: `amount_minor` in all, `shipping_minor` of that for shipping. `cancels`: the order is over by it."""

    lines: tuple[RefundLine, ...]
    amount_minor: int
    shipping_minor: int
    cancels: bool

    @property
    def goods_minor(self) -> int:
        """What is taken off the sales: all of it but the shipping."""
        return self.amount_minor - self.shipping_minor


def reckon(bought: Bought, wanted: WantedRefund) -> Reckoning:
    """Return what the refund comes to.

    Raises `too_much` with `left` and `units_left` for more than is left, `conflict` with `current` for cancelling what has left the house,
    `not_found` for a line that is none of the order's, `invalid`.
    """
    if wanted.everything:
        return _all_of(bought, wanted)
    lines = _lines_of(bought, wanted.lines)
    if wanted.reason == "cancelled":
        _require_unsent(bought, lines)
    shipping = wanted.shipping_minor or 0
    if not lines and not shipping and not wanted.amount_minor:
        raise RefusedError(Code.INVALID, "Nothing is given back: name lines, shipping or an amount.")
    amount = wanted.amount_minor
    if amount is None:
        # What was given back as goodwill has been given back: the units that are left of the order cost what is left of it.
        goods = min(sum(line.amount_minor for line in lines), bought.goods_left_minor)
        amount = goods + shipping
    return _split(bought, lines, amount, shipping, cancels=False)


def _all_of(bought: Bought, wanted: WantedRefund) -> Reckoning:
    if wanted.lines:
        raise RefusedError(Code.INVALID, "Everything that is left has no lines of its own.")
    if not bought.left_minor and not bought.units_left:
        raise _too_much(bought)
    cancels = wanted.reason == "cancelled"
    if cancels and any(line.shipped for line in bought.lines):
        raise _shipped()
    amount = bought.left_minor if wanted.amount_minor is None else wanted.amount_minor
    if cancels and amount < bought.left_minor:
        raise RefusedError(Code.INVALID, "Who cancels an order gives back all that is left of it.")
    shipping = wanted.shipping_minor
    if shipping is None:
        shipping = min(bought.shipping_left_minor, amount)
    lines = _lines_of(
        bought, [WantedLine(line.id, line.left, wanted.restock) for line in bought.lines if line.left]
    )
    return _split(bought, lines, amount, shipping, cancels=cancels)


def _lines_of(bought: Bought, wanted: Sequence[WantedLine]) -> tuple[RefundLine, ...]:
    """Return the wanted lines with what they cost; one that is named twice, once to restock and once not, counts together."""
    found = {line.id: line for line in bought.lines}
    lines = list[RefundLine]()
    for each in wanted:
        line = found.get(each.line_id)
        if line is None:
            raise RefusedError(Code.NOT_FOUND, "The order has no such line.")
        if each.quantity < 1:
            raise RefusedError(Code.INVALID, "Units are from 1.")
        if each.quantity > line.left:
            raise _too_much(bought)
        worth = line.worth(each.quantity)
        lines.append(RefundLine(line.id, line.product_id, each.quantity, worth, each.restock))
        found[line.id] = replace(line, gone=line.gone + each.quantity)
    return tuple(lines)


def _require_unsent(bought: Bought, lines: Sequence[RefundLine]) -> None:
    """Raise `conflict` unless what is cancelled is still in the house."""
    unsent = {line.id: line.unsent for line in bought.lines}
    for line in lines:
        unsent[line.line_id] -= line.quantity
    if any(units < 0 for units in unsent.values()):
        raise _shipped()


def _shipped() -> RefusedError:
    return RefusedError(
        Code.CONFLICT, "That has been shipped; what comes back is `returned`.", current={"state": "shipped"}
    )


def _split(
    bought: Bought, lines: tuple[RefundLine, ...], amount: int, shipping: int, *, cancels: bool
) -> Reckoning:
    """Return the reckoning of an amount; what is more than is left of the goods is of the shipping."""
    if amount > bought.left_minor or shipping > bought.shipping_left_minor:
        raise _too_much(bought)
    if amount < shipping or shipping < 0:
        raise RefusedError(Code.INVALID, "The shipping is a part of the amount.")
    return Reckoning(lines, amount, max(shipping, amount - bought.goods_left_minor), cancels)


def _too_much(bought: Bought) -> RefusedError:
    left = [line.left for line in bought.lines]
    return RefusedError(
        Code.TOO_MUCH, left=bought.left_minor, shipping_left=bought.shipping_left_minor, units_left=left
    )


def told_by_provider(bought: Bought, told_minor: int) -> Reckoning | None:
    """Return what somebody has given back at the provider itself, where it has given back `told_minor` in all; None for nothing new.

    What is asked of the provider counts as told: it may have done it and not have answered yet.
    """
    amount = min(told_minor - bought.gone_minor, bought.left_minor)
    return _split(bought, (), amount, 0, cancels=False) if amount > 0 else None


def state_after(bought: Bought, *, cancelled: bool) -> GivenBack:
    """Return how an order stands of which something was given back: `bought` counts what is done alone."""
    if cancelled:
        return "cancelled"
    whole = bought.left_minor == 0 and (bought.paid_minor > 0 or bought.units_left == 0)
    return "refunded" if whole else "partially_refunded"


def units_back(
    lines: Sequence[RefundLine], sellable: Mapping[str, bool]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return units by product that can be sold again, and those that are written off: a product that is a heading by now sells none."""
    back, off = dict[str, int](), dict[str, int]()
    for line in lines:
        if line.product_id in sellable:
            into = back if line.restock and sellable[line.product_id] else off
            into[line.product_id] = into.get(line.product_id, 0) + line.quantity
    return back, off
