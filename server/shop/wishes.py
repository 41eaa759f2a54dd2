"""What is asked before wishes for holds are decided: whether their offers are open to them, and what their viewers may still take."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from server.catalogue.claims import Claim
from server.catalogue.offered import OfferDesk
from server.catalogue.rules import Stocked
from server.journal.transaction import ShowTransaction
from server.shop.allowances import Allowances, Limits
from server.shop.first_paid_repository import read_begun
from server.shop.hold_rules import Wanted
from server.shop.limits_repository import (
    beside,
    ids_of,
    read_bought,
    read_guests,
    read_held,
    read_own_limits,
    read_people,
    widen,
)
from server.shop.repository import SaleTerms


async def ask_admission(desk: OfferDesk, show_id: str, wanted: Wanted) -> Wanted:
    """Return the wish, each of its lines under an offer with whether that is open to the viewer."""
    offers = {line.offer_id for line in wanted.lines if line.offer_id is not None}
    open_to = {
        offer for offer in offers if await desk.admits(show_id, offer, wanted.viewer_id, staff=wanted.staff)
    }
    if not offers:
        return wanted
    lines = tuple(replace(line, admitted=line.offer_id in open_to) for line in wanted.lines)
    return replace(wanted, lines=lines)


def claims_of(wishes: Iterable[Wanted]) -> list[Claim]:
    """Return what the wishes want under offers."""
    claims = (line.claim_of(wanted.viewer_id) for wanted in wishes for line in wanted.lines)
    return [claim for claim in claims if claim is not None]


async def read_allowances(
    tx: ShowTransaction,
    terms: SaleTerms,
    limits: Limits,
    wishes: Sequence[Wanted],
    products: Iterable[Stocked],
) -> Allowances:
    """Return what the viewers of these wishes may still take of `products`, which are locked."""
    there = (tx.show_id, terms.channel_id)
    return await read_allowances_in(tx, there, limits, wishes, products, aliased=terms.aliased)


async def read_allowances_in(
    tx: ShowTransaction,
    there: tuple[str, str],
    limits: Limits,
    wishes: Sequence[Wanted],
    products: Iterable[Stocked],
    *,
    aliased: bool = True,
) -> Allowances:
    """Return what the viewers of these wishes may still take `there`, in a show of a channel; `aliased`: a guest may be somebody else."""
    (show_id, channel_id), connection = there, tx.connection
    products = list(products)
    own = await read_own_limits(connection, products)
    first_paid = {product.id for product in products if product.buying == "first_paid"}
    beginning = {w.viewer_id for w in wishes if not first_paid.isdisjoint(w.demand)} if first_paid else set()
    if not limits.units_max and not limits.guests and not own and not beginning:
        return Allowances(limits, people={}, taken=[], guests={})
    buyers = {wanted.viewer_id for wanted in wishes}
    people = await read_people(connection, show_id, buyers) if aliased else {}
    pairs = widen(beside(((w.viewer_id, line.product_id) for w in wishes for line in w.lines), own), people)
    taken = await read_bought(connection, show_id, pairs)
    taken += await read_held(connection, show_id, pairs, tx.now)
    asking = {wanted.viewer_id for wanted in wishes if wanted.guest} if limits.guests else set()
    guests = await read_guests(connection, channel_id, asking, tx.now)
    begun = await read_begun(connection, show_id, ids_of(beginning, people), tx.now)
    return Allowances(limits, people=people, taken=taken, guests=guests, own=own, begun=begun)
