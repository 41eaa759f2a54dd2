"""What a hold may be exchanged for, pure: what stays keeps its price, what is more is sold as anything else, under the first one's time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from server.catalogue.claims import Claim, OfferBook
from server.catalogue.rules import AMOUNT_MAX, Stocked
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Allowances
from server.shop.hold_rules import Hold, HoldLine, StockBook, Wanted
from server.shop.lot_rules import auction_of
from server.shop.rules import agree_on_price, require_free, require_sellable

Part = tuple[str, str | None]
"""Of a product, under an offer or not."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known when an exchange is decided. Nothing of it is changed."""

    book: StockBook
    offers: OfferBook
    allowances: Allowances
    sells: bool
    at: datetime


def require_exchangeable(hold: Hold) -> None:
    """Raise `invalid` for what was not chosen: a turn in line has as many units as came back, a lot is what was bid for.

    And for what has no units: nothing is lost by giving it up.
    """
    if hold.first_paid:
        raise RefusedError(Code.INVALID, "Nothing is set aside: give it up, and begin anew.")
    if hold.origin is not None or auction_of(hold):
        raise RefusedError(Code.INVALID, "A turn in line, or a lot, is paid or given back as it is.")


def exchanged(hold: Hold, wanted: Wanted, terms: Terms, new_id: str) -> Hold:
    """Return the hold that takes the place of one that stands, or raise what `Shop.buy` does; nothing is taken yet.

    Units that were held already keep their price, and are asked for nothing. So many more of them, and what is new, must be free, within
    the limits and at the price of now: where that is another than the one they were held at, it is `price_changed`.
    """
    had, wants = _parts_of(hold), _wanted_parts(wanted)
    more = more_units(hold, wanted)
    if any(units > 0 for units in more.values()) and not terms.sells:
        raise RefusedError(Code.SHOW_NOT_LIVE)
    prices = {part: _price_of(part, had, wants[part], wanted, terms) for part in wants}
    for line in wanted.lines:
        price = prices[line.product_id, line.offer_id]
        if line.price_minor not in (None, price):
            raise _price_changed(terms.book.products[line.product_id], price)
    for product_id, units in more.items():
        if units > 0:
            require_free(terms.book.products[product_id], units, to_hold=True)
    terms.allowances.require(wanted.viewer_id, more, guest=wanted.guest, to_hold=True)
    lines = tuple(
        HoldLine(each.product_id, each.quantity, prices[each.product_id, each.offer_id], each.offer_id)
        for each in wanted.lines
    )
    return _in_place_of(hold, wanted, lines, terms, new_id)


def more_units(hold: Hold, wanted: Wanted) -> dict[str, int]:
    """Return by product how many more units are wanted than were held; fewer are below 0, and come last."""
    more = {id: wanted.demand.get(id, 0) - hold.units.get(id, 0) for id in {**wanted.demand, **hold.units}}
    return dict(sorted(more.items(), key=lambda each: -each[1]))


def more_claims(hold: Hold, wanted: Wanted) -> list[Claim]:
    """Return what is wanted under offers beyond what was held under them."""
    had = _parts_of(hold)
    claims = (_claim_of(part, had, units, wanted) for part, units in _wanted_parts(wanted).items())
    return [claim for claim in claims if claim is not None and claim.quantity > 0]


def _claim_of(part: Part, had: dict[Part, tuple[int, int]], units: int, wanted: Wanted) -> Claim | None:
    product_id, offer_id = part
    if offer_id is None:
        return None
    admitted = any(line.admitted for line in wanted.lines if line.offer_id == offer_id)
    return Claim(offer_id, wanted.viewer_id, product_id, units - had.get(part, (0, 0))[0], admitted)


def _parts_of(hold: Hold) -> dict[Part, tuple[int, int]]:
    """Return what is held: units, and the price of one."""
    units: Counter[Part] = Counter()
    prices: dict[Part, int] = {}
    for line in hold.lines:
        part = (line.product_id, line.offer_id)
        units[part] += line.quantity
        prices[part] = line.unit_price_minor
    return {part: (units[part], prices[part]) for part in units}


def _wanted_parts(wanted: Wanted) -> Counter[Part]:
    parts: Counter[Part] = Counter()
    for line in wanted.lines:
        parts[line.product_id, line.offer_id] += line.quantity
    return parts


def _price_of(part: Part, had: dict[Part, tuple[int, int]], units: int, wanted: Wanted, terms: Terms) -> int:
    held, price = had.get(part, (0, 0))
    if units <= held:
        return price
    product = require_sellable(terms.book.products.get(part[0]))
    if product.buying == "first_paid":
        raise RefusedError(Code.BUYING_MIXED, product=product.id)
    now = agree_on_price(product, None, _claim_of(part, had, units, wanted), terms.offers)
    if held and now != price:
        raise _price_changed(product, now)
    return now


def _price_changed(product: Stocked, price: int) -> RefusedError:
    return RefusedError(Code.PRICE_CHANGED, price=price, currency=product.currency, product=product.id)


def _in_place_of(hold: Hold, wanted: Wanted, lines: tuple[HoldLine, ...], terms: Terms, new_id: str) -> Hold:
    currencies = {terms.book.products[line.product_id].currency for line in lines}
    if len(currencies) > 1:
        raise RefusedError(Code.INVALID, "What is paid at once has one currency.")
    new = Hold(
        id=new_id,
        channel_id=hold.channel_id,
        show_id=hold.show_id,
        viewer_id=wanted.viewer_id,
        key=wanted.key,
        state="placed",
        currency=currencies.pop(),
        lines=lines,
        placed_at=terms.at,
        expires_at=hold.expires_at,
        staff=wanted.staff,
        exchanges=hold.id,
    )
    if new.amount_minor > AMOUNT_MAX:
        raise RefusedError(Code.INVALID, "So much money cannot be counted.")
    return new
