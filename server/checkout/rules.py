"""What a purchase comes to, pure: items less discount with shipping, and how much of it is tax. All money is whole minor units.

`items - discount + shipping = total`, and nothing of it is ever below zero, whatever the currency's decimals. Prices include the tax: it is
reckoned once, from the total, and rounded half up to the minor unit.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from server.catalogue.rules import Buying

Language = Literal["en", "ja"]
METHODS_MAX: Final = 20
TAX_THOUSANDTHS_MAX: Final = 100_000
"""100 %, in thousandths of a percent."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to send things: its price, and from which sum of items on it costs nothing, in minor units.

    `countries`: where it goes, as ISO 3166 codes; none: anywhere. `days`: within how many it arrives, where that was said.
    """

    id: str
    title: Mapping[str, str]
    price_minor: int
    free_from_minor: int | None = None
    countries: tuple[str, ...] = ()
    days: int | None = None

    def serves(self, country: str) -> bool:
        """Whether it goes there; of a country that is not known yet it is not said that it does not."""
        return not self.countries or not country or country in self.countries

    def costs(self, items_minor: int) -> int:
        """Return what it costs with items for so much; a discount takes away no free shipping."""
        free = self.free_from_minor is not None and items_minor >= self.free_from_minor
        return 0 if free else self.price_minor


@dataclass(frozen=True, slots=True)
class Terms:
    """How a channel sells by its checkout. `version`: which edit of it; what was agreed to names it."""

    buying: Buying = "one_step"
    address_needed: bool = True
    methods: tuple[Method, ...] = ()
    tax_thousandths: int = 0
    tax_name: Mapping[str, str] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    version: int = 0

    @property
    def to_agree(self) -> bool:
        """Whether there is anything that a buyer agrees to."""
        return bool(self.url or any(self.text.values()))

    def methods_to(self, country: str) -> list[Method]:
        """Return the ways to send something there; none where nothing is sent."""
        return [method for method in self.methods if method.serves(country)] if self.address_needed else []

    def method(self, id: str, country: str, items_minor: int) -> Method | None:
        """Return the way that has this id, if it goes there; else the cheapest that does, of equal ones the first; None where none does."""
        methods = self.methods_to(country)
        cheapest = min(methods, key=lambda method: method.costs(items_minor), default=None)
        return next((method for method in methods if method.id == id), cheapest)


@dataclass(frozen=True, slots=True)
class Sum:
    """What a purchase comes to. `shares`: by line what the discount takes off it."""

    items: int
    discount: int
    shipping: int
    tax: int
    shares: Mapping[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.items - self.discount + self.shipping


def reckon(
    lines: Sequence[int],
    shipping_minor: int,
    tax_thousandths: int,
    *,
    shares: Mapping[int, int] | None = None,
    shipping_less: int = 0,
) -> Sum:
    """Return what lines of these amounts come to, with shipping. `shares` are taken off lines by their place, `shipping_less` off shipping.

    No line and no shipping becomes less than nothing: what would be taken off beyond that is not.
    """
    taken = {
        nth: min(max(0, share), lines[nth]) for nth, share in (shares or {}).items() if 0 <= nth < len(lines)
    }
    shipping = shipping_minor - min(max(0, shipping_less), shipping_minor)
    items, discount = sum(lines), sum(taken.values())
    tax = tax_in(items - discount + shipping, tax_thousandths)
    return Sum(items, discount, shipping, tax, {nth: share for nth, share in taken.items() if share})


def tax_in(total_minor: int, tax_thousandths: int) -> int:
    """Return how much of a sum is tax, of which it includes so many thousandths of a percent; half a unit is rounded up."""
    whole = 100_000 + tax_thousandths
    return (2 * total_minor * tax_thousandths + whole) // (2 * whole)


@dataclass(frozen=True, slots=True)
class Units:
    """What one payer wants to pay for now, by product. `marks`: digests by which they are known again."""

    hold_id: str
    marks: frozenset[str]
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OverLimit:
    """More units of a product than one payer may have; so many more they may."""

    product_id: str
    limit: int
    left: int


class Payers:
    """What payers have bought and are paying for in a show. `taken`: (mark, hold, what it counts as, units), once for each mark."""

    def __init__(
        self,
        units_max: int,
        taken: Collection[tuple[str, str, str, int]],
        own: Mapping[str, tuple[str, int]] | None = None,
    ) -> None:
        """`units_max` of a product for each payer; 0: any number. `own`: by product what it counts as, and its own limit."""
        self._units_max = units_max
        self._own = own or {}
        self._taken = {(mark, hold, counted): units for mark, hold, counted, units in taken}

    def take(self, wanted: Units) -> OverLimit | None:
        """Count the units as the payer's, and return None; or return which product they would have too many of, and count nothing.

        Whoever is one by one mark and another by another has what both have, each hold once.
        """
        asked: Counter[str] = Counter()
        for product_id, units in wanted.units.items():
            counted, limit = self._own.get(product_id, (product_id, self._units_max))
            asked[counted] += units
            had = self._had(wanted, counted)
            if limit and had + asked[counted] > limit:
                return OverLimit(product_id, limit, max(0, limit - had))
        for mark in wanted.marks:
            for counted, units in asked.items():
                self._taken[mark, wanted.hold_id, counted] = units
        return None

    def _had(self, wanted: Units, counted: str) -> int:
        theirs = {
            hold: units
            for (mark, hold, as_), units in self._taken.items()
            if mark in wanted.marks and as_ == counted and hold != wanted.hold_id
        }
        return sum(theirs.values())
