"""Who gets stock set aside, pure: a batch of wishes is decided in the order in which they came."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.catalogue.claims import NO_OFFER_BOOK, OfferBook
from server.catalogue.rules import AMOUNT_MAX, Stocked
from server.errors import RefusedError
from server.protocol.codes import Code
from server.shop.allowances import Allowances
from server.shop.hold_rules import Hold, HoldLine, StockBook, Wanted, WantedLine
from server.shop.rules import agree_on_price, require_free, require_sellable

UNHELD_SECONDS = 900.0
"""How long what has no units may be paid at least: nobody waits for it, and who fills it in sees no timer."""


class Placing:
    """Serves the wishes of one batch in one show, one after the other. `earlier`: the holds that have one of the batch's keys."""

    def __init__(
        self,
        show_id: str,
        channel_id: str,
        at: datetime,
        *,
        sells: bool,
        seconds: float,
        book: StockBook,
        earlier: Iterable[Hold],
        allowances: Allowances,
        offers: OfferBook = NO_OFFER_BOOK,
        new_id: Callable[[], str],
    ) -> None:
        self._show_id = show_id
        self._channel_id = channel_id
        self._at = at
        self._sells = sells
        self._seconds = seconds
        self._book = book
        self._holds = {(hold.viewer_id, hold.key): hold for hold in earlier}
        self._allowances = allowances
        self._offers = offers
        self._new_id = new_id
        self._begun = set[tuple[str, str]]()
        self.placed: list[Hold] = []

    def serve(self, wishes: Iterable[Wanted]) -> list[Hold | RefusedError]:
        """Decide every wish: first come, first served, and one that cannot be served harms no other."""
        return [self._serve_one(wanted) for wanted in wishes]

    def _serve_one(self, wanted: Wanted) -> Hold | RefusedError:
        try:
            earlier = self._holds.get((wanted.viewer_id, wanted.key))
            return self._place(wanted) if earlier is None else repeat_hold(earlier, wanted, self._show_id)
        except RefusedError as refused:
            return refused

    def _place(self, wanted: Wanted) -> Hold:
        if not self._sells:
            raise RefusedError(Code.SHOW_NOT_LIVE)
        products = [require_sellable(self._book.products.get(line.product_id)) for line in wanted.lines]
        first_paid = _are_first_paid(products)
        offers = self._offers.copy()
        prices = [
            _price_of(wanted.viewer_id, line, product, offers)
            for line, product in zip(wanted.lines, products, strict=True)
        ]
        if len({product.currency for product in products}) > 1:
            raise RefusedError(Code.INVALID, "What is paid at once has one currency.")
        demand = wanted.demand
        for product_id, units in demand.items():
            require_free(self._book.products[product_id], units, to_hold=True)
        self._allowances.require(wanted.viewer_id, demand, guest=wanted.guest, to_hold=True)
        hold = self._as_hold(wanted, products[0].currency, prices, first_paid=first_paid)
        if hold.amount_minor > AMOUNT_MAX:
            raise RefusedError(Code.INVALID, "So much money cannot be counted.")
        if first_paid:
            self._begin(hold)
        else:
            self._book.move("place", hold.id, demand)
            self._book.offers |= hold.offers
            self._offers = offers
        self._allowances.take(wanted.viewer_id, demand, guest=wanted.guest)
        self._holds[hold.viewer_id, hold.key] = hold
        self.placed.append(hold)
        return hold

    def _begin(self, hold: Hold) -> None:
        """Count a purchase that has no units yet: as begun by its viewer, and for this batch as theirs under its offers."""
        own = {(hold.viewer_id, offer) for offer in hold.offers}
        if own & self._begun:
            raise RefusedError(Code.BUSY, retry_after_ms=100)
        self._allowances.begin(hold.viewer_id)
        self._begun |= own

    def _as_hold(self, wanted: Wanted, currency: str, prices: Sequence[int], *, first_paid: bool) -> Hold:
        lines = [
            HoldLine(line.product_id, line.quantity, price_minor, line.offer_id)
            for line, price_minor in zip(wanted.lines, prices, strict=True)
        ]
        return Hold(
            id=self._new_id(),
            channel_id=self._channel_id,
            show_id=self._show_id,
            viewer_id=wanted.viewer_id,
            key=wanted.key,
            state="unheld" if first_paid else "placed",
            currency=currency,
            lines=tuple(lines),
            placed_at=self._at,
            expires_at=self._at
            + timedelta(seconds=max(self._seconds, UNHELD_SECONDS) if first_paid else self._seconds),
            staff=wanted.staff,
            first_paid=first_paid,
        )


def _are_first_paid(products: Sequence[Stocked]) -> bool:
    """Whether these go to whoever pays first; raises `buying_mixed` with the first `product` that does where others do not."""
    first = [product for product in products if product.buying == "first_paid"]
    if first and len(first) < len(products):
        raise RefusedError(Code.BUYING_MIXED, product=first[0].id)
    return bool(first)


def _price_of(viewer_id: str, line: WantedLine, product: Stocked, offers: OfferBook) -> int:
    """Return what a unit of the line costs, and count it as taken under its offer, so that the next line finds fewer."""
    claim = line.claim_of(viewer_id)
    price_minor = agree_on_price(product, line.price_minor, claim, offers)
    if claim is not None:
        offers.take(claim)
    return price_minor


def repeat_hold(earlier: Hold, wanted: Wanted, show_id: str) -> Hold:
    """Return the first hold again as it stands, with the time that it had; raises `key_reused` for anything else under its key."""
    same = (earlier.show_id, earlier.exchanges) == (show_id, wanted.exchanges)
    if (
        not same
        or len(earlier.lines) != len(wanted.lines)
        or not all(map(_is_same, earlier.lines, wanted.lines))
    ):
        raise RefusedError(Code.KEY_REUSED)
    return replace(earlier, repeated=True)


def _is_same(line: HoldLine, wanted: WantedLine) -> bool:
    same = (line.product_id, line.quantity, line.offer_id)
    return same == (wanted.product_id, wanted.quantity, wanted.offer_id) and wanted.price_minor in (
        None,
        line.unit_price_minor,
    )
